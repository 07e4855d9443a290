import CTorchShim

/// The type of a tensor's elements.
public enum DType: Int32, Sendable, CaseIterable {
  /// Unsigned 8-bit integers; the bytes of a picture.
  case uint8 = 0
  /// Signed 8-bit integers; enough for a sign.
  case int8 = 1
  /// Signed 64-bit integers; class labels and indices.
  case int64 = 4
  /// IEEE 754 half precision.
  case float16 = 5
  /// IEEE 754 single precision.
  case float32 = 6
  /// IEEE 754 double precision.
  case float64 = 7
  /// True or false, a byte each.
  case bool = 11
  /// The upper half of a float32: 8 bits of exponent, 7 of fraction.
  case bfloat16 = 15

  /// The size of one element in bytes.
  public var byteCount: Int {
    switch self {
    case .uint8, .int8, .bool: 1
    case .float16, .bfloat16: 2
    case .float32: 4
    case .int64, .float64: 8
    }
  }
}

/// A Swift type that a tensor's elements can be copied from and to.
public protocol TensorElement: BitwiseCopyable, Sendable {
  /// The type as libtorch calls it.
  static var dtype: DType { get }
}

extension UInt8: TensorElement {
  /// Unsigned 8-bit integers.
  public static var dtype: DType { .uint8 }
}

extension Int8: TensorElement {
  /// Signed 8-bit integers.
  public static var dtype: DType { .int8 }
}

extension Int64: TensorElement {
  /// Signed 64-bit integers.
  public static var dtype: DType { .int64 }
}

extension Float: TensorElement {
  /// Single precision.
  public static var dtype: DType { .float32 }
}

extension Double: TensorElement {
  /// Double precision.
  public static var dtype: DType { .float64 }
}

/// Where a tensor lives, by libtorch's name: `cpu`, `cuda`, `cuda:1`.
public struct Device: Sendable, Hashable, CustomStringConvertible {
  /// libtorch's name.
  public let name: String

  /// Creates a device from libtorch's name; a name it does not know fails at first use.
  public init(_ name: String) {
    self.name = name
  }

  /// The processor.
  public static let cpu = Device("cpu")

  /// The first graphics processor.
  public static let cuda = Device("cuda")

  /// libtorch's name.
  public var description: String { name }
}
