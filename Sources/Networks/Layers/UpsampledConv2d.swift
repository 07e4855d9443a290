public import Torch

/// `UpsampledConv2d` doubles the sides of pictures by pixel repetition and convolves them with 3×3
/// kernels, zeros added on each side.
///
/// Input `[N, in, H, W]`, output `[N, out, 2·H, 2·W]`. The parameters are those of the convolution alone.
///
/// A 3×3 kernel on repeated pixels sees 2×2 different ones, so each of the four output pixels that
/// belong to an input pixel comes from a 2×2 kernel on the small picture: the same sums with 2.25 times
/// fewer products, and no large input.
public final class UpsampledConv2d: Module {
  /// Shape `[out, in, 3, 3]`.
  public let weight: Tensor
  /// Shape `[out]`.
  public let bias: Tensor

  /// Creates a layer with PyTorch's default initialisation, unless told otherwise.
  public init(
    _ input: Int,
    _ output: Int,
    initializer: Initializer = .pytorchDefault,
    using generator: Generator
  ) throws {
    let fan = Initializer.Fan(input: input * 9, output: output * 9)
    weight = try initializer.weight(shape: [output, input, 3, 3], fan: fan, using: generator)
    bias = try initializer.bias(count: output, fan: fan, using: generator)
  }

  /// The weight and the bias.
  public var ownParameters: [(name: String, tensor: Tensor)] {
    [("weight", weight), ("bias", bias)]
  }

  /// Enlarges and convolves a batch of pictures.
  ///
  /// Output row 2i + a sees the enlarged rows 2i + a - 1 … 2i + a + 1, which show rows i - 1, i, i for
  /// a = 0 and i, i, i + 1 for a = 1. Padded by a zero row on each side, 2×2 kernels slide over the pairs
  /// of rows (-1, 0), (0, 1), … (H - 1, H): the pair that starts at row i - 1 + a is output row 2i + a's.
  public func forward(_ input: Tensor, _ pass: ForwardPass) throws -> Tensor {
    let biases = try Tensor.concatenating([bias, bias, bias, bias])
    let output = try input.convolved(with: phaseKernels(), bias: biases, padding: 1).wovenPhases()
    try pass.tape?.record(self, input: input, output: output)
    return output
  }

  /// The 2×2 kernels of phases (0, 0), (0, 1), (1, 0) and (1, 1), shape `[4·out, in, 2, 2]`.
  private func phaseKernels() throws -> Tensor {
    try Tensor.concatenating(
      Self.phases(of: weight, along: 2).flatMap { try Self.phases(of: $0, along: 3) }
    )
  }

  /// What three taps add up to where two neighbouring ones see the same pixel.
  private static func phases(of kernel: Tensor, along dimension: Int) throws -> [Tensor] {
    let taps = try (0..<3).map { try kernel.narrowed(dimension, to: $0..<$0 + 1) }
    return [
      try Tensor.concatenating([taps[0], taps[1] + taps[2]], along: dimension),
      try Tensor.concatenating([taps[0] + taps[1], taps[2]], along: dimension),
    ]
  }
}
