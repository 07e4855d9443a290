import CTorchShim

/// A source of random numbers on a device, which gives the same numbers for the same seed.
///
/// Everything random takes one: libtorch's process-wide generator is never used.
public final class Generator {
  let pointer: OpaquePointer
  private let device: Device

  /// Creates a generator from a seed.
  public init(seed: UInt64, device: Device = .cpu) throws(TorchError) {
    guard let pointer = try checked({ ts_generator_create(seed, device.name, $0) }) else {
      throw TorchError("libtorch returned no generator and no reason")
    }
    self.pointer = pointer
    self.device = device
  }

  deinit {
    ts_generator_free(pointer)
  }

  /// Returns standard normal numbers as float32.
  public func normal(shape: [Int]) throws(TorchError) -> Tensor {
    try Tensor.check(shape)
    return try tensor {
      ts_random_normal(shape.int64, Int32(shape.count), pointer, device.name, $0)
    }
  }

  /// Returns numbers spread evenly over a range, as float32.
  public func uniform(in range: Range<Double>, shape: [Int]) throws(TorchError) -> Tensor {
    try Tensor.check(shape)
    return try tensor {
      ts_random_uniform(
        shape.int64,
        Int32(shape.count),
        range.lowerBound,
        range.upperBound,
        pointer,
        device.name,
        $0
      )
    }
  }
}

@available(*, unavailable)
extension Generator: Sendable {}
