public import Torch

/// `Conv2d` computes the cross-correlation of pictures with square kernels, plus a bias.
///
/// Input `[N, in, H, W]`, output `[N, out, ⌊(H + 2·padding - kernel) / stride⌋ + 1, …]`.
public final class Conv2d: Module {
  /// Shape `[out, in, kernel, kernel]`.
  public let weight: Tensor
  /// Shape `[out]`, if the layer has one.
  public let bias: Tensor?
  /// The step in both directions.
  public let stride: Int
  /// Zeros added on each side.
  public let padding: Int

  /// Creates a layer with PyTorch's default initialisation, unless told otherwise.
  public init(
    _ input: Int,
    _ output: Int,
    kernel: Int,
    stride: Int = 1,
    padding: Int = 0,
    bias: Bool = true,
    initializer: Initializer = .pytorchDefault,
    using generator: Generator
  ) throws {
    let shape = [output, input, kernel, kernel]
    let fan = Initializer.Fan(
      input: input * kernel * kernel,
      output: output * kernel * kernel
    )
    weight = try initializer.weight(shape: shape, fan: fan, using: generator)
    self.bias = bias ? try initializer.bias(count: output, fan: fan, using: generator) : nil
    self.stride = stride
    self.padding = padding
  }

  /// The weight, and the bias if there is one.
  public var ownParameters: [(name: String, tensor: Tensor)] {
    [("weight", weight)] + (bias.map { [("bias", $0)] } ?? [])
  }

  /// Convolves a batch of pictures.
  public func forward(_ input: Tensor, _ pass: ForwardPass) throws -> Tensor {
    let output = try input.convolved(with: weight, bias: bias, stride: stride, padding: padding)
    try pass.tape?.record(self, input: input, output: output)
    return output
  }
}
