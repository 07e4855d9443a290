internal import Torch

extension StyleTransformer {
  /// Returns a style in the form that painting takes, computed once for any number of pictures.
  ///
  /// - Parameter style: The style to paint in.
  /// - Returns: The scales and shifts of all layers.
  /// - Throws: `FeatureEmbeddingError.unsuitableWeights` if the weights are of another network.
  public func brush(for style: Style) throws -> StyleBrush {
    let vector = try Tensor(style.vector, shape: [1, StylePredictor.styleLength])
    func linear(_ name: String, _ channels: Int) throws -> Tensor {
      let length = StylePredictor.styleLength
      let weight = try weights.tensor("style.\(name).weight", shape: [channels, length, 1, 1])
      let bias = try weights.tensor("style.\(name).bias", shape: [channels])
      return try vector.linear(weight.reshaped(to: [channels, length]), bias: bias)
        .reshaped(to: [channels])
    }
    func normalization(_ name: String, _ channels: Int, ofBlocks: Bool) throws -> StyleNormalization
    {
      let (scale, shift) = (
        try linear(name + ".scale", channels), try linear(name + ".shift", channels)
      )
      return StyleNormalization(
        channels: channels,
        scale: ofBlocks ? try StyleTransformer.forBlocks(scale) : scale,
        shift: ofBlocks ? try StyleTransformer.forBlocks(shift) : shift
      )
    }
    return try withoutGradients {
      StyleBrush(
        residual: try (1...5).map {
          (
            try normalization("residual\($0).conv1", 32, ofBlocks: false),
            try normalization("residual\($0).conv2", 32, ofBlocks: false)
          )
        },
        expand: try zip(1...3, [16, 8, 3]).map {
          try normalization("expand\($0)", $1, ofBlocks: true)
        }
      )
    }
  }
}

/// A style as the scales and shifts of the transformer's layers.
public struct StyleBrush {
  let residual: [(StyleNormalization, StyleNormalization)]
  let expand: [StyleNormalization]
}

@available(*, unavailable)
extension StyleBrush: Sendable {}

/// Conditional instance normalisation with one style's scale and shift.
struct StyleNormalization {
  /// How many channels the picture has, each of which may lie in blocks of four.
  let channels: Int
  let scale: Tensor
  let shift: Tensor

  func callAsFunction(_ x: Tensor) throws -> Tensor {
    try x.groupNormalized(groups: channels, weight: scale, bias: shift, epsilon: 1e-5)
  }
}
