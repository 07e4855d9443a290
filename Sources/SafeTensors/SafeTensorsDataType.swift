/// The element types that a safetensors file may hold; the raw value is the word in the file.
public enum SafeTensorsDataType: String, CaseIterable, Sendable {
  /// One byte, 0 or 1.
  case bool = "BOOL"
  /// Unsigned 8-bit integer.
  case uint8 = "U8"
  /// Signed 8-bit integer.
  case int8 = "I8"
  /// 8-bit float with 5 exponent and 2 fraction bits.
  case float8e5m2 = "F8_E5M2"
  /// 8-bit float with 4 exponent and 3 fraction bits.
  case float8e4m3 = "F8_E4M3"
  /// Signed 16-bit integer.
  case int16 = "I16"
  /// Unsigned 16-bit integer.
  case uint16 = "U16"
  /// IEEE 754 half precision.
  case float16 = "F16"
  /// The upper half of a single-precision number.
  case bfloat16 = "BF16"
  /// Signed 32-bit integer.
  case int32 = "I32"
  /// Unsigned 32-bit integer.
  case uint32 = "U32"
  /// IEEE 754 single precision.
  case float32 = "F32"
  /// IEEE 754 double precision.
  case float64 = "F64"
  /// Signed 64-bit integer.
  case int64 = "I64"
  /// Unsigned 64-bit integer.
  case uint64 = "U64"

  /// The bytes that one element takes.
  public var elementSize: Int {
    switch self {
    case .bool, .uint8, .int8, .float8e5m2, .float8e4m3: 1
    case .int16, .uint16, .float16, .bfloat16: 2
    case .int32, .uint32, .float32: 4
    case .float64, .int64, .uint64: 8
    }
  }
}
