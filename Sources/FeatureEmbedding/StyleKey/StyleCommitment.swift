public import Artifacts
public import Foundation

/// What an owner publishes, or gives a registrar, before a style key exists.
///
/// `digest` is SHA-256 of the owner's secret nonce and of all other fields; it shows neither the nonce nor
/// the key, and no other nonce or field can be made to fit it later. The key follows from the nonce *and*
/// the beacon's value (`StyleRegistration`), so neither the owner nor the source of the beacon can choose
/// it. The date is the owner's word until a registrar or a time stamp confirms it.
public struct StyleCommitment: Sendable, Hashable {
  /// Who commits.
  public let owner: String
  /// What is to be protected, in the owner's words: a model, a data set.
  public let subject: String
  /// k: this is the owner's k-th commitment for the subject, counted from 1.
  public let attempt: Int
  /// K, the number of keys that will be derived.
  public let keyCount: Int
  /// The SHA-256 of the family that keys are drawn from.
  public let family: Digest
  /// SHA-256 of the unmarked training and test pictures; nil if they were not fixed.
  ///
  /// Whoever could still choose pictures when the keys are known could choose those on which any model
  /// does well in a secret style, or data that teach the examiner's own models to dislike it.
  public let data: Digest?
  /// When it was made, in whole seconds.
  public let date: Date
  /// Which value from outside will be used.
  public let beacon: BeaconPlan
  /// SHA-256 of the nonce and all of the above.
  public let digest: Digest

  /// The most keys of one registration.
  public static let keyLimit = 64
  /// The largest number of an attempt; p-values are worthless long before.
  public static let attemptLimit = 1_000_000

  /// Commits to a nonce.
  ///
  /// - Parameters:
  ///   - nonce: 32 random bytes, such as `KeyDerivation.randomBytes()`, to be kept secret and safe.
  ///   - owner: Who commits; 1 to 400 bytes of UTF-8, as all texts here.
  ///   - subject: What is to be protected.
  ///   - attempt: k, from 1.
  ///   - keyCount: K, in 1...64.
  ///   - family: The family that keys are drawn from.
  ///   - data: SHA-256 of the unmarked training and test pictures; examinations ask for it.
  ///   - beacon: Which value from outside will be used.
  ///   - date: Now; fractions of a second are dropped.
  /// - Throws: `FeatureEmbeddingError.invalidSetting` if something is out of range, or the beacon's
  ///   moment is not after the commitment's.
  public init(
    to nonce: [UInt8],
    owner: String,
    subject: String,
    attempt: Int = 1,
    keyCount: Int = 1,
    family: StyleFamily,
    data: Digest? = nil,
    beacon: BeaconPlan,
    date: Date
  ) throws(FeatureEmbeddingError) {
    guard nonce.count == KeyDerivation.byteCount else {
      throw .invalidSetting(
        name: "nonce",
        value: "\(nonce.count) bytes",
        allowed: "\(KeyDerivation.byteCount) bytes"
      )
    }
    self.owner = owner
    self.subject = subject
    self.attempt = attempt
    self.keyCount = keyCount
    self.family = family.digest
    self.data = data
    self.date = date.wholeSeconds
    self.beacon = beacon
    digest = Self.digest(
      of: nonce,
      [owner, subject],
      attempt,
      keyCount,
      family.digest,
      data,
      beacon,
      self.date
    )
    try check()
  }

  /// The digest that the record would have with a nonce.
  func digest(with nonce: [UInt8]) -> Digest {
    Self.digest(of: nonce, [owner, subject], attempt, keyCount, family, data, beacon, date)
  }

  private static func digest(
    of nonce: [UInt8],
    _ names: [String],
    _ attempt: Int,
    _ keyCount: Int,
    _ family: Digest,
    _ data: Digest?,
    _ beacon: BeaconPlan,
    _ date: Date
  ) -> Digest {
    let record =
      names + [
        "\(attempt)", "\(keyCount)", "\(family)", date.iso8601, beacon.source,
        beacon.date?.iso8601 ?? "",
      ] + (data.map { ["\($0)"] } ?? [])
    return Digest(
      of: KeyDerivation.framed([
        Array("hallmark style commitment v1".utf8), nonce, KeyDerivation.framed(record),
      ])
    )
  }

  private func check() throws(FeatureEmbeddingError) {
    for (name, text) in [("owner", owner), ("subject", subject), ("beacon source", beacon.source)]
    where !(1...400).contains(text.utf8.count) {
      throw .invalidSetting(
        name: name,
        value: "of \(text.utf8.count) bytes",
        allowed: "1 to 400 bytes"
      )
    }
    for (name, value, limit) in [
      ("attempt number", attempt, Self.attemptLimit), ("number of keys", keyCount, Self.keyLimit),
    ] where !(1...limit).contains(value) {
      throw .invalidSetting(name: name, value: "\(value)", allowed: "1 to \(limit)")
    }
    if let planned = beacon.date, planned <= date {
      throw .beaconTooEarly(beacon: planned.iso8601, commitment: date.iso8601)
    }
  }
}

extension StyleCommitment: Codable {
  private enum CodingKeys: String, CodingKey {
    case format, owner, subject, attempt, keys, family, data, date, digest
    case beaconSource = "beacon_source"
    case beaconDate = "beacon_date"
  }

  private static let format = "hallmark style commitment v1"

  /// Reads a record that is not trusted.
  ///
  /// - Throws: `FeatureEmbeddingError` naming the field that is out of range; `DecodingError`.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    let format = try values.decode(String.self, forKey: .format)
    guard format == Self.format else {
      throw FeatureEmbeddingError.registrationDiffers(
        what: "format",
        found: format.printable(),
        expected: Self.format
      )
    }
    owner = try values.decode(String.self, forKey: .owner)
    subject = try values.decode(String.self, forKey: .subject)
    attempt = try values.decode(Int.self, forKey: .attempt)
    keyCount = try values.decode(Int.self, forKey: .keys)
    family = try values.decode(Digest.self, forKey: .family)
    data = try values.decodeIfPresent(Digest.self, forKey: .data)
    date = try Date(iso8601: values.decode(String.self, forKey: .date))
    beacon = BeaconPlan(
      source: try values.decode(String.self, forKey: .beaconSource),
      date: try values.decodeIfPresent(String.self, forKey: .beaconDate)
        .map { try Date(iso8601: $0) }
    )
    digest = try values.decode(Digest.self, forKey: .digest)
    try check()
  }

  /// Writes the record.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(Self.format, forKey: .format)
    try values.encode(owner, forKey: .owner)
    try values.encode(subject, forKey: .subject)
    try values.encode(attempt, forKey: .attempt)
    try values.encode(keyCount, forKey: .keys)
    try values.encode(family, forKey: .family)
    try values.encodeIfPresent(data, forKey: .data)
    try values.encode(date.iso8601, forKey: .date)
    try values.encode(beacon.source, forKey: .beaconSource)
    try values.encodeIfPresent(beacon.date?.iso8601, forKey: .beaconDate)
    try values.encode(digest, forKey: .digest)
  }
}
