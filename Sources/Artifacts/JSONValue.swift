internal import Foundation

/// Any JSON value, with one way to write it: the same value always gives the same bytes.
public enum JSONValue: Hashable, Sendable {
  /// `null`.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// A number without fraction or exponent, in `Int64.min ... UInt64.max`.
  case integer(Int128)
  /// Any other number. Infinities and NaN, which JSON lacks, are written as strings.
  case number(Double)
  /// A text.
  case string(String)
  /// A list.
  case array([JSONValue])
  /// Values by name.
  case object([String: JSONValue])

  /// The words for this value's type, for messages.
  public var typeName: String {
    switch self {
    case .null: "null"
    case .bool: "true or false"
    case .integer: "an integer"
    case .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}

extension JSONValue {
  /// Turns any encodable value into JSON.
  ///
  /// Infinities and NaN become the strings `Infinity`, `-Infinity` and `NaN`.
  ///
  /// - Throws: What the value's `encode(to:)` throws.
  public init(encoding value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity",
      negativeInfinity: "-Infinity",
      nan: "NaN"
    )
    self = try JSONValue(parsing: Array(encoder.encode(value)))
  }

  /// Turns this JSON into a decodable value; the inverse of `init(encoding:)`.
  ///
  /// - Throws: `DecodingError` if a field is missing or has another type.
  public func decode<Value: Decodable>(as type: Value.Type = Value.self) throws -> Value {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "Infinity",
      negativeInfinity: "-Infinity",
      nan: "NaN"
    )
    return try decoder.decode(type, from: Data(compactBytes))
  }

  /// Reads strict JSON (RFC 8259): no duplicate keys, at most 64 levels.
  ///
  /// - Throws: `JSONSyntaxError` with the place of the problem.
  public init(parsing bytes: [UInt8]) throws {
    self = try bytes.withUnsafeBytes { buffer in
      var scanner = JSONScanner(buffer)
      let value = try JSONValue.read(from: &scanner, depth: 0)
      try scanner.expectEnd()
      return value
    }
  }

  private static let depthLimit = 64

  private static func read(from scanner: inout JSONScanner, depth: Int) throws -> JSONValue {
    guard depth < depthLimit else { throw scanner.error("more than \(depthLimit) levels") }
    switch scanner.peek() {
    case UInt8(ascii: "{"): return try readObject(from: &scanner, depth: depth)
    case UInt8(ascii: "["):
      var elements: [JSONValue] = []
      try scanner.array { elements.append(try read(from: &$0, depth: depth + 1)) }
      return .array(elements)
    case UInt8(ascii: "\""): return .string(try scanner.string())
    default:
      if scanner.acceptWord("null") { return .null }
      if scanner.acceptWord("true") { return .bool(true) }
      if scanner.acceptWord("false") { return .bool(false) }
      return try readNumber(from: &scanner)
    }
  }

  private static func readObject(
    from scanner: inout JSONScanner,
    depth: Int
  ) throws -> JSONValue {
    var fields: [String: JSONValue] = [:]
    try scanner.object { scanner, key in
      let value = try read(from: &scanner, depth: depth + 1)
      guard fields.updateValue(value, forKey: key) == nil else {
        throw scanner.error("duplicate key '\(key.printable())'")
      }
    }
    return .object(fields)
  }

  private static func readNumber(from scanner: inout JSONScanner) throws -> JSONValue {
    let text = try scanner.number()
    if text.utf8.allSatisfy({ $0 == UInt8(ascii: "-") || (0x30...0x39).contains($0) }) {
      guard let value = Int128(text), value >= Int64.min, value <= UInt64.max else {
        throw scanner.error("integer \(text.prefix(40)) outside 64 bits")
      }
      return .integer(value)
    }
    guard let value = Double(text), value.isFinite else {
      throw scanner.error("number \(text.prefix(40)) beyond the range of double precision")
    }
    return .number(value)
  }
}

extension JSONValue: Codable {
  /// Reads a value from any decoder.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Int64.self) {
      self = .integer(Int128(value))
    } else if let value = try? container.decode(UInt64.self) {
      self = .integer(Int128(value))
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode([JSONValue].self) {
      self = .array(value)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  /// Writes a value to any encoder.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .bool(let value): try container.encode(value)
    case .integer(let value):
      if let small = Int64(exactly: value) {
        try container.encode(small)
      } else if let large = UInt64(exactly: value) {
        try container.encode(large)
      } else {
        try container.encode(Double(value))
      }
    case .number(let value): try container.encode(value)
    case .string(let value): try container.encode(value)
    case .array(let value): try container.encode(value)
    case .object(let value): try container.encode(value)
    }
  }
}

extension JSONValue:
  ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  /// Creates `true` or `false`.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// Creates an integer.
  public init(integerLiteral value: Int) { self = .integer(Int128(value)) }
  /// Creates a number.
  public init(floatLiteral value: Double) { self = .number(value) }
  /// Creates a text.
  public init(stringLiteral value: String) { self = .string(value) }
  /// Creates a list.
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  /// Creates an object; of equal keys the last counts.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(Dictionary(elements) { $1 })
  }
}
