public import Torch

/// `Linear` computes x·Wᵀ + b for rows x of shape `[N, in]`, with W of shape `[out, in]`.
public final class Linear: Module {
  /// Shape `[out, in]`.
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
    let fan = Initializer.Fan(input: input, output: output)
    weight = try initializer.weight(shape: [output, input], fan: fan, using: generator)
    bias = try initializer.bias(count: output, fan: fan, using: generator)
  }

  /// The weight and the bias.
  public var ownParameters: [(name: String, tensor: Tensor)] {
    [("weight", weight), ("bias", bias)]
  }

  /// Maps a batch of rows.
  public func forward(_ input: Tensor, _ pass: ForwardPass) throws -> Tensor {
    let output = try input.linear(weight, bias: bias)
    try pass.tape?.record(self, input: input, output: output)
    return output
  }
}
