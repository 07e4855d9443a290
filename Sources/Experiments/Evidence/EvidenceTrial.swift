public import OwnershipVerification

/// One test of one model for one key: a line of `trials.jsonl`.
public struct EvidenceTrial: Sendable, Hashable, Codable {
  /// Which test.
  public enum Test: String, Sendable, Codable, CaseIterable {
    /// The rank of the secret style's score among decoys; outputs alone.
    case styleKey = "style-key"
    /// The same rank for the alignment of the model's gradients; needs weights.
    case gradientAlignment = "gradient-alignment"
    /// The correlation of weights with the victim's, among re-numberings.
    case lineage
    /// The share of the victim's own mistakes that the model repeats, against those of its siblings.
    case sharedMistakes = "shared-mistakes"
    /// The published test: a t-test between posteriors of the paper's classifier.
    case metaClassifier = "meta-classifier"
  }

  /// What a trial of the published test does otherwise than the paper.
  public enum Variant: String, Sendable, Codable, CaseIterable {
    /// The classifier sees gradients in place of their signs.
    case gradientValues = "gradient-values"
    /// The mark is a white patch, not a style.
    case whitePatch = "white-patch"
    /// Probabilities of the true class in place of the classifier's posteriors.
    case withoutClassifier = "without-classifier"
    /// The classifier sees how gradients agree, layer by layer, and learned from several victims.
    case severalSeeds = "alignment-several-seeds"
  }

  /// What the trial was made with; what does not apply is missing.
  public struct Settings: Sendable, Hashable, Codable {
    /// m, pictures in each style, or in a draw of the published test; of shared mistakes, all pictures.
    public var pictures: Int?
    /// N, decoys or re-numberings.
    public var decoys: Int?
    /// R, the benign models whose scores were subtracted.
    public var benignModels: Int?
    /// The models that were trained as the victim was.
    public var siblings: Int?
    /// γ, the share of marked pictures.
    public var rate: Double?
    /// K, the number of keys.
    public var keys: Int?
    /// What was scored.
    public var measure: StyleMeasure?
    /// Which of a claim's draws.
    public var draw: Int?
    /// What the published test was changed in; missing for the test as it is.
    public var variant: Variant?

    enum CodingKeys: String, CodingKey {
      case rate, keys, measure, draw, decoys, variant, siblings
      case pictures = "m"
      case benignModels = "benign_models"
    }
  }

  /// Which test.
  public let test: Test
  /// The model's name.
  public let suspect: String
  /// Whether the model has nothing to do with the key.
  public let innocent: Bool
  /// How it was stolen, or what kind of innocent it is.
  public let attack: String
  /// The model's seed; a thief's is the victim's plus 10.
  public let seed: UInt64
  /// The key's name: that of a victim, or `null-17`.
  public let key: String
  /// The test's statistic.
  public let statistic: Double
  /// The p-value.
  public let pValue: Double
  /// Whether the p-value is exact.
  public let exact: Bool
  /// How far the statistic stands out: in standard deviations of the decoys, or t.
  public var effect: Double?
  /// What it was made with.
  public let settings: Settings

  enum CodingKeys: String, CodingKey {
    case test, suspect, innocent, attack, seed, key, statistic, exact, effect, settings
    case pValue = "p_value"
  }
}

extension EvidenceTrial {
  /// A trial of the style-key test, by answers or by gradients.
  init(
    _ result: StyleKeyResult,
    by test: Test = .styleKey,
    of examinee: Examinee,
    for key: EvidenceBench.PaintedKey,
    innocent: Bool,
    pictures: Int,
    measure: StyleMeasure? = nil
  ) {
    self.init(
      test: test,
      suspect: examinee.name,
      innocent: innocent,
      attack: examinee.kind,
      seed: examinee.weightSeed,
      key: key.name,
      statistic: result.statistic,
      pValue: result.pValue,
      exact: true,
      effect: result.effect,
      settings: .init(
        pictures: pictures,
        decoys: result.decoys.count,
        benignModels: key.benign.count,
        rate: key.rate,
        keys: result.secrets.count,
        measure: measure
      )
    )
  }
}
