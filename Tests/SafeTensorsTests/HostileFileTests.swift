import Artifacts
import Foundation
import SafeTensors
import TestSupport
import Testing

/// A file that must be refused, and how.
struct HostileFile: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let bytes: [UInt8]
  let problem: SafeTensorsError.Problem

  /// A file of any bytes.
  init(_ what: String, bytes: [UInt8], _ problem: SafeTensorsError.Problem) {
    testDescription = what
    self.bytes = bytes
    self.problem = problem
  }

  /// A file whose header has its right length.
  init(_ what: String, _ header: [UInt8], data: Int = 0, _ problem: SafeTensorsError.Problem) {
    self.init(
      what,
      bytes: HostileFile.length(UInt64(header.count)) + header + zeros(data),
      problem
    )
  }

  /// A file whose header is text.
  init(_ what: String, _ header: String, data: Int = 0, _ problem: SafeTensorsError.Problem) {
    self.init(what, Array(header.utf8), data: data, problem)
  }

  /// A file with one tensor `a` of the given fields.
  init(_ what: String, fields: String, data: Int = 4, _ problem: SafeTensorsError.Problem) {
    self.init(what, "{\"a\":{\(fields)}}", data: data, problem)
  }

  static func length(_ count: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: count >> ($0 * 8)) }
  }
}

private func zeros(_ count: Int) -> [UInt8] { Array(repeating: 0, count: count) }

/// Fields of a tensor of bytes with the given shape and offsets.
private func fields(_ shape: String, _ offsets: String, dtype: String = "U8") -> String {
  "\"dtype\":\"\(dtype)\",\"shape\":\(shape),\"data_offsets\":\(offsets)"
}

private func malformed(_ offset: Int, _ problem: String) -> SafeTensorsError.Problem {
  .malformedHeader(JSONSyntaxError(offset: offset, problem: problem))
}

@Suite struct HostileFileTests {
  private static let memoryIsBounded =
    (try? String(contentsOfFile: "/proc/sys/vm/overcommit_memory", encoding: .utf8)) != "1\n"

  static let lengths = [
    HostileFile("nothing", bytes: [], .noHeaderLength(fileBytes: 0)),
    HostileFile("half a length", bytes: zeros(7), .noHeaderLength(fileBytes: 7)),
    HostileFile("empty header", bytes: zeros(8), .headerNotAnObject),
    HostileFile(
      "length of 2^64 - 1",
      bytes: Array(repeating: 255, count: 8) + Array("{}".utf8),
      .headerTooLong(bytes: .max, limit: 100_000_000)
    ),
    HostileFile(
      "length of 2^63",
      bytes: HostileFile.length(1 << 63) + Array("{}".utf8),
      .headerTooLong(bytes: 1 << 63, limit: 100_000_000)
    ),
    HostileFile(
      "length one over the limit",
      bytes: HostileFile.length(100_000_001) + Array("{}".utf8),
      .headerTooLong(bytes: 100_000_001, limit: 100_000_000)
    ),
    HostileFile(
      "length beyond the file",
      bytes: HostileFile.length(3) + Array("{}".utf8),
      .headerBeyondFile(headerBytes: 3, fileBytes: 10)
    ),
    HostileFile(
      "big-endian length",
      bytes: HostileFile.length(2).reversed() + Array("{}".utf8),
      .headerTooLong(bytes: 2 << 56, limit: 100_000_000)
    ),
    HostileFile(
      "a PyTorch file",
      bytes: Array("PK\u{3}\u{4}".utf8) + zeros(100),
      .headerBeyondFile(headerBytes: 0x0403_4B50, fileBytes: 104)
    ),
  ]

