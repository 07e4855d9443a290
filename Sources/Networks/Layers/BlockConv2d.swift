public import Torch

/// `BlockConv2d` convolves pictures of even sides with 3×3 kernels, zeros added on each side, to few channels.
///
/// Input `[N, in, H, W]`, output `[N, out, H, W]`. The parameters are those of `Conv2d`.
///
/// Few output channels leave most of a vector register empty. The same sums, laid out as four times as
/// many channels at half the resolution, fill it: a 4×4 kernel of stride 2 computes 2×2 blocks of pixels.
public final class BlockConv2d: Module {
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

  /// Convolves a batch of pictures.
  public func forward(_ input: Tensor, _ pass: ForwardPass) throws -> Tensor {
    // Pixel (a, b) of a block sees the pixels under the kernel moved by (a, b).
    let kernels = try [(0, 0), (0, 1), (1, 0), (1, 1)].map { a, b in
      try weight.padded(left: b, right: 1 - b, top: a, bottom: 1 - a, .zeros)
    }
    let column = try bias.reshaped(to: [-1, 1])
    let blocks = try input.convolved(
      with: Tensor.concatenating(kernels, along: 1)
        .reshaped(to: [4 * weight.shape[0], weight.shape[1], 4, 4]),
      bias: Tensor.concatenating([column, column, column, column], along: 1).reshaped(to: [-1]),
      stride: 2,
      padding: 1
    )
    let output = try blocks.pixelShuffled(by: 2)
    try pass.tape?.record(self, input: input, output: output)
    return output
  }
}
