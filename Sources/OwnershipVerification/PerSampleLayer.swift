import Networks
import Torch

/// A layer whose parameters' gradients can be had for every sample of a batch by itself.
///
/// libtorch sums the gradient of a weight over the batch. Each sample's own follows from what went
/// into the layer, a, and from δ, the derivative of the summed loss with respect to what came out: in
/// evaluation mode no sample influences another, so row i of δ belongs to sample i alone.
protocol PerSampleLayer: Module {
  /// Returns one row per sample with the gradient of a parameter, flattened and pooled.
  ///
  /// - Parameters:
  ///   - parameter: One of the layer's own, and what to keep of it.
  ///   - input: a, shape `[N, …]`.
  ///   - delta: δ, of the shape of the layer's output.
  func gradients(
    of parameter: KeptParameter,
    input: Tensor,
    delta: Tensor
  ) throws -> Tensor
}

extension Linear: PerSampleLayer {
  func gradients(
    of parameter: KeptParameter,
    input: Tensor,
    delta: Tensor
  ) throws -> Tensor {
    guard parameter.name == "weight" else { return delta }
    if parameter.pooling == .overInputs {
      // max_j δ_i·a_j is δ_i times the largest a_j or, where δ_i is negative, the smallest.
      let largest = try input.maximum(over: [1], keeping: true)
      let smallest = try -(-input).maximum(over: [1], keeping: true)
      return try (delta * largest).maximum(delta * smallest)
    }
    let (samples, outputs, inputs) = (delta.shape[0], delta.shape[1], input.shape[1])
    let outer =
      try delta.reshaped(to: [samples, outputs, 1]) * input.reshaped(to: [samples, 1, inputs])
    return try outer.reshaped(to: [samples, outputs * inputs])
  }
}

extension BatchNorm2d: PerSampleLayer {
  func gradients(
    of parameter: KeptParameter,
    input: Tensor,
    delta: Tensor
  ) throws -> Tensor {
    guard parameter.name == "weight" else { return try delta.sum(over: [2, 3]) }
    let normalized = try input.batchNormalized(
      weight: nil,
      bias: nil,
      runningMean: runningMean,
      runningVariance: runningVariance,
      training: false,
      momentum: momentum,
      epsilon: epsilon
    )
    return try (delta * normalized).sum(over: [2, 3])
  }
}

extension Conv2d: PerSampleLayer {
  /// So few input channels that patches cost less than one product for each place of the kernel.
  private static let fewChannels = 8

  func gradients(
    of parameter: KeptParameter,
    input: Tensor,
    delta: Tensor
  ) throws -> Tensor {
    guard parameter.name == "weight" else { return try delta.sum(over: [2, 3]) }
    let taps = try Taps(of: self, input: input, delta: delta)
    let usesPatches = weight.shape[1] <= Conv2d.fewChannels
    let gradient =
      switch parameter.pooling {
      case .overKernel: try usesPatches ? taps.allAtOnce().maximum(over: [3]) : taps.maximum()
      default: try usesPatches ? taps.allAtOnce() : taps.oneByOne()
      }
    return try gradient.reshaped(to: [delta.shape[0], gradient.elementCount / delta.shape[0]])
  }
}

/// The gradients of a convolution's weight, a place of the kernel (a "tap") at a time.
///
/// ∂L/∂W[o, c, i, j] = Σ_{y, x} δ[o, y, x] · a[c, y·stride + i, x·stride + j], with a padded: for each tap
/// and sample a product of two matrices. Both lie in memory as NHWC, which is how the layers run.
private struct Taps {
  private let kernel: Int
  private let stride: Int
  /// `[N, H + 2·padding, W + 2·padding, in]`.
  private let input: Tensor
  /// `[N, out, L]` with the L places of the output.
  private let delta: Tensor
  private let height: Int
  private let width: Int

  init(of layer: Conv2d, input: Tensor, delta: Tensor) throws {
    kernel = layer.weight.shape[2]
    stride = layer.stride
    let padded = layer.padding > 0 ? try input.padded(by: layer.padding, .zeros) : input
    self.input = try padded.permuted([0, 2, 3, 1])
    (height, width) = (delta.shape[2], delta.shape[3])
    self.delta = try delta.permuted([0, 2, 3, 1])
      .reshaped(to: [delta.shape[0], height * width, delta.shape[1]])
      .permuted([0, 2, 1])
  }

  /// The input under one tap, `[N, height, width, in]`.
  private func shifted(_ row: Int, _ column: Int) throws -> Tensor {
    try input
      .narrowed(1, to: row..<row + stride * (height - 1) + 1, by: stride)
      .narrowed(2, to: column..<column + stride * (width - 1) + 1, by: stride)
  }

  /// The gradient of one tap, `[N, out, in]`.
  private func gradient(_ row: Int, _ column: Int) throws -> Tensor {
    let shape = input.shape
    return try delta.matmul(
      shifted(row, column).reshaped(to: [shape[0], height * width, shape[3]])
    )
  }

  private var places: [(row: Int, column: Int)] {
    (0..<kernel * kernel).map { ($0 / kernel, $0 % kernel) }
  }

  /// The largest gradient over the kernel, `[N, out, in]`.
  func maximum() throws -> Tensor {
    try places.dropFirst().reduce(gradient(0, 0)) { largest, place in
      try largest.maximum(gradient(place.row, place.column))
    }
  }

  /// All gradients by a product for each tap, `[N, out, in, kernel²]`.
  func oneByOne() throws -> Tensor {
    let parts = try places.map { place in
      let part = try gradient(place.row, place.column)
      return try part.reshaped(to: part.shape + [1])
    }
    return try Tensor.concatenating(parts, along: 3)
  }

  /// All gradients by one product over patches, `[N, out, in, kernel²]`.
  func allAtOnce() throws -> Tensor {
    let shape = input.shape
    let patches = try Tensor.concatenating(
      places.map { try shifted($0.row, $0.column) },
      along: 3
    )
    let product = try delta.matmul(
      patches.reshaped(to: [shape[0], height * width, kernel * kernel * shape[3]])
    )
    return try product.reshaped(to: [shape[0], delta.shape[1], kernel * kernel, shape[3]])
      .permuted([0, 1, 3, 2])
  }
}
