import CTorchShim

/// Owns one handle of the shim and frees it.
final class TensorHandle {
  let pointer: OpaquePointer

  /// Takes over a handle that the shim handed out.
  init(taking pointer: OpaquePointer) {
    self.pointer = pointer
  }

  deinit {
    ts_tensor_free(pointer)
  }
}

/// An n-dimensional array on a device, with libtorch's operations and gradients.
///
/// Copying a `Tensor` shares its storage, as in PyTorch. Operations that write in place say so in
/// their name. Whatever libtorch can refuse throws `TorchError`.
public struct Tensor {
  let handle: TensorHandle

  /// Takes over a handle that the shim handed out.
  init(taking pointer: OpaquePointer) {
    handle = TensorHandle(taking: pointer)
  }

  var pointer: OpaquePointer { handle.pointer }
}

// Explicit non-conformance to Sendable: a tensor shares mutable storage with its copies and must be
// used from one thread at a time.
@available(*, unavailable)
extension Tensor: Sendable {}

extension Tensor {
  /// Copies elements in row-major order to a new tensor.
  ///
  /// - Parameters:
  ///   - elements: As many as the shape holds.
  ///   - shape: The size of each dimension, outermost first.
  ///   - device: Where the tensor shall live.
  /// - Throws: `TorchError` if the count does not fit the shape.
  public init<Element: TensorElement>(
    _ elements: [Element],
    shape: [Int],
    device: Device = .cpu
  ) throws(TorchError) {
    var failure: TorchError?
    var made: Tensor?
    elements.withUnsafeBytes { bytes in
      do throws(TorchError) {
        made = try Tensor(bytes: bytes, dtype: Element.dtype, shape: shape, device: device)
      } catch {
        failure = error
      }
    }
    guard let made else { throw failure ?? TorchError("no tensor was made") }
    self = made
  }

  /// Copies raw elements, in row-major order and native byte order, to a new tensor.
  ///
  /// - Parameters:
  ///   - bytes: Exactly as many bytes as the shape and type take.
  ///   - dtype: The type of an element.
  ///   - shape: The size of each dimension, outermost first.
  ///   - device: Where the tensor shall live.
  /// - Throws: `TorchError` if the count of bytes does not fit.
  public init(
    bytes: UnsafeRawBufferPointer,
    dtype: DType,
    shape: [Int],
    device: Device = .cpu
  ) throws(TorchError) {
    try Tensor.check(shape)
    self = try tensor {
      ts_tensor_from_bytes(
        bytes.baseAddress,
        bytes.count,
        shape.int64,
        Int32(shape.count),
        dtype.rawValue,
        device.name,
        $0
      )
    }
  }

  /// Creates a tensor with one value everywhere.
  ///
  /// - Parameters:
  ///   - value: What every element shall be.
  ///   - shape: The size of each dimension, outermost first.
  ///   - dtype: The type of an element.
  ///   - device: Where the tensor shall live.
  /// - Throws: `TorchError` if the shape is none or the device is unknown.
  public init(
    repeating value: Double,
    shape: [Int],
    dtype: DType = .float32,
    device: Device = .cpu
  ) throws(TorchError) {
    try Tensor.check(shape)
    self = try tensor {
      ts_tensor_full(
        shape.int64,
        Int32(shape.count),
        value,
        dtype.rawValue,
        device.name,
        $0
      )
    }
  }

  /// A size that libtorch would reject less clearly, or that the shim has no room for.
  static func check(_ shape: [Int]) throws(TorchError) {
    guard shape.count <= TS_MAX_DIMENSIONS, shape.allSatisfy({ $0 >= 0 }) else {
      throw TorchError("\(shape) is no shape of up to \(TS_MAX_DIMENSIONS) dimensions")
    }
  }
}

extension Tensor {
  /// The size of each dimension, outermost first.
  public var shape: [Int] {
    var sizes = [Int64](repeating: 0, count: Int(TS_MAX_DIMENSIONS))
    let count = Int(ts_tensor_shape(pointer, &sizes, Int32(TS_MAX_DIMENSIONS)))
    return sizes.prefix(count).map(Int.init)
  }

