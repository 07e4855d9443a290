import Foundation
import SafeTensors
import TestSupport
import Testing

/// A file written by Python's safetensors; see `Golden/make_golden.py`.
@Suite struct GoldenFileTests {
  private struct Content: Decodable {
    var dtype: String
    var shape: [Int]
    var bytes: String
  }

  private let url: URL
  private let contents: [String: Content]

  init() throws {
    let folder = try #require(Bundle.module.url(forResource: "Golden", withExtension: nil))
    url = folder.appendingPathComponent("golden.safetensors")
    contents = try JSONDecoder().decode(
      [String: Content].self,
      from: Data(contentsOf: folder.appendingPathComponent("golden.json"))
    )
  }

  @Test func everyTensorIsReadAsPythonWroteIt() throws {
    let file = try SafeTensorsFile(contentsOf: url)
    #expect(Set(file.tensorNames) == Set(contents.keys))
    #expect(Set(file.entries.map(\.dataType)) == Set(SafeTensorsDataType.allCases))
    for (name, content) in contents {
      let entry = try file.tensor(named: name)
      #expect(entry.dataType.rawValue == content.dtype)
      #expect(entry.shape == content.shape)
      #expect(try file.withBytes(of: name, hexadecimal) == content.bytes)
    }
  }

  @Test func metadata() throws {
    let file = try SafeTensorsFile(contentsOf: url)
    #expect(file.metadata == ["made by": "é\t\"x\""])
  }

  /// With the tensors in Python's order, our writer gives Python's bytes.
  @Test func writtenAgainItIsTheSameFile() throws {
    try withTemporaryDirectory { folder in
      let file = try SafeTensorsFile(contentsOf: url)
      var writer = SafeTensorsWriter(metadata: file.metadata)
      for entry in file.entries {
        writer.add(entry.name, entry.dataType, shape: entry.shape) { take in
          try file.withBytes(of: entry.name, take)
        }
      }
      let copy = folder.appendingPathComponent("copy.safetensors")
      try writer.write(to: copy)
      #expect(try SafeTensorsFile(contentsOf: copy).entries == file.entries)
      #expect(try Data(contentsOf: copy) == Data(contentsOf: url))
    }
  }

  private func hexadecimal(_ bytes: UnsafeRawBufferPointer) -> String {
    bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
  }
}
