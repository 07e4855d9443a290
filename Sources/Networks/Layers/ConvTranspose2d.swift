public import Torch

/// `ConvTranspose2d` computes the transposed convolution of pictures with square kernels.
///
/// Input `[N, in, H, W]`, output `[N, out, (H - 1)·stride - 2·padding + kernel, …]`. There is no bias:
/// generators put a batch norm behind it.
public final class ConvTranspose2d: Module {
  /// Shape `[in, out, kernel, kernel]`.
  public let weight: Tensor
  /// How far apart the kernels of neighbouring pixels are put down.
  public let stride: Int
  /// Pixels cut off on each side.
  public let padding: Int

  /// Creates a layer with PyTorch's default initialisation, unless told otherwise.
  public init(
    _ input: Int,
    _ output: Int,
    kernel: Int,
    stride: Int = 1,
    padding: Int = 0,
    initializer: Initializer = .pytorchDefault,
    using generator: Generator
  ) throws {
    // PyTorch counts fans by the shape of the weight, in which the output comes second here.
    let fan = Initializer.Fan(input: output * kernel * kernel, output: input * kernel * kernel)
    weight = try initializer.weight(
      shape: [input, output, kernel, kernel],
      fan: fan,
      using: generator
    )
    self.stride = stride
    self.padding = padding
  }

  /// The weight.
  public var ownParameters: [(name: String, tensor: Tensor)] { [("weight", weight)] }

  /// Convolves a batch of pictures.
  public func forward(_ input: Tensor, _ pass: ForwardPass) throws -> Tensor {
    let output = try input.transposeConvolved(with: weight, stride: stride, padding: padding)
    try pass.tape?.record(self, input: input, output: output)
    return output
  }
}
