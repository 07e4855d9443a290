internal import Artifacts

/// A secret style and the seed that it was drawn with.
public struct StyleKey: Sendable, Hashable {
  /// Its position among the registration's keys, from 0.
  public let index: Int
  /// 32 secret bytes.
  public let seed: [UInt8]
  /// The style.
  public let style: Style
}

/// Styles that nobody marked anything with, drawn as keys are.
///
/// The examiner draws 32 random bytes at examination, when it is too late to mark with a style that does
/// well against these decoys. Decoy j has the seed HKDF-SHA256(bytes; no salt; info: "hallmark style decoy
/// v1", j).
public struct StyleDecoys: Sendable, Hashable {
  /// The examiner's 32 random bytes; they go on record, so that others can repeat the examination.
  public let seed: [UInt8]
  /// The family that keys and decoys are drawn from.
  public let family: StyleFamily

  /// Draws decoys from the examiner's randomness.
  ///
  /// - Throws: `FeatureEmbeddingError.invalidSetting` unless there are 32 bytes.
  public init(seed: [UInt8], family: StyleFamily) throws(FeatureEmbeddingError) {
    guard seed.count == KeyDerivation.byteCount else {
      throw .invalidSetting(
        name: "decoy seed",
        value: "\(seed.count) bytes",
        allowed: "\(KeyDerivation.byteCount) bytes"
      )
    }
    self.seed = seed
    self.family = family
  }

  /// Returns the decoy at a position, from 0; any number of them can be had.
  ///
  /// - Throws: Never for what `init` has accepted.
  public func style(at index: Int) throws -> Style {
    try family.style(
      seed: KeyDerivation.derive(
        from: seed,
        salt: [],
        info: KeyDerivation.framed(["hallmark style decoy v1", "\(index)"])
      ),
      named: "decoy \(index + 1)"
    )
  }
}
