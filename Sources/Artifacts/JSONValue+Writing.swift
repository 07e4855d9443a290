extension JSONValue {
  /// The value on one line: sorted keys, no spaces, no line end.
  public var compactBytes: [UInt8] {
    var output: [UInt8] = []
    write(to: &output, indentation: nil)
    return output
  }

  /// The value on one line, as text.
  public var compactText: String { String(decoding: compactBytes, as: UTF8.self) }

  /// The value over several lines: sorted keys, two spaces a level, a line end after the value.
  public var prettyBytes: [UInt8] {
    var output: [UInt8] = []
    write(to: &output, indentation: 0)
    output.append(UInt8(ascii: "\n"))
    return output
  }

  private func write(to output: inout [UInt8], indentation: Int?) {
    switch self {
    case .null: output += "null".utf8
    case .bool(let value): output += (value ? "true" : "false").utf8
    case .integer(let value): output += value.description.utf8
    case .number(let value): JSONValue.write(value, to: &output)
    case .string(let value): JSONValue.write(value, to: &output)
    case .array(let values):
      JSONValue.write(values, between: "[", "]", to: &output, indentation) { value, inner, output in
        value.write(to: &output, indentation: inner)
      }
    case .object(let fields):
      let sorted = fields.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      JSONValue.write(sorted, between: "{", "}", to: &output, indentation) {
        field,
        inner,
        output in
        JSONValue.write(field.key, to: &output)
        output += (indentation == nil ? ":" : ": ").utf8
        field.value.write(to: &output, indentation: inner)
      }
    }
  }

  private static func write<Element>(
    _ elements: [Element],
    between opening: String,
    _ closing: String,
    to output: inout [UInt8],
    _ indentation: Int?,
    element write: (Element, Int?, inout [UInt8]) -> Void
  ) {
    output += opening.utf8
    for (index, element) in elements.enumerated() {
      if index > 0 { output.append(UInt8(ascii: ",")) }
      startLine(indentation.map { $0 + 2 }, in: &output)
      write(element, indentation.map { $0 + 2 }, &output)
    }
    if !elements.isEmpty { startLine(indentation, in: &output) }
    output += closing.utf8
  }

  private static func startLine(_ indentation: Int?, in output: inout [UInt8]) {
    guard let indentation else { return }
    output.append(UInt8(ascii: "\n"))
    output += repeatElement(UInt8(ascii: " "), count: indentation)
  }

  /// Writes the shortest text that reads back as the same number.
  private static func write(_ value: Double, to output: inout [UInt8]) {
    if value.isFinite {
      output += value.description.utf8
    } else if value.isNaN {
      output += "\"NaN\"".utf8
    } else {
      output += (value > 0 ? "\"Infinity\"" : "\"-Infinity\"").utf8
    }
  }

  /// Writes a JSON string, escaping only what must be escaped.
  package static func write(_ text: String, to output: inout [UInt8]) {
    let digits = Array("0123456789abcdef".utf8)
    output.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): output += [UInt8(ascii: "\\"), byte]
      case UInt8(ascii: "\n"): output += "\\n".utf8
      case UInt8(ascii: "\t"): output += "\\t".utf8
      case 0..<0x20:
        output += "\\u00".utf8
        output += [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      default: output.append(byte)
      }
    }
    output.append(UInt8(ascii: "\""))
  }
}
