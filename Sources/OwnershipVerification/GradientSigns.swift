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
    try check(images)
    let threads = classifier.device == .cpu ? Runtime.threadCount : 1
    let batches = try Batches(
      inOrder: images,
      size: evenSize(of: images.count, atMost: batchSize ?? self.batchSize, threads: threads)
    )
    var entries: [Int8] = []
    entries.reserveCapacity(images.count * count)
    for first in stride(from: 0, to: batches.count, by: threads) {
      let group = Array(batches[first..<min(first + threads, batches.count)])
      let readers = Readers(signs: self)
      let parts = try Runtime.onThreads(group.count) { try readers.signs.signs(of: group[$0]) }
      entries += parts.joined()
      try onProgress(entries.count / max(1, count))
    }
    return try SignMatrix(rowCount: images.count, columnCount: count, entries: entries)
  }

  /// The largest batch, up to a limit, that gives every thread as much to do as the others.
  private func evenSize(of count: Int, atMost limit: Int, threads: Int) -> Int {
    let groups = max(1, (count + limit * threads - 1) / (limit * threads))
    return max(1, (count + groups * threads - 1) / (groups * threads))
  }

  private func signs(of batch: Batch) throws -> [Int8] {
    let pictures = try classifier.images(fromPixels: batch.pixels, count: batch.count)
    let gradients = try gradients(of: pictures, labels: batch.labels)
    // 0 · x is NaN for all x that are not finite; NaN has no sign.
    guard try (gradients * 0).sum().item() == 0 else {
      throw VerificationError.gradientsNotFinite(images: batch.indices)
    }
    return try gradients.sign().to(.int8).elements()
  }

  /// Lets several threads read one network.
  ///
  /// Nothing is written while they do: evaluation mode changes no tensor of the network, no parameter
  /// collects a gradient, and every thread has a tape of its own.
  private struct Readers: @unchecked Sendable {
    let signs: GradientSigns
  }

  /// Computes the pooled gradients themselves.
  ///
  /// - Parameters:
  ///   - images: RGB in [0, 1], shape `[N, 3, H, W]`, float32.
  ///   - labels: N class indices.
  /// - Returns: Shape `[N, count]`, float32.
  /// - Throws: `TorchError` if shapes do not fit.
  package func gradients(of images: Tensor, labels: [Int]) throws -> Tensor {
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
    return try withoutGradients { () throws in
      let parts = try zip(kept, zip(records, deltas)).flatMap { kept, values in
        try kept.parameters.map { parameter in
          try kept.layer.gradients(of: parameter, input: values.0.input, delta: values.1)
        }
      }
      return try Tensor.concatenating(parts, along: 1)
    }
  }
}

extension GradientSigns {
  private func check(_ images: ImageSet) throws {
    let size = Classifier.PictureSize(height: images.height, width: images.width)
    guard size == classifier.pictureSize, images.classNames == classifier.classNames else {
      throw VerificationError.picturesDoNotFit(
        pictures: "\(size), classes \(images.classNames.joined(separator: ", "))",
        model: "\(classifier.pictureSize), classes \(classifier.classNames.joined(separator: ", "))"
      )
    }
  }
}

@available(*, unavailable)
extension GradientSigns: Sendable {}
