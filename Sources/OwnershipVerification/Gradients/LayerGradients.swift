import Networks
import Torch

/// The gradients of one layer's weight for each picture of a batch, in a form that inner products are cheap in.
enum LayerGradients {
  /// Of a linear layer: δ ⊗ a, rows δ `[N, out]` and a `[N, in]`.
  case outer(delta: Tensor, input: Tensor)
  /// Of a convolution: Σ_p δ_p ⊗ a_p over the places p of its output, δ `[N, out, L]` and a `[N, in · k², L]`.
  ///
  /// ⟨G, G′⟩ = Σ_pq (δ_p · δ′_q) (a_p · a′_q), as in the per-sample norms of Bu, Mao and Xu (NeurIPS 2022):
  /// no gradient is ever there, of which one picture's in WRN-28-10 take 15 MB a layer.
  case sums(delta: Tensor, input: Tensor)
  /// The gradients themselves, `[N, count]`.
  case whole(Tensor)
  /// Their signs.
  case signs(PackedSigns)

  /// Takes the gradients of a layer, each times a positive number of its own: no cosine depends on it, and products of
  /// tiny numbers would round to nothing.
  ///
  /// - Parameters:
  ///   - kept: The layer; its weight is all that counts.
  ///   - input: a, what went into it, `[N, …]`.
  ///   - delta: δ, the derivative with respect to what came out.
  ///   - measure: Whether only signs count.
  ///   - images: The positions of the pictures, for the error.
  /// - Throws: `VerificationError.gradientsNotFinite` if a sign is to be taken of one; `TorchError`.
  init(
    of kept: KeptLayer,
    input: Tensor,
    delta: Tensor,
    measure: AlignmentSettings.Measure,
    images: [Int]
  ) throws {
    let (input, delta) = try (input.scaled(), delta.scaled())
    if measure == .gradients {
      if kept.layer is Linear {
        self = .outer(delta: delta, input: input)
        return
      }
      if let layer = kept.layer as? Conv2d, layer.isSmall(delta) {
        let (samples, outputs, places) = (delta.shape[0], delta.shape[1], layer.placeCount(delta))
        self = .sums(
          delta: try delta.reshaped(to: [samples, outputs, places]),
          input: try input.unfolded(
            kernelHeight: layer.weight.shape[2],
            kernelWidth: layer.weight.shape[3],
            stride: layer.stride,
            padding: layer.padding
          )
        )
        return
      }
    }
    let parameter = kept.parameters[0]
    let whole = try kept.layer.gradients(of: parameter, input: input, delta: delta)
    guard measure == .signs else {
      self = .whole(whole)
      return
    }
    var bits = SignBits(rowCount: whole.shape[0], columnCount: parameter.count)
    guard try bits.pack(whole.to(.cpu), atColumn: 0) else {
      throw VerificationError.gradientsNotFinite(images: images)
    }
    self = .signs(PackedSigns(rowCount: whole.shape[0], columnCount: parameter.count, bits: bits))
  }

  /// Computes the inner product of each picture's gradient with that of the picture at the same place.
  ///
  /// - Parameter other: Gradients of the same layer for as many pictures.
  /// - Returns: One number for each picture; not a number if a gradient is not.
  /// - Throws: `TorchError` if the forms differ.
  func products(with other: LayerGradients) throws -> [Double] {
    switch (self, other) {
    case (.outer(let delta, let input), .outer(let otherDelta, let otherInput)):
      let products = try (delta * otherDelta).sum(over: [1]) * (input * otherInput).sum(over: [1])
      return try products.doubles()
    case (.sums(let delta, let input), .sums(let otherDelta, let otherInput)):
      let deltas = try delta.permuted([0, 2, 1]).matmul(otherDelta)
      let inputs = try input.permuted([0, 2, 1]).matmul(otherInput)
      return try (deltas * inputs).sum(over: [1, 2]).doubles()
    case (.whole(let gradients), .whole(let others)):
      return try (gradients * others).sum(over: [1]).doubles()
    case (.signs(let signs), .signs(let others)):
      return try signs.pairedProducts(with: others).map(Double.init)
    default:
      throw TorchError("gradients in different forms have no inner product")
    }
  }
}

extension Tensor {
  /// Each sample of a batch divided by its largest magnitude.
  fileprivate func scaled() throws -> Tensor {
    let largest = try abs().maximum(over: Array(1..<shape.count), keeping: true)
    let range = Double(Float.leastNormalMagnitude)...Double(Float.greatestFiniteMagnitude)
    return try self / largest.clamped(to: range)
  }

  fileprivate func doubles() throws -> [Double] {
    try to(.cpu).to(.float64).elements(as: Double.self)
  }
}

extension Conv2d {
  /// L, the number of places in the layer's output.
  fileprivate func placeCount(_ delta: Tensor) -> Int { delta.shape[2] * delta.shape[3] }

  /// Whether the output has so few places that products without the gradients are cheaper.
  ///
  /// A product costs L² (out + in · k²), once with another gradient and once for the length, the gradient itself
  /// L · out · in · k².
  fileprivate func isSmall(_ delta: Tensor) -> Bool {
    let (outputs, inputs) = (weight.shape[0], weight.shape[1...].reduce(1, *))
    return 2 * placeCount(delta) * (outputs + inputs) < outputs * inputs
  }
}