  static let syntax = [
    HostileFile("array", "[]", .headerNotAnObject),
    HostileFile("space before the object", " {}", .headerNotAnObject),
    HostileFile("byte order mark", "\u{FEFF}{}", .headerNotAnObject),
    HostileFile("object without end", "{", malformed(1, "text ends where '\"' is due")),
    HostileFile("comma before the end", "{\"a\":{},}", .missingField(tensor: "a", field: "dtype")),
    HostileFile("comma alone", "{,}", malformed(1, "expected '\"'")),
    HostileFile("number as name", "{1:2}", malformed(1, "expected '\"'")),
    HostileFile("single quotes", "{'a':1}", malformed(1, "expected '\"'")),
    HostileFile("comment", "{/**/}", malformed(1, "expected '\"'")),
    HostileFile("text behind", "{}x", malformed(2, "text goes on after the value")),
    HostileFile("second object", "{}{}", malformed(2, "text goes on after the value")),
    HostileFile("zeros as padding", "{}\0\0", malformed(2, "text goes on after the value")),
    HostileFile(
      "bad UTF-8 in a name",
      Array("{\"a".utf8) + [0xFF] + Array("\":{}}".utf8),
      malformed(2, "invalid UTF-8 in a string")
    ),
    HostileFile(
      "overlong UTF-8",
      Array("{\"".utf8) + [0xC0, 0xAF] + Array("\":{}}".utf8),
      malformed(2, "invalid UTF-8 in a string")
    ),
    HostileFile(
      "surrogate in UTF-8",
      Array("{\"".utf8) + [0xED, 0xA0, 0x80] + Array("\":{}}".utf8),
      malformed(2, "invalid UTF-8 in a string")
    ),
    HostileFile(
      "bad UTF-8 between tokens",
      Array("{".utf8) + [0xFF] + Array("}".utf8),
      malformed(1, "expected '\"'")
    ),
    HostileFile(
      "high surrogate alone",
      #"{"\ud800":{}}"#,
      malformed(4, "unpaired surrogate in a string")
    ),
    HostileFile(
      "low surrogate alone",
      #"{"\udc00":{}}"#,
      malformed(4, "unpaired surrogate in a string")
    ),
    HostileFile(
      "two high surrogates",
      #"{"\ud800\ud800":{}}"#,
      malformed(4, "unpaired surrogate in a string")
    ),
    HostileFile("unknown escape", #"{"\x":{}}"#, malformed(3, "unknown escape in a string")),
    HostileFile(
      "short \\u escape",
      #"{"\u12"#,
      malformed(6, "malformed \\u escape in a string")
    ),
    HostileFile("name without end", "{\"a", malformed(2, "string without an end")),
    HostileFile(
      "zero byte in a name",
      "{\"a\0\":{}}",
      malformed(3, "control character in a string")
    ),
    HostileFile(
      "line end in a name",
      "{\"a\n\":{}}",
      malformed(3, "control character in a string")
    ),
  ]

  static let names = [
    HostileFile(
      "tensor twice",
      "{\"a\":{\(fields("[1]", "[0,1]"))},\"a\":{\(fields("[1]", "[1,2]"))}}",
      data: 2,
      .duplicateName("a")
    ),
    HostileFile(
      "tensor twice, once escaped",
      "{\"a\":{\(fields("[1]", "[0,1]"))},\"\\u0061\":{\(fields("[1]", "[1,2]"))}}",
      data: 2,
      .duplicateName("a")
    ),
    HostileFile(
      "metadata twice",
      "{\"__metadata__\":{},\"__metadata__\":{}}",
      .duplicateName("__metadata__")
    ),
    HostileFile(
      "metadata key twice",
      "{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"}}",
      .duplicateField(tensor: "__metadata__", field: "k")
    ),
    HostileFile(
      "metadata number",
      "{\"__metadata__\":{\"k\":1}}",
      .wrongFieldType(tensor: "__metadata__", field: "k", expected: "a string")
    ),
    HostileFile(
      "nested metadata",
      "{\"__metadata__\":{\"k\":{}}}",
      .wrongFieldType(tensor: "__metadata__", field: "k", expected: "a string")
    ),
    HostileFile(
      "metadata null",
      "{\"__metadata__\":null}",
      .wrongFieldType(tensor: "__metadata__", field: "__metadata__", expected: "an object")
    ),
    HostileFile(
      "tensor null",
      "{\"a\":null}",
      .wrongFieldType(tensor: "a", field: "a", expected: "an object")
    ),
    HostileFile(
      "deep nesting",
      "{\"a\":" + String(repeating: "[", count: 100_000),
      .wrongFieldType(tensor: "a", field: "a", expected: "an object")
    ),
    HostileFile(
      "too many tensors",
      "{"
        + (0...65_537).map { "\"\($0)\":{\(fields("[0]", "[0,0]"))}" }.joined(separator: ",")
        + "}",
      .tooManyEntries(limit: 65_536)
    ),
    HostileFile(
      "too much metadata",
      "{\"__metadata__\":{" + (0...65_536).map { "\"\($0)\":\"\"" }.joined(separator: ",") + "}}",
      .tooManyEntries(limit: 65_536)
    ),
  ]

  static let tensorFields = [
    HostileFile(
      "dtype twice",
      fields: "\"dtype\":\"U8\",\"dtype\":\"F32\"",
      .duplicateField(tensor: "a", field: "dtype")
    ),
    HostileFile(
      "shape twice",
      fields: "\"shape\":[],\"shape\":[4]",
      .duplicateField(tensor: "a", field: "shape")
    ),
    HostileFile(
      "offsets twice",
      fields: fields("[4]", "[0,4]") + ",\"data_offsets\":[0,4]",
      .duplicateField(tensor: "a", field: "data_offsets")
    ),
    HostileFile(
      "unknown field",
      fields: fields("[4]", "[0,4]") + ",\"strides\":[1]",
      .unknownField(tensor: "a", field: "strides")
    ),
    HostileFile(
      "no dtype",
      fields: "\"shape\":[4],\"data_offsets\":[0,4]",
      .missingField(tensor: "a", field: "dtype")
    ),
    HostileFile(
      "no shape",
      fields: "\"dtype\":\"U8\",\"data_offsets\":[0,4]",
      .missingField(tensor: "a", field: "shape")
    ),
    HostileFile(
      "no offsets",
      fields: "\"dtype\":\"U8\",\"shape\":[4]",
      .missingField(tensor: "a", field: "data_offsets")
    ),
    HostileFile(
      "unknown dtype",
      fields: fields("[4]", "[0,4]", dtype: "F128"),
      .unknownDataType(tensor: "a", dataType: "F128")
    ),
    HostileFile(
      "dtype in lower case",
      fields: fields("[4]", "[0,4]", dtype: "u8"),
      .unknownDataType(tensor: "a", dataType: "u8")
    ),
    HostileFile(
      "dtype as number",
      fields: "\"dtype\":3",
      .wrongFieldType(tensor: "a", field: "dtype", expected: "a string")
    ),
    HostileFile(
      "shape as number",
      fields: fields("4", "[0,4]"),
      .wrongFieldType(tensor: "a", field: "shape", expected: "an array of integers")
    ),
    HostileFile(
      "size as text",
      fields: fields("[\"4\"]", "[0,4]"),
      .wrongFieldType(tensor: "a", field: "shape", expected: "an array of integers")
    ),
    HostileFile(
      "size NaN",
      fields: fields("[NaN]", "[0,4]"),
      .wrongFieldType(tensor: "a", field: "shape", expected: "an array of integers")
    ),
    HostileFile(
      "size true",
      fields: fields("[true]", "[0,4]"),
      .wrongFieldType(tensor: "a", field: "shape", expected: "an array of integers")
    ),
    HostileFile(
      "nested shape",
      fields: fields("[[4]]", "[0,4]"),
      .wrongFieldType(tensor: "a", field: "shape", expected: "an array of integers")
    ),
    HostileFile(
      "negative size",
      fields: fields("[-4]", "[0,4]"),
      .badNumber(tensor: "a", field: "shape", number: "-4")
    ),
    HostileFile(
      "negative zero",
      fields: fields("[-0]", "[0,0]"),
      .badNumber(tensor: "a", field: "shape", number: "-0")
    ),
    HostileFile(
      "fractional size",
      fields: fields("[4.0]", "[0,4]"),
      .badNumber(tensor: "a", field: "shape", number: "4.0")
    ),
    HostileFile(
      "size with exponent",
      fields: fields("[4e0]", "[0,4]"),
      .badNumber(tensor: "a", field: "shape", number: "4e0")
    ),
    HostileFile(
      "size of 2^63",
      fields: fields("[9223372036854775808]", "[0,4]"),
      .badNumber(tensor: "a", field: "shape", number: "9223372036854775808")
    ),
    HostileFile(
      "size with leading zero",
      fields: fields("[04]", "[0,4]"),
      malformed(28, "number with a leading zero")
    ),
    HostileFile(
      "size of a million digits",
      fields: fields("[" + String(repeating: "9", count: 1_000_000) + "]", "[0,4]"),
      malformed(28, "number too long")
    ),
    HostileFile(
      "nine dimensions",
      fields: fields("[1,1,1,1,1,1,1,1,1]", "[0,1]"),
      .tooManyDimensions(tensor: "a", limit: 8)
    ),
    HostileFile(
      "negative offset",
      fields: fields("[4]", "[-4,0]"),
      .badNumber(tensor: "a", field: "data_offsets", number: "-4")
    ),
    HostileFile(
      "offset of 2^64",
      fields: fields("[4]", "[0,18446744073709551616]"),
      .badNumber(tensor: "a", field: "data_offsets", number: "18446744073709551616")
    ),
    HostileFile("one offset", fields: fields("[4]", "[4]"), .badOffsetCount(tensor: "a", count: 1)),
    HostileFile("no offset", fields: fields("[4]", "[]"), .badOffsetCount(tensor: "a", count: 0)),
    HostileFile(
      "three offsets",
      fields: fields("[4]", "[0,4,8]"),
      .badOffsetCount(tensor: "a", count: 3)
    ),
  ]

  static let places = [
    HostileFile(
      "product of sizes overflows",
      fields: fields("[4294967296,4294967296]", "[0,0]"),
      data: 0,
      .shapeTooLarge(tensor: "a", shape: [1 << 32, 1 << 32])
    ),
    HostileFile(
      "overflow hidden by a zero",
      fields: fields("[0,4294967296,4294967296]", "[0,0]"),
      data: 0,
      .shapeTooLarge(tensor: "a", shape: [0, 1 << 32, 1 << 32])
    ),
    HostileFile(
      "bytes overflow",
      fields: fields("[4611686018427387904]", "[0,0]", dtype: "F32"),
      data: 0,
      .shapeTooLarge(tensor: "a", shape: [1 << 62])
    ),
    HostileFile(
      "reversed offsets",
      fields: fields("[4]", "[4,0]"),
      .reversedOffsets(tensor: "a", start: 4, end: 0)
    ),
    HostileFile(
      "range shorter than the shape",
      fields: fields("[5]", "[0,4]"),
      .wrongByteCount(tensor: "a", expected: 5, found: 4)
    ),
    HostileFile(
      "range longer than the shape",
      fields: fields("[1]", "[0,4]", dtype: "F16"),
      .wrongByteCount(tensor: "a", expected: 2, found: 4)
    ),
    HostileFile(
      "data behind the last tensor",
      fields: fields("[4]", "[0,4]"),
      data: 5,
      .wrongDataLength(tensorBytes: 4, fileBytes: 5)
    ),
    HostileFile(
      "cut off",
      fields: fields("[4]", "[0,4]"),
      data: 3,
      .wrongDataLength(tensorBytes: 4, fileBytes: 3)
    ),
    HostileFile(
      "terabytes claimed",
      fields: fields("[1099511627776]", "[0,1099511627776]"),
      .wrongDataLength(tensorBytes: 1 << 40, fileBytes: 4)
    ),
    HostileFile(
      "data without tensors",
      "{}",
      data: 1,
      .wrongDataLength(tensorBytes: 0, fileBytes: 1)
    ),
    HostileFile(
      "gap before the first",
      fields: fields("[3]", "[1,4]"),
      .gap(tensor: "a", start: 1, previousEnd: 0)
    ),
    HostileFile(
      "gap between",
      "{\"a\":{\(fields("[1]", "[0,1]"))},\"b\":{\(fields("[1]", "[2,3]"))}}",
      data: 3,
      .gap(tensor: "b", start: 2, previousEnd: 1)
    ),
    HostileFile(
      "overlap",
      "{\"a\":{\(fields("[2]", "[0,2]"))},\"b\":{\(fields("[2]", "[1,3]"))}}",
      data: 3,
      .overlap(tensor: "b", start: 1, previousEnd: 2)
    ),
    HostileFile(
      "same place twice",
      "{\"a\":{\(fields("[2]", "[0,2]"))},\"b\":{\(fields("[2]", "[0,2]"))}}",
      data: 2,
      .overlap(tensor: "b", start: 0, previousEnd: 2)
    ),
  ]

  @Test(arguments: lengths + syntax + names + tensorFields + places)
  func isRefused(file: HostileFile) throws {
    try withTemporaryDirectory { folder in
      let url = folder.appendingPathComponent("hostile.safetensors")
      try Data(file.bytes).write(to: url)
      let error = #expect(throws: SafeTensorsError.self) { try SafeTensorsFile(contentsOf: url) }
      #expect(error?.problem == file.problem)
      let message = try #require(error?.description)
      #expect(message.contains(url.path))
      #expect(message.utf8.count < 1000)
    }
  }

  @Test func pipeIsRefusedWithoutWaiting() throws {
    try withTemporaryDirectory { folder in
      let pipe = folder.appendingPathComponent("pipe")
      #expect(mkfifo(pipe.path, 0o600) == 0)
      let problem = SafeTensorsError.Problem.system(
        .notARegularFile(path: pipe.path, found: "a pipe")
      )
      #expect(throws: SafeTensorsError(file: pipe.path, problem: problem)) {
        try SafeTensorsFile(contentsOf: pipe)
      }
    }
  }

  @Test func fileCutOffWhileOpen() throws {
    try withTemporaryDirectory { folder in
      let url = folder.appendingPathComponent("shrinks.safetensors")
      var writer = SafeTensorsWriter()
      writer.add("a", .uint8, shape: [4], bytes: [1, 2, 3, 4])
      try writer.write(to: url)
      let file = try SafeTensorsFile(contentsOf: url)
      #expect(truncate(url.path, off_t(try Data(contentsOf: url).count - 3)) == 0)
      let problem = SafeTensorsError.Problem.changedWhileOpen(tensor: "a", expected: 4, found: 1)
      #expect(throws: SafeTensorsError(file: url.path, problem: problem)) {
        try file.withBytes(of: "a") { Array($0) }
      }
    }
  }

  /// A file of holes takes no disk but claims more memory than there is.
  @Test(.enabled(if: memoryIsBounded, "vm.overcommit_memory is 1: Linux promises any memory"))
  func moreThanMemoryHolds() throws {
    try withTemporaryDirectory { folder in
      let url = folder.appendingPathComponent("holes.safetensors")
      let size = 1 << 43
      var header = Array("{\"a\":{\(fields("[\(size)]", "[0,\(size)]"))}}".utf8)
      header = HostileFile.length(UInt64(header.count)) + header
      try Data(header).write(to: url)
      try #require(truncate(url.path, off_t(header.count + size)) == 0)
      let file = try SafeTensorsFile(contentsOf: url)
      #expect(try file.tensor(named: "a").byteCount == size)
      let problem = SafeTensorsError.Problem.outOfMemory(tensor: "a", bytes: size)
      #expect(throws: SafeTensorsError(file: url.path, problem: problem)) {
        try file.withBytes(of: "a") { $0.count }
      }
    }
  }
}
