import Artifacts
import Foundation
import SafeTensors
import TestSupport
import Testing

@Suite struct WriterTests {
  private struct Interruption: Error {}

  @Test func canonicalBytes() throws {
    try withTemporaryDirectory { folder in
      let url = folder.appendingPathComponent("a.safetensors")
      var writer = SafeTensorsWriter(metadata: ["b": "2", "a": "1"])
      writer.add("z", .float32, shape: [2], bytes: [0, 0, 128, 63, 0, 0, 0, 64])
      writer.add("a\"", .uint8, shape: [], bytes: [7])
      try writer.write(to: url)
      let header =
        #"{"__metadata__":{"a":"1","b":"2"},"#
        + #""z":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"#
        + #""a\"":{"dtype":"U8","shape":[],"data_offsets":[8,9]}}"#
      let padded = Array(header.utf8) + Array(repeating: 0x20, count: -header.utf8.count & 7)
      let expected =
        [UInt8(padded.count), 0, 0, 0, 0, 0, 0, 0] + padded
        + [0, 0, 128, 63, 0, 0, 0, 64, 7]
      #expect(try [UInt8](Data(contentsOf: url)) == expected)
      #expect(padded.count % 8 == 0)
    }
  }

  @Test func emptyFileIsReadBack() throws {
    try withTemporaryDirectory { folder in
      let url = folder.appendingPathComponent("empty.safetensors")
      try SafeTensorsWriter().write(to: url)
      let file = try SafeTensorsFile(contentsOf: url)
      #expect(file.tensorNames.isEmpty)
      #expect(file.metadata.isEmpty)
    }
  }

  @Test func tensorsGivenInPieces() throws {
    try withTemporaryDirectory { folder in
      let url = folder.appendingPathComponent("pieces.safetensors")
      var writer = SafeTensorsWriter()
      writer.add("a", .uint8, shape: [6]) { take in
        for i in 0..<3 as Range<UInt8> { try [i, i].withUnsafeBytes(take) }
      }
      try writer.write(to: url)
      let file = try SafeTensorsFile(contentsOf: url)
      #expect(try file.withBytes(of: "a") { Array($0) } == [0, 0, 1, 1, 2, 2])
    }
  }

  @Test(
    arguments: [
      ([("a", [1], 1), ("a", [1], 1)], .duplicateName("a")),
      ([("__metadata__", [1], 1)], .reservedName("__metadata__")),
      ([("a", [2, 3], 5)], .wrongByteCount(tensor: "a", expected: 6, found: 5)),
      ([("a", [2, 3], 7)], .wrongByteCount(tensor: "a", expected: 6, found: 7)),
      ([("a", [], 0)], .wrongByteCount(tensor: "a", expected: 1, found: 0)),
      ([("a", [-1], 0)], .shapeTooLarge(tensor: "a", shape: [-1])),
      ([("a", [.max, 2], 0)], .shapeTooLarge(tensor: "a", shape: [.max, 2])),
      ([("a", [.max], 0), ("b", [.max], 0)], .shapeTooLarge(tensor: "b", shape: [.max])),
      (
        [("a", Array(repeating: 1, count: 9), 1)],
        .tooManyDimensions(tensor: "a", limit: SafeTensorsFile.dimensionLimit)
      ),
    ] as [([(String, [Int], Int)], SafeTensorsError.Problem)]
  )
  func refused(tensors: [(String, [Int], Int)], problem: SafeTensorsError.Problem) throws {
    try withTemporaryDirectory { folder in
      let url = folder.appendingPathComponent("old.safetensors")
      try AtomicFile.write([1, 2, 3], to: url)
      var writer = SafeTensorsWriter()
      for (name, shape, byteCount) in tensors {
        writer.add(name, .uint8, shape: shape, bytes: Array(repeating: 0, count: byteCount))
      }
      #expect(throws: SafeTensorsError(file: url.path, problem: problem)) {
        try writer.write(to: url)
      }
      #expect(try Data(contentsOf: url) == Data([1, 2, 3]))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 1)
    }
  }

  @Test func failingProviderLeavesTheOldFile() throws {
    try withTemporaryDirectory { folder in
      let url = folder.appendingPathComponent("old.safetensors")
      try AtomicFile.write([1, 2, 3], to: url)
      var writer = SafeTensorsWriter()
      writer.add("a", .uint8, shape: [1]) { _ in throw Interruption() }
      #expect(throws: Interruption.self) { try writer.write(to: url) }
      #expect(try Data(contentsOf: url) == Data([1, 2, 3]))
    }
  }
}
