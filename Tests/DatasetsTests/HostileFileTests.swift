import Datasets
import Foundation
import TestSupport
import Testing

/// A broken file or folder, what to do with it, and what the error must say.
struct HostileCase: Sendable, CustomTestStringConvertible {
  let name: String
  let mentions: [String]
  let run: @Sendable (URL) throws -> Void
  var testDescription: String { name }

  init(_ name: String, says mentions: String..., run: @escaping @Sendable (URL) throws -> Void) {
    self.name = name
    self.mentions = mentions
    self.run = run
  }

  /// A picture file with these bytes.
  static func picture(
    _ name: String,
    says mentions: String...,
    bytes: @escaping @Sendable () throws -> [UInt8]
  ) -> HostileCase {
    HostileCase(name, mentions: mentions + ["bad.png"]) { folder in
      try write(bytes(), to: folder / "bad.png")
      _ = try Image(contentsOf: folder / "bad.png")
    }
  }

  /// A training folder of ten records in five batches, then spoiled.
  static func cifar(
    _ name: String,
    says mentions: String...,
    spoil: @escaping @Sendable (URL) throws -> Void
  ) -> HostileCase {
    HostileCase(name, mentions: mentions) { folder in
      try CIFARBinary.write(Samples.set(count: 10), as: .train, to: folder)
      try spoil(folder)
      _ = try CIFARBinary.load(.train, from: folder)
    }
  }

  /// An image folder with two classes of two pictures, then spoiled.
  static func imageFolder(
    _ name: String,
    says mentions: String...,
    spoil: @escaping @Sendable (URL) throws -> Void
  ) -> HostileCase {
    HostileCase(name, mentions: mentions) { folder in
      let root = folder / "pictures"
      try ImageFolder.write(Samples.set(count: 4, side: 8, classes: 2), to: root)
      try spoil(root)
      _ = try ImageFolder.load(root)
    }
  }

  /// A class map with this text.
  static func classMap(_ name: String, says mentions: String..., text: String) -> HostileCase {
    HostileCase(name, mentions: mentions + ["map.json"]) { folder in
      try write(Array(text.utf8), to: folder / "map.json")
      _ = try ClassMap(contentsOf: folder / "map.json")
    }
  }

  private init(
    _ name: String,
    mentions: [String],
    run: @escaping @Sendable (URL) throws -> Void
  ) {
    (self.name, self.mentions, self.run) = (name, mentions, run)
  }
}

@Suite("Hostile files")
struct HostileFileTests {
  @Test(
    "are refused with an error that names the file and the fault",
    arguments: pngCases + jpegCases + fileCases + cifarCases + folderCases + mapCases
  )
  func refused(hostile: HostileCase) throws {
    try withTemporaryDirectory { folder in
      let error = #expect(throws: DatasetError.self) { try hostile.run(folder) }
      let message = error.map(String.init(describing:)) ?? ""
      for mention in hostile.mentions { #expect(message.contains(mention)) }
    }
  }

  @Test("A PNG cut off anywhere before its last pixel is refused, never half shown")
  func everyCut() throws {
    let bytes = try PNGCodec.encode(Samples.picture())
    // The checksum of IDAT, and IEND, follow the last pixel; libpng may not miss them.
    for length in 0..<bytes.count - 16 {
      #expect(throws: DatasetError.self) { try Image(encoded: Array(bytes.prefix(length))) }
    }
  }

  @Test("A JPEG cut off before its end is refused, never half shown")
  func everyJPEGCut() {
    let bytes = Samples.jpeg(components: 3, width: 32, height: 32)
    for length in 0..<bytes.count - 2 {
      #expect(throws: DatasetError.self) { try Image(encoded: Array(bytes.prefix(length))) }
    }
  }

  @Test("Any byte of a picture may be wrong: an error or a picture, never a crash")
  func everyByteWrong() throws {
    let originals = [
      try PNGCodec.encode(Samples.picture()), Samples.jpeg(components: 3, width: 16, height: 16),
    ]
    for original in originals {
      for position in original.indices {
        for value in [0, 0x7F, 0xFF, original[position] ^ 1] as [UInt8] {
          var bytes = original
          bytes[position] = value
          guard let image = try? Image(encoded: bytes) else { continue }
          #expect(image.pixels.count == 3 * image.width * image.height)
        }
      }
    }
  }
}
