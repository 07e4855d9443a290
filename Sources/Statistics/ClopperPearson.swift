/// Exact confidence bounds for a rate (Clopper and Pearson, Biometrika 26, 1934).
///
/// With x successes in n trials and γ the confidence, the lower bound is the (1 − γ)/2 quantile of
/// Beta(x, n − x + 1), the upper one the (1 + γ)/2 quantile of Beta(x + 1, n − x). They cover the true
/// rate with probability γ at least, provided that the trials are independent.
public struct ClopperPearson: Hashable, Sendable, Codable {
  /// x.
  public let successes: Int
  /// n.
  public let trials: Int
  /// γ, in (0, 1).
  public let confidence: Double
  /// The lower bound; 0 without a success.
  public let lower: Double
  /// The upper bound; 1 without a failure.
  public let upper: Double

  /// Computes the bounds.
  ///
  /// - Parameters:
  ///   - successes: x, in 0...n.
  ///   - trials: n, in 1...10⁹.
  ///   - confidence: γ, in (0, 1).
  /// - Throws: `StatisticsError.badCounts` or `.badProbability`.
  public init(
    successes: Int,
    trials: Int,
    confidence: Double = 0.95
  ) throws(StatisticsError) {
    guard (1...1_000_000_000).contains(trials), (0...trials).contains(successes) else {
      throw .badCounts(successes: successes, trials: trials)
    }
    guard confidence > 0, confidence < 1 else { throw .badProbability(confidence) }
    self.successes = successes
    self.trials = trials
    self.confidence = confidence
    let (x, n, tail) = (Double(successes), Double(trials), (1 - confidence) / 2)
    lower = successes == 0 ? 0 : IncompleteBeta.quantile(tail, x, n - x + 1)
    upper = successes == trials ? 1 : IncompleteBeta.quantile(1 - tail, x + 1, n - x)
  }

  /// successes / trials.
  public var rate: Double { Double(successes) / Double(trials) }
}
