import Datasets
import Glibc
import Networks
import Torch

/// The gradients of some layers' weights for the pictures of a batch, and their lengths.
struct BatchGradients {
  private let layers: [LayerGradients]
  /// The squared lengths, layer by layer.
  private let squares: [[Double]]

  /// Computes the cosine of each picture's gradient and that of the picture at the same place.
  ///
  /// - Returns: Layer by layer; 0 for a gradient of zero.
  /// - Throws: `VerificationError.gradientsNotFinite`.
  func cosines(with other: BatchGradients, of batch: Batch) throws -> [[Double]] {
    try layers.indices.map { layer in
      let products = try layers[layer].products(with: other.layers[layer])
      return try products.indices.map { picture in
        let length = sqrt(squares[layer][picture]) * sqrt(other.squares[layer][picture])
        guard products[picture].isFinite else {
          throw VerificationError.gradientsNotFinite(images: batch.indices)
        }
        return length > 0 ? max(-1, min(1, products[picture] / length)) : 0
      }
    }
  }

  /// Where gradients come from.
  struct Source {
    private let classifier: Classifier
    private let layers: [KeptLayer]
    private let measure: AlignmentSettings.Measure

    init(_ classifier: Classifier, layers: [KeptLayer], measure: AlignmentSettings.Measure) {
      self.classifier = classifier
      self.layers = layers
      self.measure = measure
    }

    /// Takes a batch through the network and back to the first of the layers.
    ///
    /// - Throws: `VerificationError.gradientsNotFinite`, `.unusedLayer`; `TorchError`.
    func gradients(at batch: Batch) throws -> BatchGradients {
      let pictures = try classifier.images(fromPixels: batch.pixels, count: batch.count)
      let tape = LayerTape(recording: layers.map(\.layer))
      let logits = try classifier.logits(pictures, ForwardPass(tape: tape))
      let records = try layers.map { layer in
        guard let record = tape[layer.layer] else {
          throw VerificationError.unusedLayer(name: layer.name)
        }
        return record
      }
      let direction = try direction(of: logits, batch)
      let deltas = try (logits * direction).sum().gradients(of: records.map(\.output))
      return try withoutGradients { () throws in
        let gradients = try zip(layers, zip(records, deltas)).map { layer, values in
          try LayerGradients(
            of: layer,
            input: values.0.input,
            delta: values.1,
            measure: measure,
            images: batch.indices
          )
        }
        let squares = try gradients.map { try $0.products(with: $0) }
        guard squares.allSatisfy({ $0.allSatisfy(\.isFinite) }) else {
          throw VerificationError.gradientsNotFinite(images: batch.indices)
        }
        return BatchGradients(layers: gradients, squares: squares)
      }
    }

    /// The derivative of log Σ_{k ≠ y} exp z_k − z_y: the softmax over the other classes, and −1 at y.
    private func direction(of logits: Tensor, _ batch: Batch) throws -> Tensor {
      let values = try logits.detached().to(.cpu).elements(as: Float.self)
      let classCount = logits.shape[1]
      var direction = [Float](repeating: -1, count: values.count)
      for (picture, label) in batch.labels.enumerated() {
        let others = (0..<classCount).filter { $0 != label }
        let row = others.map { Double(values[picture * classCount + $0]) }
        let largest = row.max() ?? 0
        let powers = row.map { exp($0 - largest) }
        let sum = powers.reduce(0, +)
        guard sum.isFinite, values[picture * classCount + label].isFinite else {
          throw VerificationError.gradientsNotFinite(images: batch.indices)
        }
        for (other, power) in zip(others, powers) {
          direction[picture * classCount + other] = Float(power / sum)
        }
      }
      return try Tensor(direction, shape: logits.shape, device: logits.device)
    }
  }
}
