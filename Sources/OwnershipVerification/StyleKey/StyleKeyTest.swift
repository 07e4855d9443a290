import Datasets
public import Statistics

/// Tests whether a suspect is better at secret styles than at decoys drawn like them.
///
/// H₀: the suspect has nothing to do with the secret styles. They and the decoys are independent draws from
/// one family, and neither the suspect nor the decoys could be chosen after the other was known, so under
/// H₀ all N + K scores are exchangeable, whatever the suspect, and the joint rank's p-value is exact: see
/// `JointRankTest`.
public struct StyleKeyTest: Sendable, Hashable, Codable {
  /// α, in (0, 1): a corrected p of at most α rejects H₀.
  public var significance: Double
  /// k: the registration is the owner's k-th for the subject; see `AttemptCorrection`.
  public var attempt: Int
  /// M: the accused was chosen, by somebody who could test them for the key, among so many models; p is multiplied by
  /// M (Bonferroni).
  public var candidates: Int
  /// B, the number of random subsets where several keys have too many to go through.
  public var draws: Int
  /// Draws those subsets; the examiner's choice, not the claimant's.
  public var seed: UInt64

  /// Creates a test.
  public init(
    significance: Double = 0.01,
    attempt: Int = 1,
    candidates: Int = 1,
    draws: Int = 999_999,
    seed: UInt64 = 1
  ) {
    self.significance = significance
    self.attempt = attempt
    self.candidates = candidates
    self.draws = draws
    self.seed = seed
  }

  enum CodingKeys: String, CodingKey {
    case attempt, candidates, draws, seed
    case significance = "alpha"
  }

  /// Checks every number.
  ///
  /// - Throws: `VerificationError.badSetting`.
  public func validate() throws {
    try require(
      significance > 0 && significance < 1,
      "alpha",
      significance,
      "a probability in (0, 1)"
    )
    try require((1...1_000_000).contains(attempt), "attempt", attempt, "1 to 1,000,000")
    try require((1...1_000_000).contains(candidates), "candidates", candidates, "1 to 1,000,000")
    try require((1...100_000_000).contains(draws), "draws", draws, "1 to 100,000,000")
  }

  /// Runs the test on scores.
  ///
  /// - Parameters:
  ///   - secrets: T of the K secret styles, benign models' scores subtracted.
  ///   - decoys: T of the N decoys, likewise.
  ///   - ceiling: The most that the mean of the secrets' T can be, as accuracy cannot exceed 1; nil if nothing
  ///     bounds it. It decides the power alone.
  /// - Returns: The exact p-value and what goes with it.
  /// - Throws: `VerificationError.badSetting`; `StatisticsError` for no secret, fewer than 2 decoys or
  ///   scores that are not finite.
  public func run(
    _ secrets: [Double],
    against decoys: [Double],
    ceiling: Double? = nil
  ) throws -> StyleKeyResult {
    try validate()
    let joint = try rank(secrets, decoys, draws: draws)
    return StyleKeyResult(
      secrets: secrets,
      decoys: decoys,
      pValue: joint.pValue,
      correctedPValue: try corrected(joint.pValue),
      isEnumerated: joint.isEnumerated,
      effect: try EffectSize.standardised(secrets, against: decoys),
      ceiling: ceiling,
      approximateTail: joint.isAtFloor ? try approximateTail(secrets, decoys) : nil,
      test: self
    )
  }

  /// The p-value, corrected for the number of the attempt and for the choice of the accused.
  private func corrected(_ pValue: Double) throws -> Double {
    min(1, try AttemptCorrection.corrected(pValue, attempt: attempt) * Double(candidates))
  }

  private func rank(
    _ secrets: [Double],
    _ decoys: [Double],
    draws: Int
  ) throws -> JointRankTestResult {
    var random = KeyedRandom("style-key subsets", seed)
    return try JointRankTest(draws: draws).run(secrets, against: decoys, using: &random)
  }

  /// The larger, more cautious one of the fits that the number of scores allows.
  private func approximateTail(
    _ secrets: [Double],
    _ decoys: [Double]
  ) throws -> ApproximateTail? {
    let normal = try ApproximateTail.normal(secrets, against: decoys)
    guard secrets.count == 1, decoys.count >= 40,
      let pareto = try ApproximateTail.generalisedPareto(secrets[0], against: decoys)
    else { return normal }
    return normal.log10P > pareto.log10P ? normal : pareto
  }

  /// The power of the test: the smallest effect that would have been found.
  ///
  /// All secrets are given one score v, and the smallest v whose corrected p is at most α is sought by
  /// bisection.
  ///
  /// - Parameters:
  ///   - keyCount: K, at least 1.
  ///   - decoys: T of the N decoys.
  ///   - ceiling: The most that v can be; nil if nothing bounds it.
  /// - Returns: (v − mean of the decoys) / their standard deviation; nil if no score whatever could have
  ///   been found, with too few decoys, decoys without spread, or decoys that score as high as can be.
  /// - Throws: `StatisticsError` as `run` does.
  public func smallestEffect(
    keyCount: Int,
    decoys: [Double],
    ceiling: Double? = nil
  ) throws -> Double? {
    func isFound(_ score: Double) throws -> Bool {
      let secrets = Array(repeating: score, count: keyCount)
      let p = try rank(secrets, decoys, draws: draws).pValue
      return try corrected(p) <= significance
    }
    let summary = try Summary(of: decoys)
    let beyondAll = 2 * summary.maximum - summary.minimum
    var (low, high) = (summary.minimum, min(beyondAll, ceiling ?? .infinity))
    guard high > low, try isFound(high) else { return nil }
    for _ in 0..<40 {
      let middle = (low + high) / 2
      if try isFound(middle) { high = middle } else { low = middle }
    }
    return try EffectSize.standardised([high], against: decoys)
  }
}

/// The outcome of the style-key test on scores.
public struct StyleKeyResult: Sendable, Hashable, Codable {
  /// T of each secret style.
  public let secrets: [Double]
  /// T of each decoy.
  public let decoys: [Double]
  /// The exact p-value of the secrets' joint rank.
  public let pValue: Double
  /// min(1, p · k (k + 1) · M) for the owner's k-th registration and an accused chosen among M.
  public let correctedPValue: Double
  /// Whether all subsets were gone through; otherwise they were drawn, which is exact too.
  public let isEnumerated: Bool
  /// (mean of the secrets − mean of the decoys) / standard deviation of the decoys.
  public let effect: Double
  /// The most that `statistic` can be; nil if nothing bounds it.
  public let ceiling: Double?
  /// An approximation of how small p would be with more decoys, where it is as small as these allow; never
  /// part of a decision.
  public let approximateTail: ApproximateTail?
  /// The test that was run.
  public let test: StyleKeyTest

  /// T, the mean of the secrets.
  public var statistic: Double { secrets.reduce(0, +) / Double(max(1, secrets.count)) }
  /// Whether the corrected p-value is at most α.
  public var rejects: Bool { correctedPValue <= test.significance }

  enum CodingKeys: String, CodingKey {
    case secrets, decoys, effect, ceiling, test
    case pValue = "p_value"
    case correctedPValue = "corrected_p_value"
    case isEnumerated = "enumerated"
    case approximateTail = "approximate_tail"
  }
}
