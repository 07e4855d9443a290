/// Where and why a text is not strict JSON.
public struct JSONSyntaxError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The offset of the first byte that does not fit.
  public let offset: Int
  /// What is wrong there.
  public let problem: String

  package init(offset: Int, problem: String) {
    self.offset = offset
    self.problem = problem
  }

  /// The problem and its place.
  public var description: String { "\(problem) at byte \(offset)" }
}

/// Reads JSON (RFC 8259) token by token, more strictly than Foundation does.
///
/// Foundation keeps one of two equal keys without a word, which lets two readers of one file see
/// different contents. Callers of this scanner see every key, and invalid UTF-8, unpaired
/// surrogates, leading zeros and control characters are refused.
package struct JSONScanner {
  private let bytes: UnsafeRawBufferPointer
  /// The offset of the next byte to read.
  package private(set) var offset = 0

  package init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
  }

  package func error(_ problem: String, at place: Int? = nil) -> JSONSyntaxError {
    JSONSyntaxError(offset: place ?? offset, problem: problem)
  }

  /// The next byte that is not white space; nil at the end.
  package mutating func peek() -> UInt8? {
    while offset < bytes.count {
      switch bytes[offset] {
      case 0x20, 0x09, 0x0A, 0x0D: offset += 1
      default: return bytes[offset]
      }
    }
    return nil
  }

  /// Reads one punctuation mark if it is next.
  package mutating func accept(_ mark: Unicode.Scalar) -> Bool {
    guard peek() == UInt8(ascii: mark) else { return false }
    offset += 1
    return true
  }

  /// Reads one punctuation mark.
  package mutating func expect(_ mark: Unicode.Scalar) throws(JSONSyntaxError) {
    guard accept(mark) else {
      throw error(peek() == nil ? "text ends where '\(mark)' is due" : "expected '\(mark)'")
    }
  }

  /// Requires that only white space is left.
  package mutating func expectEnd() throws(JSONSyntaxError) {
    guard peek() == nil else { throw error("text goes on after the value") }
  }

  /// The most bytes of a name in an object.
  package static let keyLimit = 4_096

  /// Reads `{ key: value, … }`, with a call for each key, placed at its value.
  package mutating func object(
    _ field: (inout JSONScanner, String) throws -> Void
  ) throws {
    try expect("{")
    if accept("}") { return }
    repeat {
      let key = try string()
      // Hashing a name takes time that grows with the square of its length, for names made to that end.
      guard key.utf8.count <= Self.keyLimit else {
        throw error("a name of \(key.utf8.count) bytes, where at most \(Self.keyLimit) are read")
      }
      try expect(":")
      try field(&self, key)
    } while accept(",")
    try expect("}")
  }

  /// Reads `[ value, … ]`, with a call for each value.
  package mutating func array(_ element: (inout JSONScanner) throws -> Void) throws {
    try expect("[")
    if accept("]") { return }
    repeat {
      try element(&self)
    } while accept(",")
    try expect("]")
  }

  /// Reads `true`, `false` or `null`, if that is next.
  package mutating func acceptWord(_ word: StaticString) -> Bool {
    _ = peek()
    let count = word.utf8CodeUnitCount
    guard bytes.count - offset >= count else { return false }
    for i in 0..<count where bytes[offset + i] != word.utf8Start[i] { return false }
    offset += count
    return true
  }
}

extension JSONScanner {
  /// The most characters a number may have; the longest exact `Double` fits with room to spare.
  private static let numberLimit = 1100

  /// Reads a number and returns its text, which follows JSON's grammar.
  package mutating func number() throws(JSONSyntaxError) -> String {
    _ = peek()
    let start = offset
    skip("-")
    if skip("0") {
      if isDigit { throw error("number with a leading zero", at: start) }
    } else {
      try digits(from: start)
    }
    if skip(".") { try digits(from: start) }
    if skip("e") || skip("E") {
      if !skip("+") { skip("-") }
      try digits(from: start)
    }
    guard offset - start <= Self.numberLimit else { throw error("number too long", at: start) }
    return String(decoding: bytes[start..<offset], as: UTF8.self)
  }

  private var isDigit: Bool {
    offset < bytes.count && (0x30...0x39).contains(bytes[offset])
  }

  @discardableResult
  private mutating func skip(_ mark: Unicode.Scalar) -> Bool {
    guard offset < bytes.count, bytes[offset] == UInt8(ascii: mark) else { return false }
    offset += 1
    return true
  }

  private mutating func digits(from start: Int) throws(JSONSyntaxError) {
    guard isDigit else { throw error("malformed value", at: start) }
    while isDigit { offset += 1 }
  }
}

extension JSONScanner {
  /// Reads a string.
  package mutating func string() throws(JSONSyntaxError) -> String {
    try expect("\"")
    let start = offset
    while offset < bytes.count {
      switch bytes[offset] {
      case UInt8(ascii: "\""):
        defer { offset += 1 }
        return try text(start..<offset)
      case UInt8(ascii: "\\"):
        return try escapedString(from: start)
      case 0..<0x20:
        throw error("control character in a string")
      default:
        offset += 1
      }
    }
    throw error("string without an end", at: start)
  }

  /// Reads the rest of a string whose first escape is next.
  private mutating func escapedString(from start: Int) throws(JSONSyntaxError) -> String {
    var result = try text(start..<offset)
    var run = offset
    while offset < bytes.count {
      switch bytes[offset] {
      case UInt8(ascii: "\""):
        result += try text(run..<offset)
        offset += 1
        return result
      case UInt8(ascii: "\\"):
        result += try text(run..<offset)
        offset += 1
        result.unicodeScalars.append(try escape())
        run = offset
      case 0..<0x20:
        throw error("control character in a string")
      default:
        offset += 1
      }
    }
    throw error("string without an end", at: start)
  }

  private func text(_ range: Range<Int>) throws(JSONSyntaxError) -> String {
    guard let text = String(validating: bytes[range], as: UTF8.self) else {
      throw error("invalid UTF-8 in a string", at: range.lowerBound)
    }
    return text
  }

  private mutating func escape() throws(JSONSyntaxError) -> Unicode.Scalar {
    guard offset < bytes.count else { throw error("string without an end") }
    let mark = bytes[offset]
    offset += 1
    switch mark {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(mark)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try unicodeEscape()
    default: throw error("unknown escape in a string", at: offset - 1)
    }
  }

  /// Reads the digits of `\uXXXX`, and of the second half of a surrogate pair.
  private mutating func unicodeEscape() throws(JSONSyntaxError) -> Unicode.Scalar {
    let start = offset
    let first = try hexadecimalUnit()
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard first < 0xDC00, skip("\\"), skip("u") else {
      throw error("unpaired surrogate in a string", at: start)
    }
    let second = try hexadecimalUnit()
    guard (0xDC00...0xDFFF).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    else { throw error("unpaired surrogate in a string", at: start) }
    return scalar
  }

  private mutating func hexadecimalUnit() throws(JSONSyntaxError) -> UInt32 {
    var unit: UInt32 = 0
    for _ in 0..<4 {
      guard offset < bytes.count,
        let digit = Character(Unicode.Scalar(bytes[offset])).hexDigitValue
      else { throw error("malformed \\u escape in a string") }
      unit = unit << 4 | UInt32(digit)
      offset += 1
    }
    return unit
  }
}
