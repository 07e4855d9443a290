import Artifacts
import Testing

@Suite struct JSONValueTests {
  @Test func sameValueSameBytes() throws {
    let value: JSONValue = [
      "b": [1, 2.5, 1e-7, -0.0, 1e300, 1.0], "a": ["nested": .null, "é": "\"\\\n\t\u{1}/"],
      "empty": [], "none": [:], "yes": true,
    ]
    let text = String(decoding: value.compactBytes, as: UTF8.self)
    #expect(
      text
        == #"{"a":{"nested":null,"é":"\"\\\n\t\u0001/"},"b":[1,2.5,1e-07,-0.0,1e+300,1.0],"#
        + #""empty":[],"none":{},"yes":true}"#
    )
    #expect(try JSONValue(parsing: value.compactBytes) == value)
    #expect(try JSONValue(parsing: value.prettyBytes) == value)
  }

  @Test func prettyForm() {
    let value: JSONValue = ["b": [1, 2], "a": [:]]
    #expect(
      String(decoding: value.prettyBytes, as: UTF8.self) == """
        {
          "a": {},
          "b": [
            1,
            2
          ]
        }

        """
    )
  }

  @Test(arguments: [UInt64.max, UInt64(Int64.max) + 1, 0])
  func wholeRangeOfSeeds(seed: UInt64) throws {
    let value = JSONValue.integer(Int128(seed))
    #expect(try JSONValue(parsing: value.compactBytes) == value)
    #expect(try value.decode(as: UInt64.self) == seed)
    #expect(try JSONValue(encoding: seed) == value)
  }

  @Test func nonFiniteNumbersSurvive() throws {
    let numbers = [Double.infinity, -.infinity, 0.1]
    let value = try JSONValue(encoding: numbers)
    #expect(value == ["Infinity", "-Infinity", 0.1])
    #expect(try value.decode(as: [Double].self) == numbers)
    #expect(JSONValue.number(.nan).compactBytes == Array("\"NaN\"".utf8))
  }

  @Test(arguments: [
    (#""\u00e9\ud83d\ude00\/\b\f""#, "é😀/\u{8}\u{C}"), (#""a\n""#, "a\n"), (#""""#, ""),
  ])
  func escapes(json: String, expected: String) throws {
    #expect(try JSONValue(parsing: Array(json.utf8)) == .string(expected))
  }

  /// A name of many marks takes a time to hash that grows with the square of its length.
  @Test func longNamesAreRefusedUnhashed() throws {
    func object(_ length: Int) -> [UInt8] {
      Array("{\"\(String(repeating: "\u{301}", count: length / 2))\":1}".utf8)
    }
    #expect(try JSONValue(parsing: object(4_096)).compactText.utf8.count > 4_096)
    let error = #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: object(4_098)) }
    #expect("\(try #require(error))".contains("a name of 4098 bytes"))
  }

  @Test(arguments: [
    ("", "malformed value", 0),
    ("{\"a\":1,\"a\":2}", "duplicate key 'a'", 12),
    ("{\"a\":1,\"\\u0061\":2}", "duplicate key 'a'", 17),
    ("{\"a\":1,}", "expected '\"'", 7),
    ("{\"a\" 1}", "expected ':'", 5),
    ("{\"a\":1", "text ends where '}' is due", 6),
    ("[1 2]", "expected ']'", 3),
    ("1 2", "text goes on after the value", 2),
    ("01", "number with a leading zero", 0),
    ("-", "malformed value", 0),
    ("1.", "malformed value", 0),
    ("1e", "malformed value", 0),
    ("+1", "malformed value", 0),
    ("NaN", "malformed value", 0),
    ("nul", "malformed value", 0),
    ("1e999", "number 1e999 beyond the range of double precision", 5),
    ("18446744073709551616", "integer 18446744073709551616 outside 64 bits", 20),
    ("\"abc", "string without an end", 1),
    ("\"a\nb\"", "control character in a string", 2),
    ("\"\\ud800\"", "unpaired surrogate in a string", 3),
    ("\"\\udc00\\ud800\"", "unpaired surrogate in a string", 3),
    ("\"\\ud800\\u0041\"", "unpaired surrogate in a string", 3),
    ("\"\\u12g4\"", "malformed \\u escape in a string", 5),
    ("\"\\x41\"", "unknown escape in a string", 2),
    ("\"\\", "string without an end", 2),
  ])
  func refused(json: String, problem: String, offset: Int) {
    let error = #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: Array(json.utf8)) }
    #expect(error?.problem == problem)
    #expect(error?.offset == offset)
  }

  @Test func deepNestingIsRefusedNotCrashed() {
    let bytes = [UInt8](repeating: UInt8(ascii: "["), count: 1_000_000)
    let error = #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: bytes) }
    #expect(error?.problem == "more than 64 levels")
  }

  @Test func invalidUTF8IsRefused() {
    #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: [0x22, 0xC3, 0x28, 0x22]) }
  }
}
