import Artifacts
import FeatureEmbedding
import Foundation
import Stages

/// Style keys for measurements that others can repeat.
///
/// A measurement must give the same again, so nonce and beacon follow from a number that everybody can
/// read; an owner's nonce is secret and random. The way from both to the key is an owner's: commitment,
/// registration, HKDF, a draw from the family.
enum ExperimentKeys {
  /// Returns the styles of all keys of the registration that a number stands for.
  ///
  /// - Parameters:
  ///   - count: K, the number of keys.
  ///   - seed: Different numbers give unrelated keys; K keys of a number begin with those of a smaller K.
  ///   - family: The family that keys are drawn from.
  /// - Returns: The styles, in the order of the keys' numbers.
  /// - Throws: `FeatureEmbeddingError` for a K out of range.
  static func styles(count: Int = 1, seed: UInt64, family: StyleFamily) throws -> [Style] {
    try registration(count: count, seed: seed, family: family).keys(from: family).map(\.style)
  }

  /// Returns the registration that a number stands for.
  ///
  /// - Parameters:
  ///   - count: K, the number of keys.
  ///   - seed: Different numbers give unrelated keys; K keys of a number begin with those of a smaller K.
  ///   - family: The family that keys are drawn from.
  ///   - data: SHA-256 of the pictures that are committed to, if they are; the key does not depend on it.
  /// - Returns: The registration.
  /// - Throws: `FeatureEmbeddingError` for a K out of range.
  static func registration(
    count: Int,
    seed: UInt64,
    family: StyleFamily,
    data: Digest? = nil
  ) throws -> StyleRegistration {
    let nonce = bytes("nonce", seed)
    let committed = Date(timeIntervalSince1970: 1_767_225_600)
    let revealed = committed.addingTimeInterval(86_400)
    let commitment = try StyleCommitment(
      to: nonce,
      owner: "measurement",
      subject: "key \(seed)",
      keyCount: count,
      family: family,
      data: data,
      beacon: BeaconPlan(source: Examination.repeatableBeacon, date: revealed),
      date: committed
    )
    let beacon = try Beacon(value: "\(Digest(of: bytes("beacon", seed)))", date: revealed)
    return try StyleRegistration(opening: commitment, nonce: nonce, beacon: beacon)
  }

  /// The bytes of a seed for something, such as decoys.
  static func bytes(_ purpose: String, _ seed: UInt64) -> [UInt8] {
    Digest(of: KeyDerivation.framed(["hallmark measurement v1", purpose, "\(seed)"])).bytes
  }
}
