/// Why a statistic cannot be computed from what it was given.
public enum StatisticsError: Error, Sendable, Hashable {
  /// There are fewer values than the statistic needs.
  case tooFewValues(count: Int, needed: Int)
  /// Paired values are not as many on one side as on the other.
  case unequalCounts(first: Int, second: Int)
  /// A value, or the difference of a pair, is infinite or not a number.
  case notFinite(index: Int)
  /// The degrees of freedom are not in [10⁻³, 10¹⁰].
  case badDegreesOfFreedom(Double)
  /// A probability is not in (0, 1), or for a quantile not in [0, 1].
  case badProbability(Double)
  /// More pairs are to be drawn than there are.
  case sampleTooLarge(sampleSize: Int, count: Int)
  /// A repeated test without a repeat.
  case noRepeats
  /// Attempts are counted from 1.
  case badAttempt(Int)
  /// There are more successes than trials, or no trials, or too many.
  case badCounts(successes: Int, trials: Int)
}

extension StatisticsError: CustomStringConvertible {
  /// The problem in words, with the values that disagree.
  public var description: String {
    switch self {
    case .tooFewValues(let count, let needed):
      "a statistic needs at least \(needed) values, there are \(count)"
    case .unequalCounts(let first, let second):
      "paired values differ in number: \(first) and \(second)"
    case .notFinite(let index):
      "value \(index) (counted from 0) is infinite or not a number"
    case .badDegreesOfFreedom(let value):
      "degrees of freedom are \(value); they must be in [10⁻³, 10¹⁰]"
    case .badProbability(let value):
      "\(value) is not a probability that can be used here"
    case .sampleTooLarge(let sampleSize, let count):
      "cannot draw m = \(sampleSize) of \(count) pairs; lower m or supply more images"
    case .noRepeats:
      "a repeated test needs at least one repeat"
    case .badAttempt(let attempt):
      "attempt number is \(attempt); attempts are counted from 1"
    case .badCounts(let successes, let trials):
      "\(successes) of \(trials) is no rate; give 0 to n successes in n trials, n in 1 to 10⁹"
    }
  }
}
