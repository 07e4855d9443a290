package import Networks
package import Torch

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
  /// - Returns: Shape `[N, count]` with the parameter's `count`.
  /// - Throws: `TorchError` if shapes do not fit.
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
  func gradients(
    of parameter: KeptParameter,
    input: Tensor,
    delta: Tensor
  ) throws -> Tensor {
    guard parameter.name == "weight" else { return try delta.sum(over: [2, 3]) }
    let takesMaximum = parameter.pooling == .overKernel
    let gradient =
      delta.device == .cpu
      ? try input.convolutionGradients(
        delta: delta,
        kernel: weight.shape[2],
        stride: stride,
        padding: padding,
        takingMaximum: takesMaximum
      )
      : try weightGradientsByProducts(input: input, delta: delta, takingMaximum: takesMaximum)
    return try gradient.reshaped(to: [delta.shape[0], parameter.count])
  }

  /// Returns the gradient of the weight for every sample, by libtorch's products of matrices.
  ///
  /// ∂L/∂W[o, c, i, j] = Σ_{y, x} δ[o, y, x] · a[c, y·stride + i, x·stride + j] with a padded: for each
  /// place of the kernel and each sample a product of two matrices. Runs on any device.
  ///
  /// - Parameters:
  ///   - input: a, shape `[N, in, H, W]`.
  ///   - delta: δ, shape `[N, out, h, w]`.
  ///   - takingMaximum: Whether only the largest gradient of each kernel is wanted.
  /// - Returns: Shape `[N, out, in, kernel²]`, or `[N, out, in]` if the maximum is taken.
  /// - Throws: `TorchError`.
  package func weightGradientsByProducts(
    input: Tensor,
    delta: Tensor,
    takingMaximum: Bool
  ) throws -> Tensor {
    let (samples, outputs, height, width) = (
      delta.shape[0], delta.shape[1], delta.shape[2], delta.shape[3]
    )
    let padded = padding > 0 ? try input.padded(by: padding, .zeros) : input
    let rows = try delta.reshaped(to: [samples, outputs, height * width])
    let kernel = weight.shape[2]
    let places = try (0..<kernel * kernel).map { place in
      let (top, left) = (place / kernel, place % kernel)
      let shifted =
        try padded
        .narrowed(2, to: top..<top + stride * (height - 1) + 1, by: stride)
        .narrowed(3, to: left..<left + stride * (width - 1) + 1, by: stride)
        .reshaped(to: [samples, weight.shape[1], height * width])
      return try rows.matmul(shifted.permuted([0, 2, 1]))
    }
    if takingMaximum {
      return try places.dropFirst().reduce(places[0]) { try $0.maximum($1) }
    }
    let columns = try places.map { try $0.reshaped(to: $0.shape + [1]) }
    return try Tensor.concatenating(columns, along: 3)
  }
}
