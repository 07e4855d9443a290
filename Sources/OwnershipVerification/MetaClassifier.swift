import Networks
import Torch

/// Tells the gradient signs of a victim from those of a benign model.
///
/// The classifier C of Li et al. (AAAI 2022).
///
/// D → ⌊D/8⌋ → ⌊D/16⌋ → 2 with ReLU; class 1 is the victim. Its inputs are raw sign vectors, in
/// training and in verification alike, and its outputs logits, trained with cross-entropy: one
/// softmax. (`MetaClassifierSettings.asReleased` is the public code's way.) Weights are rounded to
/// float16 as soon as they are trained, so that one read from a file, of half the size then, gives the
/// very same posteriors; a posterior moves by less than a thousandth.
public final class MetaClassifier {
  /// D, the length of the sign vectors.
  public let featureCount: Int
  /// How it was trained.
  public let settings: MetaClassifierSettings

  let layers: [Linear]

  /// The most features: weights grow as D²/8, and these take 2 GB while they are computed with.
  public static let featureLimit = 65_536

  /// Takes over trained layers, after rounding their weights to float16.
  init(_ layers: [Linear], featureCount: Int, settings: MetaClassifierSettings) throws {
    self.layers = layers
    self.featureCount = featureCount
    self.settings = settings
    for (_, tensor) in layers.flatMap(\.ownParameters) {
      try tensor.copyInPlace(from: tensor.to(.float16))
    }
  }

  /// The outputs of the layers for D inputs.
  static func widths(featureCount: Int) -> [Int] {
    [max(1, featureCount / 8), max(1, featureCount / 16), 2]
  }

  /// Computes the posterior probability of the class "victim" for sign vectors.
  ///
  /// σ(z₁ - z₀) in double precision from the float32 logits z, so that probabilities near 1 stay apart
  /// down to 10⁻¹⁶.
  ///
  /// - Parameter rows: Rows of D signs, or of what it was trained on instead.
  /// - Returns: One number in [0, 1] for each row.
  /// - Throws: `VerificationError.featuresDiffer` if the rows have another length; `TorchError`.
  public func posteriors<Entry>(of rows: GradientMatrix<Entry>) throws -> [Double] {
    guard rows.columnCount == featureCount else {
      throw VerificationError.featuresDiffer(found: rows.columnCount, expected: featureCount)
    }
    return try withoutGradients { () throws in
      try stride(from: 0, to: rows.rowCount, by: 256).flatMap { start in
        try posteriors(
          of: rows.tensor(rows: start..<min(start + 256, rows.rowCount))
        )
      }
    }
  }

  private func posteriors(of rows: Tensor) throws -> [Double] {
    let logits = try MetaClassifier.tail(
      Array(layers.dropFirst()),
      layers[0].forward(rows, ForwardPass())
    )
    if settings.asReleased {
      return try logits.softmax(over: 1).narrowed(1, to: 1..<2).elements(as: Float.self)
        .map(Double.init)
    }
    let difference = try logits.to(.float64)
    return try (difference.narrowed(1, to: 1..<2) - difference.narrowed(1, to: 0..<1)).sigmoid()
      .elements(as: Double.self)
  }

  /// Applies the layers after the first to what the first gave.
  static func tail(_ layers: [Linear], _ hidden: Tensor) throws -> Tensor {
    try layers.reduce(hidden) { try $1.forward($0.relu(), ForwardPass()) }
  }
}

@available(*, unavailable)
extension MetaClassifier: Sendable {}
