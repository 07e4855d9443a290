public import Torch

/// `UpsampledConv2d` doubles the sides of pictures by pixel repetition and convolves them with 3×3
/// kernels, zeros added on each side.
///
/// Input `[N, in, H, W]`, output `[N, out, 2·H, 2·W]`. The parameters are those of the convolution alone.
///
/// Each input pixel, repeated twice in both directions, touches 4×4 output pixels: the whole is a transposed
/// convolution of stride 2 whose kernels are sums of the 3×3 ones. It takes 16 products for a pair of
/// channels and a small pixel where the plain form takes 36, and needs no large input.
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
  public func forward(_ input: Tensor, _ pass: ForwardPass) throws -> Tensor {
    let kernel = try Self.spread(Self.spread(weight, along: 2), along: 3).permuted([1, 0, 2, 3])
    let output = try convolve(input, kernel)
    try pass.tape?.record(self, input: input, output: output)
    return output
  }

  /// oneDNN sums a bias's gradient in a transposed convolution one number at a time, so where it is wanted
  /// the bias is added by itself.
  private func convolve(_ input: Tensor, _ kernel: Tensor) throws -> Tensor {
    guard bias.requiresGradient else {
      return try input.transposeConvolved(with: kernel, bias: bias, stride: 2, padding: 1)
    }
    let output = try input.transposeConvolved(with: kernel, stride: 2, padding: 1)
    return try output + bias.to(output.dtype).reshaped(to: [1, -1, 1, 1])
  }

  /// What row p of the small picture adds to rows 2p - 1 … 2p + 2 of the output.
  ///
  /// It is shown in rows 2p and 2p + 1 of the enlarged picture; tap t of output row o reads row o + t - 1.
  /// So row 2p - 1 has it from tap 2, row 2p from taps 1 and 2, row 2p + 1 from 0 and 1, row 2p + 2 from 0.
  private static func spread(_ kernel: Tensor, along dimension: Int) throws -> Tensor {
    let taps = try (0..<3).map { try kernel.narrowed(dimension, to: $0..<$0 + 1) }
    return try Tensor.concatenating(
      [taps[2], taps[1] + taps[2], taps[0] + taps[1], taps[0]],
      along: dimension
    )
  }
}
