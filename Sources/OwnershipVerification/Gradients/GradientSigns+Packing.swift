public import Datasets
import Networks
import Torch

extension GradientSigns {
  /// How many images go through at once where signs are packed, unless told otherwise.
  ///
  /// Only the gradients of one parameter are there at a time, but what every layer saw and gave is kept as well:
  /// of WRN-28-10 some 100 MB a picture.
  public var packedBatchSize: Int {
    max(1, min(32, (1 << 27) / max(1, count)))
  }

  /// Computes the signs for labelled images, packed to bits.
  ///
  /// As `signs(of:batchSize:onProgress:)`, for gradients too long for a byte each: those of all weights.
  ///
  /// - Parameters:
  ///   - images: Pictures of the classifier's size and classes, with their true labels.
  ///   - batchSize: How many go through at once; changes the speed, and signs of gradients that are
  ///     zero but for rounding.
  ///   - onProgress: Called after every batch with the number of images done. What it throws ends the
  ///     computation.
  /// - Returns: One row for each image.
  /// - Throws: `VerificationError` if the images do not fit, or a gradient is not finite; `TorchError`.
  /// - Complexity: As `signs`; N · D / 4 bytes of memory for the rows, and for each thread the
  ///   activations of a batch and the gradients of its largest parameter.
  public func packedSigns(
    of images: ImageSet,
    batchSize: Int? = nil,
    onProgress: (Int) throws -> Void = { _ in }
  ) throws -> PackedSigns {
    var rows = PackedRows(columnCount: count, capacity: images.count)
    try forEachBatch(of: images, size: batchSize ?? packedBatchSize) { signs, batch in
      (try signs.packedSigns(of: batch), batch.count)
    } collect: { part, count in
      rows.append(part, count: count)
      try onProgress(rows.count)
    }
    return rows.finished
  }

  private func packedSigns(of batch: Batch) throws -> SignBits {
    let pictures = try classifier.images(fromPixels: batch.pixels, count: batch.count)
    var bits = SignBits(rowCount: batch.count, columnCount: count)
    try forEachParameter(pictures, labels: batch.labels) { column, gradients in
      guard try bits.pack(gradients.to(.cpu), atColumn: column) else {
        throw VerificationError.gradientsNotFinite(images: batch.indices)
      }
    }
    return bits
  }
}
