import Torch

/// How a layer's weights start.
public enum Initializer: Sendable {
  /// PyTorch's default: weights and biases uniform in ±1/√fan-in.
  case pytorchDefault
  /// torchvision's for convolutions: normal with variance 2/fan-out (He et al., ICCV 2015), biases 0.
  case kaimingNormalFanOut
  /// DCGAN's: normal with a standard deviation (Radford et al., ICLR 2016), biases 0.
  case normal(deviation: Double)

  /// How many numbers one output reads, and one input feeds.
  public struct Fan: Sendable {
    let input: Int
    let output: Int
  }

  func weight(shape: [Int], fan: Fan, using generator: Generator) throws -> Tensor {
    switch self {
    case .pytorchDefault: try uniform(shape: shape, fan: fan, using: generator)
    case .kaimingNormalFanOut:
      try generator.normal(shape: shape) * (2 / Double(fan.output)).squareRoot()
    case .normal(let deviation): try generator.normal(shape: shape) * deviation
    }
  }

  func bias(count: Int, fan: Fan, using generator: Generator) throws -> Tensor {
    switch self {
    case .pytorchDefault: try uniform(shape: [count], fan: fan, using: generator)
    case .kaimingNormalFanOut, .normal: try Tensor(repeating: 0, shape: [count])
    }
  }

  private func uniform(shape: [Int], fan: Fan, using generator: Generator) throws -> Tensor {
    let bound = 1 / Double(fan.input).squareRoot()
    return try generator.uniform(in: -bound..<bound, shape: shape)
  }
}
