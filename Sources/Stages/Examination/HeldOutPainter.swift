import Artifacts
package import Datasets
package import FeatureEmbedding
package import Foundation
package import OwnershipVerification

/// Paints held-out pictures in secret styles and in those of decoys, all in the same way.
package struct HeldOutPainter {
  private let originals: ImageSet
  private let decoys: StyleDecoys
  private let strength: Double?
  private let painter: StylePainter
  /// SHA-256 of all that decoys follow from, beside the pictures.
  let source: Digest

  /// Prepares to paint.
  ///
  /// - Parameters:
  ///   - originals: The pictures.
  ///   - family: The family that decoys are drawn from.
  ///   - seed: The 32 bytes that decide the decoys.
  ///   - strength: As `EmbeddingSettings.strength`. Nil paints in full and leaves the strength out of what
  ///     the decoys are known by, as in the measurements that were made before it could be chosen.
  /// - Throws: `FeatureEmbeddingError` unless there are 32 bytes.
  package init(
    of originals: ImageSet,
    family: StyleFamily,
    seed: [UInt8],
    strength: Double? = nil
  ) throws {
    let weights = try StyleWeights.builtIn()
    self.originals = originals
    self.strength = strength
    decoys = try StyleDecoys(seed: seed, family: family)
    painter = try StylePainter(style: decoys.style(at: 0), weights: weights)
    source = Digest(
      of: KeyDerivation.framed(
        [seed, family.digest.bytes, weights.digest.bytes]
          + [strength].compactMap { $0.map { Array("\($0)".utf8) } }
      )
    )
  }

  /// Paints the pictures in a style.
  package func paint(in style: Style) throws -> ImageSet {
    try painter.painter(in: style).repaint(originals, strength: strength ?? 1)
  }

  /// Paints the pictures in the styles of decoys, or takes over those that an earlier run painted.
  ///
  /// - Parameters:
  ///   - count: N.
  ///   - folder: Where they go.
  ///   - onProgress: Called with the number of decoys done; what it throws ends the work.
  /// - Returns: The decoys' pictures.
  /// - Throws: `VerificationError.badDecoys` if the folder holds something else.
  package func paintDecoys(
    _ count: Int,
    in folder: URL,
    onProgress: (Int) throws -> Void
  ) throws -> DecoyCache {
    try DecoyCache.make(
      in: folder,
      originals: originals,
      count: count,
      source: source,
      onProgress: onProgress,
      paint: { try paint(in: decoys.style(at: $0)) }
    )
  }
}
