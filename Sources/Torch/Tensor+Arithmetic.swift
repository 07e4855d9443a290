import CTorchShim

extension Tensor {
  /// Adds element by element, with broadcasting.
  public static func + (a: Tensor, b: Tensor) throws(TorchError) -> Tensor {
    try tensor { ts_add(a.pointer, b.pointer, $0) }
  }

  /// Subtracts element by element, with broadcasting.
  public static func - (a: Tensor, b: Tensor) throws(TorchError) -> Tensor {
    try tensor { ts_subtract(a.pointer, b.pointer, $0) }
  }

  /// Multiplies element by element, with broadcasting.
  public static func * (a: Tensor, b: Tensor) throws(TorchError) -> Tensor {
    try tensor { ts_multiply(a.pointer, b.pointer, $0) }
  }

  /// Divides element by element, with broadcasting.
  public static func / (a: Tensor, b: Tensor) throws(TorchError) -> Tensor {
    try tensor { ts_divide(a.pointer, b.pointer, $0) }
  }

  /// Adds a number to every element.
  public static func + (a: Tensor, b: Double) throws(TorchError) -> Tensor {
    try a.affine(scale: 1, shift: b)
  }

  /// Subtracts a number from every element.
  public static func - (a: Tensor, b: Double) throws(TorchError) -> Tensor {
    try a.affine(scale: 1, shift: -b)
  }

  /// Multiplies every element by a number.
  public static func * (a: Tensor, b: Double) throws(TorchError) -> Tensor {
    try a.affine(scale: b, shift: 0)
  }

  /// Divides every element by a number: multiplies it by the number's reciprocal, which can differ from a division
  /// in the last bit.
  public static func / (a: Tensor, b: Double) throws(TorchError) -> Tensor {
    try a.affine(scale: 1 / b, shift: 0)
  }

  /// Changes the sign of every element.
  public static prefix func - (a: Tensor) throws(TorchError) -> Tensor {
    try a.affine(scale: -1, shift: 0)
  }

  private func affine(scale: Double, shift: Double) throws(TorchError) -> Tensor {
    try tensor { ts_affine(pointer, scale, shift, $0) }
  }

  /// Returns the larger of two elements at each place, with broadcasting.
  public func maximum(_ other: Tensor) throws(TorchError) -> Tensor {
    try tensor { ts_maximum(pointer, other.pointer, $0) }
  }

  /// Returns the matrix product, over the last two dimensions where there are more.
  public func matmul(_ other: Tensor) throws(TorchError) -> Tensor {
    try tensor { ts_matmul(pointer, other.pointer, $0) }
  }

  /// Returns the absolute value of every element.
  public func abs() throws(TorchError) -> Tensor {
    try tensor { ts_abs(pointer, $0) }
  }

  /// Returns -1, 0 or +1 for every element, in the tensor's own type.
  public func sign() throws(TorchError) -> Tensor {
    try tensor { ts_sign(pointer, $0) }
  }

  /// Returns the natural logarithm of each element.
  public func log() throws(TorchError) -> Tensor {
    try tensor { ts_log(pointer, $0) }
  }

  /// Returns the square root of every element.
  public func squareRoot() throws(TorchError) -> Tensor {
    try tensor { ts_sqrt(pointer, $0) }
  }

  /// Returns max(x, 0) for every element.
  public func relu() throws(TorchError) -> Tensor {
    try tensor { ts_relu(pointer, $0) }
  }

  /// Replaces every element by max(x, 0), in place, and returns the tensor.
  ///
  /// - Throws: `TorchError` if the tensor is a leaf that collects a gradient.
  public func reluInPlace() throws(TorchError) -> Tensor {
    try tensor { ts_relu_in_place(pointer, $0) }
  }

  /// Replaces every element x by x or slope · x, whichever is larger, in place, and returns the tensor.
  ///
  /// - Parameter slope: How steep it is for negative x, in (0, 1).
  /// - Returns: The tensor itself.
  /// - Throws: `TorchError` if the tensor is a leaf that collects a gradient.
  public func leakyReluInPlace(slope: Double) throws(TorchError) -> Tensor {
    try tensor { ts_leaky_relu_in_place(pointer, slope, $0) }
  }

  /// Returns the hyperbolic tangent of every element.
  public func tanh() throws(TorchError) -> Tensor {
    try tensor { ts_tanh(pointer, $0) }
  }

  /// Returns 1 / (1 + e^-x) for every element.
  public func sigmoid() throws(TorchError) -> Tensor {
    try tensor { ts_sigmoid(pointer, $0) }
  }

  /// Returns the elements limited to a range.
  public func clamped(to range: ClosedRange<Double>) throws(TorchError) -> Tensor {
    try tensor { ts_clamp(pointer, range.lowerBound, range.upperBound, $0) }
  }

  /// Returns true where two elements are equal, with broadcasting.
  public func equal(to other: Tensor) throws(TorchError) -> Tensor {
    try tensor { ts_equal(pointer, other.pointer, $0) }
  }
}

extension Tensor {
  /// Returns the sum over some dimensions, or over all.
  public func sum(over dimensions: [Int]? = nil, keeping: Bool = false) throws(TorchError) -> Tensor
  {
    let dims = reduced(dimensions)
    return try tensor { ts_sum(pointer, dims, Int32(dims.count), keeping ? 1 : 0, $0) }
  }

  /// Returns the mean over some dimensions, or over all.
  public func mean(
    over dimensions: [Int]? = nil,
    keeping: Bool = false
  ) throws(TorchError) -> Tensor {
    let dims = reduced(dimensions)
    return try tensor { ts_mean(pointer, dims, Int32(dims.count), keeping ? 1 : 0, $0) }
  }

  /// Returns the variance over some dimensions, or over all.
  ///
  /// - Parameters:
  ///   - dimensions: Which ones; negative numbers count from the end.
  ///   - unbiased: Whether the divisor is n - 1 rather than n.
  ///   - keeping: Whether the reduced dimensions stay, with size 1.
  /// - Returns: The variance, in the tensor's own type.
  /// - Throws: `TorchError` if there is no such dimension.
  public func variance(
    over dimensions: [Int]? = nil,
    unbiased: Bool,
    keeping: Bool = false
  ) throws(TorchError) -> Tensor {
    let dims = reduced(dimensions)
    return try tensor {
      ts_variance(pointer, dims, Int32(dims.count), unbiased ? 1 : 0, keeping ? 1 : 0, $0)
    }
  }

  /// Returns the largest element over some dimensions, or over all.
  public func maximum(
    over dimensions: [Int]? = nil,
    keeping: Bool = false
  ) throws(TorchError) -> Tensor {
    let dims = reduced(dimensions)
    return try tensor { ts_amax(pointer, dims, Int32(dims.count), keeping ? 1 : 0, $0) }
  }

  /// Returns where the largest element stands along a dimension, as int64.
  public func argmax(over dimension: Int) throws(TorchError) -> Tensor {
    try tensor { ts_argmax(pointer, Int64(dimension), $0) }
  }

  private func reduced(_ dimensions: [Int]?) -> [Int64] {
    (dimensions ?? Array(shape.indices)).int64
  }
}
