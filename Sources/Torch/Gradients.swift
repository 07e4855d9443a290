import CTorchShim

extension Tensor {
  /// Returns the same values cut off from the graph of gradients.
  public func detached() throws(TorchError) -> Tensor {
    try tensor { ts_tensor_detach(pointer, $0) }
  }

  /// Whether gradients are computed for this tensor.
  public var requiresGradient: Bool { ts_tensor_requires_grad(pointer) != 0 }

  /// Sets, in place, whether gradients are computed for this tensor.
  public func setRequiresGradientInPlace(_ required: Bool) throws(TorchError) {
    try checked { ts_tensor_set_requires_grad(pointer, required ? 1 : 0, $0) }
  }

  /// Adds the derivative of this one-element tensor to the gradient of every leaf below it.
  public func backward() throws(TorchError) {
    try checked { ts_tensor_backward(pointer, $0) }
  }

  /// Returns the gradient that `backward` accumulated in this leaf, if any.
  public func gradient() throws(TorchError) -> Tensor? {
    try checked { ts_tensor_gradient(pointer, $0) }.map(Tensor.init(taking:))
  }

  /// Drops the accumulated gradient.
  public func clearGradientInPlace() throws(TorchError) {
    try checked { ts_tensor_clear_gradient(pointer, $0) }
  }

  /// Returns the derivatives of this one-element tensor with respect to others.
  ///
  /// - Parameters:
  ///   - inputs: Tensors of the graph below, leaves or not.
  ///   - creatingGraph: Whether the derivatives can be differentiated again.
  /// - Returns: One tensor for each input, of its shape.
  /// - Throws: `TorchError` if this tensor does not depend on one of them.
  public func gradients(
    of inputs: [Tensor],
    creatingGraph: Bool = false
  ) throws(TorchError) -> [Tensor] {
    let pointers: [OpaquePointer?] = inputs.map(\.pointer)
    var found = [OpaquePointer?](repeating: nil, count: inputs.count)
    try withExtendedLifetime(inputs) { () throws(TorchError) in
      _ = try checked {
        ts_gradients(
          pointer,
          pointers,
          Int32(pointers.count),
          creatingGraph ? 1 : 0,
          &found,
          $0
        )
      }
    }
    return found.compactMap { $0.map(Tensor.init(taking:)) }
  }
}

extension Tensor {
  /// Returns the gradient of a convolution's weight for each sample by itself.
  ///
  /// This tensor is the layer's input, `[N, in, H, W]`, float32 on the processor.
  ///
  /// - Parameters:
  ///   - delta: The derivative of the loss with respect to the layer's output, `[N, out, h, w]`.
  ///   - kernel: The side of the layer's kernels.
  ///   - stride: The layer's stride.
  ///   - padding: The layer's padding.
  ///   - takingMaximum: Whether only the largest gradient of each kernel is wanted.
  /// - Returns: Shape `[N, out, in, kernel, kernel]`, or `[N, out, in]` if the maximum is taken.
  /// - Throws: `TorchError` if the shapes are not those of such a layer.
  public func convolutionGradients(
    delta: Tensor,
    kernel: Int,
    stride: Int,
    padding: Int,
    takingMaximum: Bool
  ) throws(TorchError) -> Tensor {
    try tensor {
      ts_conv2d_sample_gradients(
        pointer,
        delta.pointer,
        Int64(kernel),
        Int64(stride),
        Int64(padding),
        takingMaximum ? 1 : 0,
        $0
      )
    }
  }
}

/// Runs a body whose operations are not recorded for gradients.
///
/// The mode belongs to the thread, so the body cannot suspend.
public func withoutGradients<Result, Failure: Error>(
  _ body: () throws(Failure) -> Result
) throws(Failure) -> Result {
  let before = ts_set_gradient_mode(0)
  defer { _ = ts_set_gradient_mode(before) }
  return try body()
}

/// Runs a body in which libtorch computes convolutions and products in a shorter type.
///
/// - Parameters:
///   - dtype: `.bfloat16` or `.float16`, or `.float32` to run the body as it is.
///   - device: The kind of device that the body computes on.
///   - body: What to run. Losses should be converted to float32 first.
/// - Returns: What the body returns.
/// - Throws: `TorchError` if the device is unknown, or what the body throws.
public func withAutocast<Result>(
  to dtype: DType,
  on device: Device,
  _ body: () throws -> Result
) throws -> Result {
  guard dtype != .float32 else { return try body() }
  let before = try checked { ts_set_autocast(device.name, 1, dtype.rawValue, $0) }
  let result = Swift.Result { try body() }
  try checked { ts_set_autocast(device.name, before, dtype.rawValue, $0) }
  return try result.get()
}
