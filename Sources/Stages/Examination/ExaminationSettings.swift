public import Artifacts
import Datasets
import FeatureEmbedding
import Foundation
public import Networks
import OwnershipVerification

/// How much an examiner paints, and how the examiner's own models are trained.
///
/// All of it is the examiner's choice. A claimant who could choose, knowing the secret style, would choose
/// what favours that style.
public struct ExaminationSettings: Sendable, Hashable, Codable {
  /// N, the number of decoys.
  public var decoyCount: Int
  /// m, the number of test pictures that are painted.
  public var pictureCount: Int
  /// The most test pictures that are asked about unpainted.
  public var cleanCount: Int
  /// R, the number of benign models.
  public var benignCount: Int
  /// How much of a picture gives way to its painted version, as `EmbeddingSettings.strength`.
  public var strength: Double
  /// The benign models' structure.
  public var architecture: String
  /// How they are trained; each has a seed that is drawn.
  public var training: TrainingSettings
  /// Siblings of the victim, which the shared-mistakes test needs; nil for none.
  public var siblings: Siblings?

  /// Models that are trained as the benign ones are, on pictures that are marked, each in styles of its own.
  public struct Siblings: Sendable, Hashable, Codable {
    /// R, how many.
    public var count: Int
    /// γ, the share of their pictures that is marked; as the owner states it for the victim.
    public var rate: Double

    /// Chooses both.
    public init(count: Int, rate: Double = 0.1) {
      self.count = count
      self.rate = rate
    }
  }

  /// Creates settings.
  public init(
    decoyCount: Int = 999,
    pictureCount: Int = 100,
    cleanCount: Int = 1_000,
    benignCount: Int = 3,
    strength: Double = 1,
    architecture: Architecture = .wideResNet(depth: 16, width: 1),
    training: TrainingSettings = .init(seed: 0),
    siblings: Siblings? = nil
  ) {
    self.decoyCount = decoyCount
    self.pictureCount = pictureCount
    self.cleanCount = cleanCount
    self.benignCount = benignCount
    self.strength = strength
    self.architecture = "\(architecture)"
    self.training = training
    self.siblings = siblings
  }

  enum CodingKeys: String, CodingKey {
    case strength, architecture, training, siblings
    case decoyCount = "decoys"
    case pictureCount = "m"
    case cleanCount = "clean_pictures"
    case benignCount = "benign_models"
  }

  /// Checks every number.
  ///
  /// - Throws: `StageError.badSetting`; `NetworkError` for settings of training.
  public func validate() throws {
    try StageError.check([
      ("the number of decoys", decoyCount, 2...1_000_000),
      ("m", pictureCount, 1...100_000),
      ("the number of clean pictures", cleanCount, 1...100_000),
      ("the number of benign models", benignCount, 1...100),
    ])
    if let siblings {
      let least = SharedMistakesTest.leastSiblingCount
      try StageError.check([("the number of siblings", siblings.count, least...100)])
      guard siblings.rate > 0, siblings.rate <= 1 else {
        throw StageError.badSetting(
          name: "the siblings' rate",
          value: "\(siblings.rate)",
          expected: "a number above 0 and at most 1"
        )
      }
    }
    guard strength > 0, strength <= 1 else {
      throw StageError.badSetting(
        name: "strength",
        value: "\(strength)",
        expected: "a number above 0 and at most 1"
      )
    }
    try training.validate()
  }

  /// Checks that there are enough test pictures, and that siblings can bear so many keys.
  func check(testCount: Int, trainCount: Int, keyCount: Int) throws {
    if let siblings {
      let marked = Int((siblings.rate * Double(trainCount)).rounded())
      guard marked >= keyCount else {
        throw StageError.badSetting(
          name: "the siblings' rate",
          value: "\(siblings.rate), which marks \(marked) of \(trainCount) pictures",
          expected: "one that marks \(keyCount) or more, one for each key"
        )
      }
    }

    guard testCount > pictureCount else {
      throw StageError.badSetting(
        name: "m",
        value: "\(pictureCount)",
        expected: "less than the \(testCount) test pictures, for some stay unpainted"
      )
    }
  }
}

