internal import Glibc

/// A p-value from a distribution fitted to decoys: an approximation, for where the exact one is at its
/// floor.
///
/// N decoys cannot show a p below 1 / (N + 1), however far off the secret lies. A fitted tail can, but
/// is only as good as the fit: nothing bounds its error, so it may illustrate a verdict and never
/// decide one.
public struct ApproximateTail: Hashable, Sendable, Codable {
  /// What was fitted.
  public enum Method: String, Hashable, Sendable, Codable {
    /// All decoys are taken as normal; their estimated mean and spread are allowed for.
    case normal
    /// The largest decoys are taken as a generalised Pareto tail.
    case generalisedPareto = "generalised-pareto"
  }

  /// What was fitted.
  public let method: Method
  /// log₁₀ p, at most 0; −∞ only if the decoys have no spread.
  public let log10P: Double

  init(_ method: Method, logP: Double) {
    self.method = method
    log10P = min(0, logP / log(10))
  }
}

extension ApproximateTail {
  /// Fits a normal distribution.
  ///
  /// t = (mean of the K scores − mean of the decoys) / (s √(1/K + 1/N)) with s the decoys' standard
  /// deviation has Student's distribution with ν = N − 1 if all scores are independent and normal.
  ///
  /// - Throws: `StatisticsError` for no score, fewer than 2 decoys or values that are not finite.
  public static func normal(
    _ scores: [Double],
    against decoys: [Double]
  ) throws(StatisticsError) -> ApproximateTail {
    let effect = try EffectSize.standardised(scores, against: decoys)
    if effect.isInfinite { return ApproximateTail(.normal, logP: effect < 0 ? 0 : -.infinity) }
    let scale = (1 / Double(scores.count) + 1 / Double(decoys.count)).squareRoot()
    let distribution = try StudentT(degreesOfFreedom: Double(decoys.count - 1))
    return ApproximateTail(.normal, logP: distribution.logSurvival(effect / scale))
  }

  /// Fits a generalised Pareto distribution to the largest tenth of the decoys, at least 20
  /// (Knijnenburg, Wessels, Reinders and Shmulevich, Bioinformatics 25, 2009).
  ///
  /// With u the largest decoy left out, P(T_j > u + z) ≈ (n / N) (1 + ξ z / σ)^(−1/ξ); ξ and σ by
  /// probability-weighted moments (Hosking and Wallis, Technometrics 29, 1987). A negative ξ, which
  /// would make p zero beyond some score, is set to 0: an exponential tail is the lightest allowed.
  ///
  /// - Parameters:
  ///   - score: The secret's score.
  ///   - decoys: At least 40.
  /// - Returns: nil if the score is not above u, where there is no tail to speak of, or if the largest
  ///   decoys are all equal.
  /// - Throws: `StatisticsError` for fewer decoys or values that are not finite.
  public static func generalisedPareto(
    _ score: Double,
    against decoys: [Double]
  ) throws(StatisticsError) -> ApproximateTail? {
    guard decoys.count >= 40 else { throw .tooFewValues(count: decoys.count, needed: 40) }
    guard score.isFinite else { throw .notFinite(index: 0) }
    if let index = decoys.firstIndex(where: { !$0.isFinite }) { throw .notFinite(index: index) }
    let count = max(20, decoys.count / 10)
    let sorted = decoys.sorted()
    let threshold = sorted[sorted.count - count - 1]
    guard score > threshold,
      let tail = ParetoTail(excesses: sorted.suffix(count).map { $0 - threshold })
    else { return nil }
    let share = log(Double(count) / Double(decoys.count))
    return ApproximateTail(
      .generalisedPareto,
      logP: share + tail.logSurvival(score - threshold)
    )
  }
}

/// A generalised Pareto distribution of what exceeds a threshold.
private struct ParetoTail {
  /// ξ, in [0, ½).
  private let shape: Double
  /// σ.
  private let scale: Double

  /// Fits the distribution to ascending excesses; nil if they are all zero or equal.
  init?(excesses: [Double]) {
    let n = Double(excesses.count)
    let mean = excesses.reduce(0, +) / n
    let weighted = excesses.enumerated().reduce(0) { sum, item in
      sum + item.element * (1 - (Double(item.offset) + 0.65) / n)
    }
    let (a0, a1) = (mean, weighted / n)
    guard a0 > 2 * a1, a1 > 0 else { return nil }
    let fitted = 2 - a0 / (a0 - 2 * a1)
    shape = max(0, fitted)
    scale = fitted > 0 ? 2 * a0 * a1 / (a0 - 2 * a1) : a0
  }

  func logSurvival(_ excess: Double) -> Double {
    shape == 0 ? -excess / scale : -log1p(shape * excess / scale) / shape
  }
}
