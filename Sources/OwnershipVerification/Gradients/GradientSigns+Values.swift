public import Datasets
import Glibc
public import Torch

/// What of a gradient the meta-classifier sees.
public enum GradientEntries: String, Sendable, Hashable, Codable, CaseIterable {
  /// Signs, as in the paper's Equation 4.
  case signs
  /// The gradient itself, scaled to the length that a row of signs has; the paper's ablation.
  case values
}

extension GradientSigns {
  /// Computes the gradients themselves for labelled images, row by row scaled to the length √D.
  ///
  /// That is the length of a row of D signs without a zero. Unscaled, the loss of a picture that the model is
  /// sure of would decide how much its row counts, and a learning rate for signs would learn nothing.
  /// A gradient of zero stays.
  ///
  /// - Parameters:
  ///   - images: Pictures of the classifier's size and classes, with their true labels.
  ///   - onProgress: Called after every batch with the number of images done. What it throws ends the
  ///     computation.
  /// - Returns: One row for each image, float32.
  /// - Throws: `VerificationError` if the images do not fit, or a gradient is not finite; `TorchError`.
  /// - Complexity: As `signs`, with four times the memory.
  public func scaledGradients(
    of images: ImageSet,
    onProgress: (Int) throws -> Void = { _ in }
  ) throws -> GradientMatrix<Float> {
    var entries: [Float] = []
    entries.reserveCapacity(images.count * count)
    try forEachBatch(of: images, size: batchSize) { signs, batch in
      try signs.scaledGradients(of: batch)
    } collect: { part in
      entries += part
      try onProgress(entries.count / max(1, count))
    }
    return try GradientMatrix(rowCount: images.count, columnCount: count, entries: entries)
  }

  private func scaledGradients(of batch: Batch) throws -> [Float] {
    let gradients = try finiteGradients(of: batch)
    return try withoutGradients { () throws in
      // In double precision, for squares of small gradients are too small for float32.
      let rows = try gradients.to(.float64)
      let length = try (rows * rows).sum(over: [1], keeping: true).squareRoot()
      let scale = try length.clamped(to: 1e-200...1e200)
      return try (rows / scale * sqrt(Double(count))).to(.float32).elements()
    }
  }
}
