internal import Glibc

/// Fisher's exact test for two shares, one-sided (Fisher, *The Design of Experiments*, 1935, chapter 2).
///
/// If both shares are draws of one, all ways to spread the successes over both groups are equally likely: the
/// number in the first is hypergeometric.
public enum FisherExactTest {
  /// Returns log₁₀ of the probability that the first group has so many successes or more.
  ///
  /// - Parameters:
  ///   - successes: Successes in the first group.
  ///   - count: Its size.
  ///   - otherSuccesses: Successes in the second group.
  ///   - otherCount: Its size.
  /// - Returns: At most 0; -∞ never, for what was observed is possible.
  /// - Throws: `StatisticsError.badCounts` unless 0 ≤ successes ≤ count in both groups.
  /// - Complexity: O(count).
  public static func log10Tail(
    successes: Int,
    of count: Int,
    others otherSuccesses: Int,
    of otherCount: Int
  ) throws(StatisticsError) -> Double {
    for (part, whole) in [(successes, count), (otherSuccesses, otherCount)] {
      guard part >= 0, part <= whole else { throw .badCounts(successes: part, trials: whole) }
    }
    let all = successes + otherSuccesses
    let whole = logChoices(all, of: count + otherCount)
    let terms = (successes...min(count, all)).map { number in
      logChoices(number, of: count) + logChoices(all - number, of: otherCount) - whole
    }
    let largest = terms.max() ?? 0
    let sum = terms.reduce(0) { $0 + exp($1 - largest) }
    return min(0, (largest + log(sum)) / log(10))
  }

  /// ln of the number of ways to choose some of several; -∞ if there are too few.
  private static func logChoices(_ part: Int, of whole: Int) -> Double {
    guard part >= 0, part <= whole else { return -.infinity }
    return lgamma(Double(whole) + 1) - lgamma(Double(part) + 1) - lgamma(Double(whole - part) + 1)
  }
}
