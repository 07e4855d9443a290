public import Torch

/// `BatchNorm2d` computes (x - μ) / √(σ² + ε) · γ + β for each channel of pictures.
///
/// μ and σ² are the batch's in training and running averages in evaluation (Ioffe and Szegedy,
/// ICML 2015; `torch.nn.BatchNorm2d`).
public final class BatchNorm2d: Module {
  /// γ, shape `[C]`, if the layer has one.
  public let weight: Tensor?
  /// β, shape `[C]`, if the layer has one.
  public let bias: Tensor?
  /// The running average of μ, shape `[C]`.
  public let runningMean: Tensor
  /// The running average of σ² with divisor n - 1, shape `[C]`.
  public let runningVariance: Tensor
  /// How many batches have been averaged; PyTorch's state has it, nothing here reads it.
  public let batchCount: Tensor
  /// How far a batch moves the running averages.
  public let momentum: Double
  /// ε.
  public let epsilon = 1e-5

  /// Creates a layer with γ = 1 and β = 0, which training changes unless it is not `affine`.
  public init(_ channels: Int, momentum: Double = 0.1, affine: Bool = true) throws {
    weight = affine ? try Tensor(repeating: 1, shape: [channels]) : nil
    bias = affine ? try Tensor(repeating: 0, shape: [channels]) : nil
    runningMean = try Tensor(repeating: 0, shape: [channels])
    runningVariance = try Tensor(repeating: 1, shape: [channels])
    batchCount = try Tensor(repeating: 0, shape: [], dtype: .int64)
    self.momentum = momentum
  }

  /// γ and β, if the layer has them.
  public var ownParameters: [(name: String, tensor: Tensor)] {
    [("weight", weight), ("bias", bias)].compactMap { name, tensor in tensor.map { (name, $0) } }
  }

  /// The running averages.
  public var ownBuffers: [(name: String, tensor: Tensor)] {
    [
      ("running_mean", runningMean), ("running_var", runningVariance),
      ("num_batches_tracked", batchCount),
    ]
  }

  /// Normalises a batch of pictures.
  public func forward(_ input: Tensor, _ pass: ForwardPass) throws -> Tensor {
    if pass.isTraining {
      try batchCount.copyInPlace(from: batchCount + 1)
    }
    let output = try input.batchNormalized(
      weight: weight,
      bias: bias,
      runningMean: runningMean,
      runningVariance: runningVariance,
      training: pass.isTraining,
      momentum: momentum,
      epsilon: epsilon
    )
    try pass.tape?.record(self, input: input, output: output)
    return output
  }

  /// Normalises a batch of pictures and replaces every v of the result by v or slope · v, whichever is
  /// larger.
  ///
  /// - Parameters:
  ///   - input: Pictures.
  ///   - pass: Training or evaluation mode, and what to record: the layer's result, before the activation.
  ///   - slope: Of the activation below zero, in [0, 1]: 0 is ReLU, 1 none.
  /// - Returns: The input's shape.
  /// - Throws: `TorchError` if the shapes do not fit.
  public func activated(
    _ input: Tensor,
    _ pass: ForwardPass,
    slope: Double = 0
  ) throws -> Tensor {
    // Pictures of another layout would have to be copied first, and those after it would have this one.
    let isFused = input.dtype == .bfloat16 || input.dtype == .float32 && input.isChannelsLast
    guard pass.tape == nil, input.device == .cpu, isFused else {
      let output = try forward(input, pass)
      return slope == 0 ? try pass.relu(output) : try output.leakyReluInPlace(slope: slope)
    }
    if pass.isTraining {
      try batchCount.copyInPlace(from: batchCount + 1)
    }
    return try input.batchNormalizedAndActivated(
      weight: weight,
      bias: bias,
      runningMean: runningMean,
      runningVariance: runningVariance,
      training: pass.isTraining,
      momentum: momentum,
      epsilon: epsilon,
      slope: slope
    )
  }
}