/// What an examiner drew, and for what: `draw.json`, written before anything is computed.
///
/// Painted and clean pictures, decoys, seeds of benign models and random subsets all follow from 32 bytes
/// that nobody could know when the claim was made. They go on record, so that others can repeat all of it: with
/// this file alone in a folder, the same claim, data and settings, `make(of:in:settings:resuming:)` resumes.
public struct ExaminationDraw: Sendable, Hashable, Codable {
  /// What was to be examined, and how.
  public struct Plan: Sendable, Hashable, Codable {
    /// SHA-256 of the claim's manifest.
    public let claim: Digest
    /// SHA-256 that the owner committed to.
    public let commitment: Digest
    /// SHA-256 of the unmarked training and test pictures.
    public let data: Digest
    /// How much is painted, and how benign models are trained.
    public let settings: ExaminationSettings
    /// SHA-256 of benign models that the examiner had already; none if they are trained.
    public let givenBenign: [Digest]
    /// SHA-256 of the registrar's record that the claim was compared with; nil if there was none.
    public let record: Digest?
    /// How many commitments of the same owner the record holds for other subjects and other data; nil if
    /// there was no record.
    public let otherCommitments: Int?
    /// How many commitments under other names the record holds for the same data; nil if there was no record.
    public let sameDataElsewhere: Int?
    /// True if the bytes follow from a seed, so that whatever is found proves nothing; else nil.
    public let isDemonstration: Bool?

    enum CodingKeys: String, CodingKey {
      case claim, commitment, data, settings, record
      case givenBenign = "given_benign_models"
      case otherCommitments = "other_commitments"
      case sameDataElsewhere = "same_data_elsewhere"
      case isDemonstration = "demonstration"
    }
  }

  /// What was to be examined, and how.
  public let plan: Plan
  /// When the bytes were drawn.
  public let date: String
  private let bytes: Digest

  enum CodingKeys: String, CodingKey {
    case plan, date
    case bytes = "random_bytes"
  }

  /// The examiner's 32 random bytes.
  public var seed: [UInt8] { bytes.bytes }

  /// The name of the file.
  static let fileName = "draw.json"

  /// Records 32 random bytes.
  init(for plan: Plan, _ drawn: (bytes: [UInt8], date: Date)) {
    self.plan = plan
    date = drawn.date.formatted(.iso8601)
    // As a digest they are written as hexadecimal digits; SHA-256 of random bytes is as random.
    bytes = Digest(of: drawn.bytes)
  }

  /// A number that follows from the bytes: the first eight of `derivedBytes(_:_:)`, big-endian.
  func number(_ purpose: String, _ index: Int = 0) -> UInt64 {
    derivedBytes(purpose, index).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// 32 bytes that follow from the drawn ones: HKDF-SHA256(bytes; no salt; info: "hallmark examination v1",
  /// purpose, index).
  func derivedBytes(_ purpose: String, _ index: Int = 0) -> [UInt8] {
    KeyDerivation.derive(
      from: seed,
      salt: [],
      info: KeyDerivation.framed(["hallmark examination v1", purpose, "\(index)"])
    )
  }

  /// Chooses the pictures to paint and those to ask about as they are, classes in proportion.
  ///
  /// - Parameter test: The test pictures, which nobody trained on.
  /// - Returns: Both, sorted by class.
  /// - Throws: Never where `ExaminationSettings.check` has not thrown.
  func pictures(from test: ImageSet) throws -> HeldOutPictures {
    try HeldOutPictures(
      from: test,
      paintedCount: plan.settings.pictureCount,
      cleanCount: plan.settings.cleanCount,
      seed: number("pictures")
    ).sortedByClass()
  }
}
