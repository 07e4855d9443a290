public import Datasets
public import Networks
package import Torch

/// The signs of the gradients of a classifier's weights, image by image.
///
/// Row *i* is sgn(∇_θ L(M(x_i), y_i)) with the cross-entropy L and the true label y_i, of the
/// parameters θ that `features` keeps, in evaluation mode (Li et al., AAAI 2022, Eq. 4; sgn(0) = 0).
/// The public code goes through the network once for each image. Here a batch goes through at once:
/// see `PerSampleLayer`. Only kept layers cost a weight gradient. Always float32, these are evidence.
public struct GradientSigns {
  /// Whose gradients are taken.
  public let classifier: Classifier
  /// Which of them are kept.
  public let features: GradientFeatures
  /// D, the number of features of an image.
  public let count: Int

  private let kept: [KeptLayer]

  /// Prepares the gradients of a classifier.
  ///
  /// - Throws: `VerificationError.unsupportedLayer` if a layer's gradients cannot be had sample by
  ///   sample.
  public init(of classifier: Classifier, features: GradientFeatures = .compact) throws {
    self.classifier = classifier
    self.features = features
    kept = try features.kept(of: classifier.network)
    count = kept.reduce(0) { $0 + $1.count }
  }

  /// How many images go through at once, unless told otherwise.
  ///
  /// From 16 to 64 images make no difference in speed. Fewer where the gradients
  /// themselves, four bytes each, are large.
  public var batchSize: Int {
    max(1, min(32, (1 << 26) / max(1, count)))
  }

  /// Computes the signs for labelled images.
  ///
  /// - Parameters:
  ///   - images: Pictures of the classifier's size and classes, with their true labels.
  ///   - batchSize: How many go through at once; changes the speed, and signs of gradients that are
  ///     zero but for rounding.
  ///   - onProgress: Called after every batch with the number of images done. What it throws ends the
  ///     computation.
  /// - Returns: One row for each image.
  /// - Throws: `VerificationError` if the images do not fit, or a gradient is not finite; `TorchError`.
  /// - Complexity: A forward pass, a backward pass to the first kept layer, and the gradients of the
  ///   kept weights for each image. N · D bytes of memory.
  public func signs(
    of images: ImageSet,
    batchSize: Int? = nil,
    onProgress: (Int) throws -> Void = { _ in }
  ) throws -> SignMatrix {
    var entries: [Int8] = []
    entries.reserveCapacity(images.count * count)
    try forEachBatch(of: images, size: batchSize ?? self.batchSize) { signs, batch in
      try signs.signs(of: batch)
    } collect: { part in
      entries += part
      try onProgress(entries.count / max(1, count))
    }
    return try SignMatrix(rowCount: images.count, columnCount: count, entries: entries)
  }

  /// Computes something of every batch, on all threads, and collects it in order.
  func forEachBatch<Part: Sendable>(
    of images: ImageSet,
    size: Int,
    compute: @escaping @Sendable (GradientSigns, Batch) throws -> Part,
    collect: (Part) throws -> Void
  ) throws {
    try classifier.checkPictures(images)
    let threads = classifier.readerCount
    let size = evenSize(of: images.count, atMost: size, threads: threads)
    let readers = Readers(value: self, threads: threads)
    try readers.forEach(
      Batches(inOrder: images, size: size),
      compute: compute,
      collect: collect
    )
  }

  /// The largest batch, up to a limit, that gives every thread as much to do as the others.
  private func evenSize(of count: Int, atMost limit: Int, threads: Int) -> Int {
    let groups = max(1, (count + limit * threads - 1) / (limit * threads))
    return max(1, (count + groups * threads - 1) / (groups * threads))
  }

  private func signs(of batch: Batch) throws -> [Int8] {
    try finiteGradients(of: batch).sign().to(.int8).elements()
  }

  /// Computes the pooled gradients of a batch, shape `[N, count]`.
  ///
  /// - Throws: `VerificationError.gradientsNotFinite`; `TorchError`.
  func finiteGradients(of batch: Batch) throws -> Tensor {
    let pictures = try classifier.images(fromPixels: batch.pixels, count: batch.count)
    let gradients = try gradients(of: pictures, labels: batch.labels)
    // 0 · x is NaN for all x that are not finite; NaN has no sign.
    guard try (gradients * 0).sum().item() == 0 else {
      throw VerificationError.gradientsNotFinite(images: batch.indices)
    }
    return gradients
  }

  /// Computes the pooled gradients themselves.
  ///
  /// - Parameters:
  ///   - images: RGB in [0, 1], shape `[N, 3, H, W]`, float32.
  ///   - labels: N class indices.
  /// - Returns: Shape `[N, count]`, float32.
  /// - Throws: `TorchError` if shapes do not fit.
  package func gradients(of images: Tensor, labels: [Int]) throws -> Tensor {
    var parts: [Tensor] = []
    try forEachParameter(images, labels: labels) { _, gradients in parts.append(gradients) }
    return try withoutGradients { try Tensor.concatenating(parts, along: 1) }
  }

  /// Computes the pooled gradients of one kept parameter after the other, so that only one is there at
  /// a time.
  ///
  /// - Parameters:
  ///   - images: RGB in [0, 1], shape `[N, 3, H, W]`, float32.
  ///   - labels: N class indices.
  ///   - body: Is given the parameter's first column and its gradients, `[N, …]`.
  /// - Throws: `VerificationError.unusedLayer`; `TorchError`; what `body` throws.
  func forEachParameter(
    _ images: Tensor,
    labels: [Int],
    _ body: (_ column: Int, _ gradients: Tensor) throws -> Void
  ) throws {
    let tape = LayerTape(recording: kept.map(\.layer))
    let logits = try classifier.logits(images, ForwardPass(tape: tape))
    let labels = try Tensor(labels.map(Int64.init), shape: [labels.count], device: images.device)
    let loss = try logits.crossEntropy(labels, reduction: .sum)

    let records = try kept.map { kept in
      guard let record = tape[kept.layer] else {
        throw VerificationError.unusedLayer(name: kept.name)
      }
      return record
    }
    let deltas = try loss.gradients(of: records.map(\.output))
    var column = 0
    for (kept, (record, delta)) in zip(kept, zip(records, deltas)) {
      for parameter in kept.parameters {
        try withoutGradients { () throws in
          let gradients = try kept.layer.gradients(
            of: parameter,
            input: record.input,
            delta: delta
          )
          try body(column, gradients)
        }
        column += parameter.count
      }
    }
  }
}

@available(*, unavailable)
extension GradientSigns: Sendable {}
