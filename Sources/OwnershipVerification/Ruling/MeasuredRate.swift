/// How often a test accused models known to be innocent.
public struct MeasuredRate: Sendable, Hashable, Codable {
  /// α of the test.
  public let significance: Double
  /// How many innocent models, or trials on them, were accused.
  public let accused: Int
  /// How many there were.
  public let trials: Int
  /// What they were.
  public let trialsOf: String

  enum CodingKeys: String, CodingKey {
    case accused, trials
    case significance = "alpha"
    case trialsOf = "trials_of"
  }

  /// accused / trials.
  public var rate: Double { Double(accused) / Double(trials) }

  /// The rate in words.
  public var sentence: String {
    "\(accused) of \(trials) accused at α = \(significance) (\(trialsOf))"
  }

  /// The α that all rates below were measured at, each test by itself.
  static let significance = 0.01

  /// The fewest pictures that the rates of the style-key test are shown for; they were measured with 100.
  static let leastPictureCount = 50
  /// The fewest decoys, likewise; they were measured with 999.
  static let leastDecoyCount = 199

  /// What was measured of the style-key test for a first registration.
  ///
  /// docs/evidence.md: N = 999; 20 models and 53 keys, or 16 models and 53 sets of four keys; p at most 0.005, for a
  /// first registration pays a factor of 2, and at most 0.0025 beside a lineage test that shows nothing. Enter here
  /// and below only what follows from the trials that are committed.
  ///
  /// - Parameters:
  ///   - measure: What is scored.
  ///   - keyCount: K.
  ///   - isShared: Whether the lineage test takes half of α.
  /// - Returns: The rate; nil for a K that was not measured.
  static func styleKey(_ measure: StyleMeasure, keyCount: Int, isShared: Bool) -> MeasuredRate? {
    switch (keyCount, measure, isShared) {
    case (1, .margin, false): oneKey(accused: 6)
    case (1, .accuracy, false): oneKey(accused: 4)
    case (1, _, true): oneKey(accused: 3)
    case (4, .margin, _): fourKeys(accused: 2)
    case (4, .accuracy, _): fourKeys(accused: 5)
    default: nil
    }
  }

  private static func oneKey(accused: Int) -> MeasuredRate {
    MeasuredRate(
      significance: significance,
      accused: accused,
      trials: 1_060,
      trialsOf: "trials on 20 innocent CIFAR-10 models, 53 keys each"
    )
  }

  private static func fourKeys(accused: Int) -> MeasuredRate {
    MeasuredRate(
      significance: significance,
      accused: accused,
      trials: 848,
      trialsOf: "trials on 16 innocent CIFAR-10 models, 53 sets of four keys each"
    )
  }

  /// docs/evidence.md: pairs of WRN-16-1 that were trained from first weights of their own.
  static let lineage = MeasuredRate(
    significance: significance,
    accused: 6,
    trials: 1_062,
    trialsOf: "pairs of independent CIFAR-10 models"
  )

  /// docs/evidence.md: ten victims of one recipe, R = 8 or 9 siblings, 10,000 pictures; p at most 0.01.
  static let sharedMistakes = MeasuredRate(
    significance: significance,
    accused: 0,
    trials: 180,
    trialsOf:
      "trials on 19 CIFAR-10 models that took nothing from the victim in question, 10 victims"
  )

  /// docs/evidence.md: paired one-sided t-test, m = 10, median of 40 draws; 17 models of the victims' structure,
  /// claims about two victims.
  static let metaClassifier = MeasuredRate(
    significance: significance,
    accused: 34,
    trials: 34,
    trialsOf: "examinations of innocent CIFAR-10 models"
  )
}
