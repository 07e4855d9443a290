internal import Artifacts
internal import Foundation

/// A commitment with what opens it: everything that style keys follow from.
///
/// Key i has the seed HKDF-SHA256(nonce; salt: beacon; info: "hallmark style key v1", owner, subject,
/// attempt, i), and the seed gives the style. The nonce is the owner's secret until examination: whoever
/// has the registration has the keys.
public struct StyleRegistration: Sendable, Hashable {
  /// What was published before.
  public let commitment: StyleCommitment
  /// The value from outside.
  public let beacon: Beacon
  /// The 32 secret bytes that open the commitment.
  public let nonce: [UInt8]

  /// Opens a commitment.
  ///
  /// - Throws: `FeatureEmbeddingError` if the nonce does not open the commitment, or the beacon was not
  ///   published after it, or not at the moment that it named.
  public init(
    opening commitment: StyleCommitment,
    nonce: [UInt8],
    beacon: Beacon
  ) throws(FeatureEmbeddingError) {
    let found = commitment.digest(with: nonce)
    guard found == commitment.digest else {
      throw .commitmentNotOpened(found: "\(found)", expected: "\(commitment.digest)")
    }
    guard beacon.date > commitment.date else {
      throw .beaconTooEarly(beacon: beacon.date.iso8601, commitment: commitment.date.iso8601)
    }
    if let planned = commitment.beacon.date, planned != beacon.date {
      throw .wrongBeaconDate(
        found: beacon.date.iso8601,
        expected: "\(planned.iso8601), which the commitment names"
      )
    }
    self.commitment = commitment
    self.nonce = nonce
    self.beacon = beacon
  }

  /// Checks the number of the attempt against the owner's other commitments for the subject or the data.
  ///
  /// A date is the owner's word, and an owner could date each new commitment before the last. So all
  /// commitments on record count, whatever they say of their dates.
  ///
  /// - Parameter others: All that are on record, in any order. Those of other owners, and those for both
  ///   another subject and other data, do not count.
  /// - Throws: `FeatureEmbeddingError.wrongAttempt` unless they and this one are numbered 1, 2, … in
  ///   the order of their dates.
  public func checkAttempt(among others: [StyleCommitment]) throws(FeatureEmbeddingError) {
    let attempts = Set(others + [commitment])
      .filter { commitment.isSameOwner($0) && commitment.isSameCase($0) }
      .sorted { ($0.attempt, $0.date) < ($1.attempt, $1.date) }
    for (index, attempt) in attempts.enumerated() {
      guard attempt.attempt == index + 1 else {
        throw .wrongAttempt(
          what: "attempt number",
          found: "\(attempt.attempt)",
          expected: "\(index + 1), after \(index) on record"
        )
      }
      guard index == 0 || attempts[index - 1].date <= attempt.date else {
        throw .wrongAttempt(
          what: "date of attempt \(index + 1)",
          found: attempt.date.iso8601,
          expected: "\(attempts[index - 1].date.iso8601) or later, as attempt \(index) has"
        )
      }
    }
  }

  /// Whether two names differ in nothing but capitals, spaces and signs.
  fileprivate static func isSame(_ a: String, _ b: String) -> Bool {
    let plain = { (name: String) in name.lowercased().filter { $0.isLetter || $0.isNumber } }
    return plain(a) == plain(b)
  }

  /// Derives all keys.
  ///
  /// - Parameter family: The family that the commitment names.
  /// - Returns: K keys, in the order of their numbers.
  /// - Throws: `FeatureEmbeddingError.registrationDiffers` if it is another one.
  public func keys(from family: StyleFamily) throws -> [StyleKey] {
    guard family.digest == commitment.family else {
      throw FeatureEmbeddingError.registrationDiffers(
        what: "style family",
        found: "\(family.digest)",
        expected: "\(commitment.family)"
      )
    }
    return try (0..<commitment.keyCount).map { index in
      let seed = KeyDerivation.derive(
        from: nonce,
        salt: Array(beacon.value.utf8),
        info: KeyDerivation.framed([
          "hallmark style key v1", commitment.owner, commitment.subject, "\(commitment.attempt)",
          "\(index)",
        ])
      )
      return StyleKey(
        index: index,
        seed: seed,
        style: try family.style(seed: seed, named: "key \(index + 1)")
      )
    }
  }
}

extension StyleCommitment {
  fileprivate func isSameOwner(_ other: StyleCommitment) -> Bool {
    StyleRegistration.isSame(owner, other.owner)
  }

  /// Whether subject or data are the same.
  fileprivate func isSameCase(_ other: StyleCommitment) -> Bool {
    StyleRegistration.isSame(subject, other.subject) || (data != nil && data == other.data)
  }

  /// The commitments of the same owner for both another subject and other data.
  ///
  /// They do not count as attempts, for an owner may protect many models; but an owner who changes a word of the
  /// subject and one picture may have made them all for one. People have to look.
  public func others(in record: [StyleCommitment]) -> [StyleCommitment] {
    Set(record).filter { isSameOwner($0) && !isSameCase($0) }.sorted { $0.date < $1.date }
  }

  /// The commitments under other names for the very same data.
  ///
  /// Two parties may protect models of one public data set; but a second name, or one with a look-alike letter, is
  /// the cheapest way to try again. People have to look.
  public func sameDataElsewhere(in record: [StyleCommitment]) -> [StyleCommitment] {
    Set(record).filter { !isSameOwner($0) && data != nil && data == $0.data }
      .sorted { $0.date < $1.date }
  }
}

extension StyleRegistration: Codable {
  private enum CodingKeys: String, CodingKey {
    case commitment, beacon, nonce
    case beaconDate = "beacon_date"
  }

  /// Reads and opens a registration that is not trusted.
  ///
  /// - Throws: `FeatureEmbeddingError` saying what does not fit; `DecodingError`.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    try self.init(
      opening: values.decode(StyleCommitment.self, forKey: .commitment),
      // 64 hexadecimal digits, as those of a digest.
      nonce: values.decode(Digest.self, forKey: .nonce).bytes,
      beacon: Beacon(
        value: values.decode(String.self, forKey: .beacon),
        date: Date(iso8601: values.decode(String.self, forKey: .beaconDate))
      )
    )
  }

  /// Writes the registration, secret nonce included.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(commitment, forKey: .commitment)
    try values.encode(beacon.value, forKey: .beacon)
    try values.encode(beacon.date.iso8601, forKey: .beaconDate)
    try values.encode(nonce.hexadecimal, forKey: .nonce)
  }
}
