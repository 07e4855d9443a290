/// A secret's place among decoys that are drawn as the secret was.
public struct RankTestResult: Hashable, Sendable, Codable {
  /// T, the secret's score.
  public let statistic: Double
  /// N, the number of decoys.
  public let decoyCount: Int
  /// #{T_j ≥ T}, the number of decoys that score at least as high.
  public let decoysAtLeast: Int

  /// The exact p-value (1 + #{T_j ≥ T}) / (N + 1), in (0, 1].
  public var pValue: Double { Double(1 + decoysAtLeast) / Double(1 + decoyCount) }
  /// Whether no decoy reaches the secret, so that only more decoys could lower p.
  public var isAtFloor: Bool { decoysAtLeast == 0 }
}

/// The exact test of a secret drawn at random among decoys drawn alike.
///
/// It is Barnard's (J. R. Statist. Soc. B 25, 1963, p. 294). If secret and decoys are exchangeable under the null hypothesis, each of the N + 1 places is equally
/// likely for the secret, whatever the scores' distribution: P(p ≤ α) ≤ α for every α. Decoys that tie
/// with the secret count against it.
public enum RankTest {
  /// Ranks a score among those of decoys.
  ///
  /// - Parameters:
  ///   - statistic: The secret's score; large values speak against the null hypothesis.
  ///   - decoys: The scores of one or more decoys.
  /// - Returns: The exact p-value and what it is made from.
  /// - Throws: `StatisticsError` if there is no decoy, or a score is infinite or not a number.
  public static func test(
    _ statistic: Double,
    against decoys: [Double]
  ) throws(StatisticsError) -> RankTestResult {
    guard !decoys.isEmpty else { throw .tooFewValues(count: 0, needed: 1) }
    guard statistic.isFinite else { throw .notFinite(index: 0) }
    if let index = decoys.firstIndex(where: { !$0.isFinite }) { throw .notFinite(index: index) }
    return RankTestResult(
      statistic: statistic,
      decoyCount: decoys.count,
      decoysAtLeast: decoys.count { $0 >= statistic }
    )
  }
}