  /// The number of elements.
  public var elementCount: Int { Int(ts_tensor_element_count(pointer)) }

  /// The type of an element.
  ///
  /// A type that Hallmark never makes cannot get here: tensors come from this module alone.
  public var dtype: DType { DType(rawValue: ts_tensor_dtype(pointer)) ?? .float32 }

  /// Where the tensor lives.
  public var device: Device {
    var name = [CChar](repeating: 0, count: 32)
    ts_tensor_device(pointer, &name, name.count)
    let bytes = name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
    return Device(String(decoding: bytes, as: UTF8.self))
  }

  /// Whether the elements of [N, C, H, W] lie in memory as NHWC.
  public var isChannelsLast: Bool { ts_tensor_is_channels_last(pointer) != 0 }

  /// Returns the elements in row-major order.
  ///
  /// - Parameter type: The Swift type of an element; the tensor must have it already.
  /// - Returns: As many numbers as the shape holds.
  /// - Throws: `TorchError` if the tensor's type is another.
  public func elements<Element: TensorElement>(
    as type: Element.Type = Element.self
  ) throws(TorchError) -> [Element] {
    guard Element.dtype == dtype else {
      throw TorchError("elements are \(dtype), not \(Element.dtype); convert the tensor first")
    }
    let count = elementCount
    var failure: OpaquePointer?
    let elements = [Element](unsafeUninitializedCapacity: count) { buffer, initialised in
      ts_tensor_copy_bytes(
        pointer,
        buffer.baseAddress,
        count * MemoryLayout<Element>.stride,
        &failure
      )
      initialised = failure == nil ? count : 0
    }
    if let failure { throw TorchError(taking: failure) }
    return elements
  }

  /// Returns the elements' bytes in row-major order, whatever their type.
  public func bytes() throws(TorchError) -> [UInt8] {
    let count = elementCount * dtype.byteCount
    var failure: OpaquePointer?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialised in
      ts_tensor_copy_bytes(pointer, buffer.baseAddress, count, &failure)
      initialised = failure == nil ? count : 0
    }
    if let failure { throw TorchError(taking: failure) }
    return bytes
  }

  /// Returns the only element of a tensor that has one.
  public func item() throws(TorchError) -> Double {
    try checked { ts_tensor_item(pointer, $0) }
  }
}

extension Tensor {
  /// Returns the tensor with its elements converted.
  public func to(_ dtype: DType) throws(TorchError) -> Tensor {
    try tensor { ts_tensor_to_dtype(pointer, dtype.rawValue, $0) }
  }

  /// Returns the tensor on another device.
  public func to(_ device: Device) throws(TorchError) -> Tensor {
    try tensor { ts_tensor_to_device(pointer, device.name, $0) }
  }

  /// Returns the same values of [N, C, H, W] laid out as NHWC in memory.
  public func channelsLast() throws(TorchError) -> Tensor {
    try tensor { ts_tensor_channels_last(pointer, $0) }
  }

  /// Returns the same values laid out in row-major order.
  public func contiguous() throws(TorchError) -> Tensor {
    try tensor { ts_tensor_contiguous(pointer, $0) }
  }

  /// Returns a copy with storage of its own.
  public func clone() throws(TorchError) -> Tensor {
    try tensor { ts_tensor_clone(pointer, $0) }
  }

  /// Lays the storage of [N, C, H, W] out as NHWC in place; shape and values stay.
  public func setChannelsLastInPlace() throws(TorchError) {
    try checked { ts_tensor_set_channels_last(pointer, $0) }
  }

  /// Moves the storage to another device in place.
  public func setDeviceInPlace(_ device: Device) throws(TorchError) {
    try checked { ts_tensor_set_device(pointer, device.name, $0) }
  }

  /// Overwrites the elements by those of a tensor of the same shape, outside of any gradient.
  public func copyInPlace(from source: Tensor) throws(TorchError) {
    try checked { ts_tensor_copy_in_place(pointer, source.pointer, $0) }
  }
}

extension [Int] {
  /// The numbers as the shim takes them.
  var int64: [Int64] { map(Int64.init) }
}
