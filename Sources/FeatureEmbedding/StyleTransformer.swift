public import Torch

/// The network that repaints pictures in a style.
///
/// Ghiasi et al., BMVC 2017, section 3, after Dumoulin et al., "A learned representation for artistic
/// style", ICLR 2017, in the narrow form that Magenta published for phones. Every convolution is
/// preceded by reflect padding of half its kernel.
///
/// | step | tensors `transformer.…` | layer |
/// | --- | --- | --- |
/// | 1 | `contract1` | 9 × 9, 3 → 8, ReLU |
/// | 2 | `contract2` | 3 × 3, stride 2, 8 → 16, ReLU |
/// | 3 | `contract3` | 3 × 3, stride 2, 16 → 32, ReLU |
/// | 4 | `residual1` … `residual5` | x + N(conv2(ReLU(N(conv1(x))))), 3 × 3, 32 → 32 |
/// | 5 | `expand1` | enlarged twofold by pixel repetition, 3 × 3, 32 → 16, N, ReLU |
/// | 6 | `expand2` | enlarged twofold by pixel repetition, 3 × 3, 16 → 8, N, ReLU |
/// | 7 | `expand3` | 9 × 9, 8 → 3, N, sigmoid |
///
/// N is conditional instance normalisation: (x - mean) / sqrt(variance + 1e-5) · scale + shift for
/// each picture and channel, with scale and shift linear in the style vector. A convolution's bias
/// before N vanishes with the mean and is left out.
///
/// Steps 1, 2 and 5 to 7 are computed in blocks of pixels (`BlockKernel`), which gives the same
/// sums in another order.
public struct StyleTransformer {
  private let contract: [(weight: Tensor, bias: Tensor)]
  private let residual: [(Tensor, Tensor)]
  private let expand: [Tensor]
  let weights: StyleWeights

  /// Takes the transformer's tensors out of the weights.
  ///
  /// - Throws: `FeatureEmbeddingError.unsuitableWeights` if one is missing or has another shape.
  public init(_ weights: StyleWeights) throws {
    func kernel(_ name: String, from input: Int, to output: Int, _ side: Int = 3) throws -> Tensor {
      try weights.tensor("transformer.\(name).weight", shape: [output, input, side, side])
    }
    func bias(_ name: String, _ count: Int) throws -> Tensor {
      try weights.tensor("transformer.\(name).bias", shape: [count])
    }
    contract = [
      (
        try BlockKernel(kernel("contract1", from: 3, to: 8, 9)).producingBlocks().tensor,
        try StyleTransformer.forBlocks(bias("contract1", 8))
      ),
      (
        try BlockKernel(kernel("contract2", from: 8, to: 16)).readingBlocks().tensor,
        try bias("contract2", 16)
      ),
      (try kernel("contract3", from: 16, to: 32).channelsLast(), try bias("contract3", 32)),
    ]
    residual = try (1...5).map {
      (
        try kernel("residual\($0).conv1", from: 32, to: 32).channelsLast(),
        try kernel("residual\($0).conv2", from: 32, to: 32).channelsLast()
      )
    }
    expand = [
      try BlockKernel(kernel("expand1", from: 32, to: 16)).producingBlocksOfEnlarged().tensor,
      try BlockKernel(kernel("expand2", from: 16, to: 8)).producingBlocksOfEnlarged().tensor,
      try BlockKernel(kernel("expand3", from: 8, to: 3, 9)).producingBlocks().tensor,
    ]
    self.weights = weights
  }

  /// Repaints pictures.
  ///
  /// - Parameters:
  ///   - pictures: RGB in [0, 1]; shape `[N, 3, H, W]`, float32; H and W divisible by 4, at least 8.
  ///     The network was made for sides of some 128 pixels or more and smears smaller pictures.
  ///   - brush: The style, from `brush(for:)`.
  /// - Returns: RGB in [0, 1], of the same shape.
  /// - Throws: `FeatureEmbeddingError.unpaintable` for another shape; `TorchError` if there is no
  ///   memory.
  /// - Complexity: 25,000 multiplications a pixel; memory for a few pictures at a time.
  public func repaint(_ pictures: Tensor, with brush: StyleBrush) throws -> Tensor {
    let shape = pictures.shape
    guard shape.count == 4, shape[1] == 3, shape[0] > 0, pictures.dtype == .float32 else {
      throw FeatureEmbeddingError.unpaintable(
        shape: shape,
        reason: "pictures are float32 with three channels"
      )
    }
    guard shape[2...].allSatisfy({ $0 >= 8 && $0.isMultiple(of: 4) }) else {
      throw FeatureEmbeddingError.unpaintable(
        shape: shape,
        reason: "a side is under 8 or not divisible by 4"
      )
    }
    // Few enough that what one layer leaves is still in the cache when the next one reads it.
    let step = max(1, StyleTransformer.pixelsAtOnce / (shape[2] * shape[3]))
    return try withoutGradients {
      let parts = try stride(from: 0, to: shape[0], by: step).map {
        try network(pictures[$0..<min($0 + step, shape[0])], brush)
      }
      return parts.count == 1 ? parts[0] : try Tensor.concatenating(parts)
    }
  }

  private static let pixelsAtOnce = 8 * 128 * 128

  private func network(_ pictures: Tensor, _ brush: StyleBrush) throws -> Tensor {
    var x = try pictures.padded(by: 4, .reflect)
      .convolved(with: contract[0].weight, bias: contract[0].bias, stride: 2).relu()
    x = try x.padded(left: 1, right: 0, top: 1, bottom: 0, .replicate)
      .convolved(with: contract[1].weight, bias: contract[1].bias).relu()
    x = try x.padded(left: 1, right: 0, top: 1, bottom: 0, .reflect)
      .convolved(with: contract[2].weight, bias: contract[2].bias, stride: 2).relu()
    for (kernels, brush) in zip(residual, brush.residual) {
      let inner = try brush.0(x.padded(by: 1, .reflect).convolved(with: kernels.0)).relu()
      x = try x + brush.1(inner.padded(by: 1, .reflect).convolved(with: kernels.1))
    }
    for level in 0..<2 {
      let blocks = try x.padded(by: 1, .replicate).convolved(with: expand[level])
      x = try brush.expand[level](blocks).relu().pixelShuffled(by: 2)
    }
    let blocks = try x.padded(by: 4, .reflect).convolved(with: expand[2], stride: 2)
    return try brush.expand[2](blocks).sigmoid().contiguous().pixelShuffled(by: 2)
  }

  /// Repeats each channel's value for the four channels of its blocks.
  static func forBlocks(_ values: Tensor) throws -> Tensor {
    let count = values.elementCount
    return try values.reshaped(to: [count]).selecting((0..<4 * count).map { $0 / 4 })
  }
}

@available(*, unavailable)
extension StyleTransformer: Sendable {}
