/// How a claim is made.
public struct ClaimSettings: Sendable, Hashable {
  /// Which gradients are compared.
  public var features: GradientFeatures
  /// What of them the meta-classifier sees.
  public var entries: GradientEntries
  /// The share of the marked images that the meta-classifier never sees, for verification.
  public var heldOutShare: Double
  /// Decides which images those are.
  public var splitSeed: UInt64
  /// How the meta-classifier is trained.
  public var metaClassifier: MetaClassifierSettings
  /// The test that verification runs unless told otherwise.
  public var test: HypothesisTest

  /// Creates settings.
  public init(
    features: GradientFeatures = .compact,
    entries: GradientEntries = .signs,
    heldOutShare: Double = 0.2,
    splitSeed: UInt64 = 1,
    metaClassifier: MetaClassifierSettings = .init(),
    test: HypothesisTest = .init()
  ) {
    self.features = features
    self.entries = entries
    self.heldOutShare = heldOutShare
    self.splitSeed = splitSeed
    self.metaClassifier = metaClassifier
    self.test = test
  }

  /// The paper's method as its public code runs it: training and test, each `asReleased`.
  ///
  /// Two things are as in the paper all the same: verification uses images that the meta-classifier
  /// has not seen, so that a claim holds none of its training images, and gradients are those of the
  /// images as they are, not of random crops.
  public static func asReleased(seed: UInt64 = 1) -> ClaimSettings {
    ClaimSettings(
      splitSeed: seed,
      metaClassifier: MetaClassifierSettings(seed: seed, asReleased: true),
      test: HypothesisTest(.asReleased, seed: seed)
    )
  }

  /// Checks every number.
  ///
  /// - Throws: `VerificationError.badSetting` for the first that makes no sense.
  public func validate() throws {
    try require(
      heldOutShare > 0 && heldOutShare < 1,
      "held_out_share",
      heldOutShare,
      "a share in (0, 1)"
    )
    try metaClassifier.validate()
    try test.validate()
  }

  /// Returns how many of some marked images are held out.
  ///
  /// - Throws: `VerificationError.badSetting` if a setting makes no sense for that many images.
  func heldOutCount(of count: Int) throws -> Int {
    try validate()
    let heldOut = Int((heldOutShare * Double(count)).rounded())
    try test.validate(imageCount: heldOut)
    return heldOut
  }
}
