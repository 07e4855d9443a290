/// What one test says about one suspect.
public struct TestFinding: Sendable, Hashable, Codable {
  /// The tests there are.
  public enum Test: String, Sendable, Hashable, Codable, CaseIterable {
    /// `StyleKeyTest`: is the suspect better at the secret styles than at decoys?
    case styleKey = "style-key"
    /// `LineageTest`: do its weights descend from the victim's?
    case lineage
    /// `SharedMistakesTest`: does it repeat the victim's own mistakes?
    case sharedMistakes = "shared-mistakes"
    /// `HypothesisTest` on the posteriors of the meta-classifier, the published test.
    case metaClassifier = "meta-classifier"
  }

  /// Which test.
  public let test: Test
  /// T, the mean correlation of weights, the lead in repeated mistakes, or Δμ.
  public let statistic: Double
  /// The test's own p-value, corrected for nothing but what belongs to the test itself.
  public let pValue: Double
  /// The p-value corrected for the number of the attempt and, by Holm, for the other deciding test; nil for
  /// a test that takes no part in the verdict.
  public let correctedPValue: Double?
  /// Whether the p-value is exact, with no assumption on how scores are distributed.
  public let isExact: Bool
  /// How often the test accused innocents; nil if that was not measured for such
  /// settings.
  public let falseAccusations: MeasuredRate?

  enum CodingKeys: String, CodingKey {
    case test, statistic
    case pValue = "p_value"
    case correctedPValue = "corrected_p_value"
    case isExact = "exact"
    case falseAccusations = "false_accusations"
  }

  init(
    _ test: Test,
    statistic: Double,
    pValue: Double,
    correctedPValue: Double?,
    isExact: Bool,
    falseAccusations: MeasuredRate?
  ) {
    self.test = test
    self.statistic = statistic
    self.pValue = pValue
    self.correctedPValue = correctedPValue
    self.isExact = isExact
    self.falseAccusations = falseAccusations
  }

  /// Whether the test takes part in the verdict.
  public var decides: Bool { correctedPValue != nil }

  /// Why the test takes no part in the verdict; nil if it does.
  public var reasonNotToDecide: String? {
    switch test {
    case .styleKey, .lineage: nil
    case .sharedMistakes: "approximate, and rests on how the owner says the victim was trained"
    case .metaClassifier: "accuses innocents"
    }
  }

  /// How often the test accused innocents, in words.
  public var falseAccusationSentence: String {
    falseAccusations?.sentence ?? "not measured with these settings"
  }
}
