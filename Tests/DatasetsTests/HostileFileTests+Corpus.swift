import Datasets
import Foundation

extension HostileFileTests {
  static let pngCases: [HostileCase] = [
    .picture("PNG signature alone", says: "broken PNG") {
      try Array(PNGCodec.encode(Samples.picture()).prefix(8))
    },
    .picture("PNG cut off in its header", says: "broken PNG") {
      try Array(PNGCodec.encode(Samples.picture()).prefix(20))
    },
    .picture("PNG cut off in its pixels", says: "broken PNG") {
      let bytes = try PNGCodec.encode(Samples.picture(width: 64, height: 64))
      return Array(bytes.prefix(bytes.count / 2))
    },
    .picture("PNG with a wrong header checksum", says: "broken PNG") {
      var bytes = try PNGCodec.encode(Samples.picture())
      bytes[29] ^= 1
      return bytes
    },
    .picture("PNG with a wrong pixel checksum", says: "broken PNG") {
      var bytes = try PNGCodec.encode(Samples.picture())
      bytes[bytes.count - 13] ^= 1
      return bytes
    },
    .picture("PNG of width 0", says: "broken PNG") {
      Samples.png(width: 0, height: 1, depth: 8, kind: 0, rows: [[]])
    },
    .picture("PNG of 2³¹ columns", says: "broken PNG") {
      Samples.png(width: 1 << 31, height: 1, depth: 8, kind: 0, rows: [[0]])
    },
    .picture("PNG of a million by a million pixels", says: "bad.png") {
      Samples.png(width: 1_000_000, height: 1_000_000, depth: 8, kind: 2, rows: [[0]])
    },
    .picture("PNG above the pixel limit", says: "60000 x 60000 pixels", "limit is 67108864") {
      Samples.png(width: 60_000, height: 60_000, depth: 8, kind: 2, rows: [[0]])
    },
    .picture("PNG of an unknown colour type", says: "broken PNG") {
      Samples.png(width: 1, height: 1, depth: 8, kind: 5, rows: [[0]])
    },
    .picture("PNG with a depth of 3 bits", says: "broken PNG") {
      Samples.png(width: 1, height: 1, depth: 3, kind: 0, rows: [[0]])
    },
    .picture("PNG palette picture without a palette", says: "broken PNG") {
      Samples.png(width: 1, height: 1, depth: 8, kind: 3, rows: [[0]])
    },
    .picture("PNG with fewer rows than its header says", says: "broken PNG") {
      Samples.png(width: 1, height: 3, depth: 8, kind: 0, rows: [[0]])
    },
    .picture("PNG whose chunk claims 2 GB", says: "broken PNG") {
      var bytes = try PNGCodec.encode(Samples.picture())
      bytes.replaceSubrange(33..<37, with: [0x7F, 0xFF, 0xFF, 0xFF])
      return bytes
    },
  ]

  static let jpegCases: [HostileCase] = [
    .picture("JPEG marker alone", says: "broken JPEG") { [0xFF, 0xD8, 0xFF] },
    .picture("JPEG cut off in its tables", says: "broken JPEG") {
      Array(Samples.jpeg(components: 3).prefix(40))
    },
    .picture("JPEG cut off in its pixels", says: "broken JPEG") {
      Array(Samples.jpeg(components: 3, width: 64, height: 64).dropLast(20))
    },
    .picture("JPEG of CMYK colours", says: "CMYK") { Samples.jpeg(components: 4) },
    .picture("JPEG of height 0", says: "broken JPEG") {
      Samples.jpeg(components: 3, width: 8, height: 0)
    },
    .picture("JPEG above the pixel limit", says: "65500 x 65500 pixels", "limit is 67108864") {
      var bytes = Samples.jpeg(components: 3)
      bytes.replaceSubrange(76..<80, with: [0xFF, 0xDC, 0xFF, 0xDC])
      return bytes
    },
    .picture("JPEG without a Huffman table", says: "broken JPEG") {
      var bytes = Samples.jpeg(components: 1)
      bytes.removeSubrange(84..<bytes.count - 13)
      return bytes
    },
  ]

  static let fileCases: [HostileCase] = [
    .picture("Empty picture", says: "it is empty") { [] },
    .picture("GIF", says: "not a PNG or JPEG", "47 49 46 38") { Array("GIF89a".utf8) },
    .picture("Text", says: "not a PNG or JPEG") { Array("hello".utf8) },
    HostileCase("Missing picture", says: "none.png", "No such file") {
      _ = try Image(contentsOf: $0 / "none.png")
    },
    HostileCase("Folder in place of a picture", says: "is a folder, not a file") {
      _ = try Image(contentsOf: $0)
    },
    HostileCase("Pipe in place of a picture", says: "pipe.png", "is a pipe, not a file") {
      let file = $0 / "pipe.png"
      mkfifo(file.path, 0o600)
      _ = try Image(contentsOf: file)
    },
    HostileCase("Device in place of a picture", says: "/dev/zero", "is a device") { _ in
      _ = try Image(contentsOf: URL(fileURLWithPath: "/dev/zero"))
    },
    HostileCase("Link to itself in place of a picture", says: "loop.png", "symbolic links") {
      let file = $0 / "loop.png"
      symlink(file.path, file.path)
      _ = try Image(contentsOf: file)
    },
    HostileCase("File of 1 TiB", says: "has 1099511627776 bytes, the limit is 268435456") {
      let file = $0 / "huge.png"
      try write([0x89], to: file)
      truncate(file.path, 1 << 40)
      _ = try Image(contentsOf: file)
    },
  ]

  static let cifarCases: [HostileCase] = [
    .cifar("CIFAR batch missing", says: "data_batch_3.bin", "No such file") {
      try FileManager.default.removeItem(at: $0 / "data_batch_3.bin")
    },
    .cifar("CIFAR batch empty", says: "data_batch_2.bin", "byte 0") {
      try write([], to: $0 / "data_batch_2.bin")
    },
    .cifar(
      "CIFAR batch cut off",
      says: "data_batch_5.bin",
      "record at byte 3073 has 3072 of 3073"
    ) { truncate(($0 / "data_batch_5.bin").path, 2 * 3073 - 1) },
    .cifar("CIFAR batch one byte too long", says: "record at byte 6146 has 1 of 3073") {
      truncate(($0 / "data_batch_1.bin").path, 2 * 3073 + 1)
    },
    .cifar("CIFAR label without a class", says: "data_batch_4.bin", "label 10 at byte 3073") {
      var bytes = Array(try Data(contentsOf: $0 / "data_batch_4.bin"))
      bytes[3073] = 10
      try write(bytes, to: $0 / "data_batch_4.bin")
    },
    .cifar("CIFAR batch of 51 GB", says: "data_batch_1.bin", "the limit is 17179869184") {
      truncate(($0 / "data_batch_1.bin").path, 3073 << 24)
    },
    .cifar("CIFAR batch is a folder", says: "data_batch_1.bin", "is a folder") {
      try FileManager.default.removeItem(at: $0 / "data_batch_1.bin")
      try FileManager.default.createDirectory(
        at: $0 / "data_batch_1.bin",
        withIntermediateDirectories: false
      )
    },
    .cifar("CIFAR names twice", says: "batches.meta.txt", "line 2", "'cat' is there twice") {
      try write(Array("cat\ncat\n".utf8), to: $0 / "batches.meta.txt")
    },
    .cifar("CIFAR names with a gap", says: "batches.meta.txt", "line 2", "no name") {
      try write(Array("cat\n\ndog\n".utf8), to: $0 / "batches.meta.txt")
    },
    .cifar("CIFAR names empty", says: "batches.meta.txt", "0 names") {
      try write([], to: $0 / "batches.meta.txt")
    },
    .cifar("CIFAR names that are no text", says: "batches.meta.txt", "not UTF-8") {
      try write([0xFF, 0xFE, 0xFF], to: $0 / "batches.meta.txt")
    },
    HostileCase("CIFAR folder missing", says: "nowhere/test_batch.bin", "No such file") {
      _ = try CIFARBinary.load(.test, from: $0 / "nowhere")
    },
  ]

  static let folderCases: [HostileCase] = [
    HostileCase("Image folder missing", says: "nowhere", "No such file") {
      _ = try ImageFolder.load($0 / "nowhere")
    },
    HostileCase("Image folder empty", says: "it has no class folders") {
      _ = try ImageFolder.load($0)
    },
    HostileCase("Image folder is a file", says: "is not a folder") {
      try write([], to: $0 / "file")
      _ = try ImageFolder.load($0 / "file")
    },
    HostileCase("Class folders without pictures", says: "class folders are empty") {
      try FileManager.default.createDirectory(
        at: $0 / "cat",
        withIntermediateDirectories: false
      )
      _ = try ImageFolder.load($0)
    },
    .imageFolder("Text among pictures", says: "class0/notes.txt", "does not end in .png") {
      try write([], to: $0 / "class0/notes.txt")
    },
    .imageFolder("Text named as a picture", says: "class1/a.png", "not a PNG or JPEG") {
      try write(Array("hello".utf8), to: $0 / "class1/a.png")
    },
    .imageFolder("Folder named as a picture", says: "class0/a.png", "is a folder") {
      try FileManager.default.createDirectory(
        at: $0 / "class0/a.png",
        withIntermediateDirectories: false
      )
    },
    .imageFolder("Folder among pictures", says: "class0' holds a folder 'more'") {
      try FileManager.default.createDirectory(
        at: $0 / "class0/more",
        withIntermediateDirectories: false
      )
    },
    .imageFolder("Picture outside the classes", says: "'a.png' lies outside") {
      try Samples.picture().writePNG(to: $0 / "a.png")
    },
    .imageFolder("Picture of another size", says: "class1/z.png", "7 x 5 pixels", "8 x 8") {
      try Samples.picture().writePNG(to: $0 / "class1/z.png")
    },
    .imageFolder("Link that leads in a circle", says: "class0/loop.png", "symbolic links") {
      symlink("loop.png", ($0 / "class0/loop.png").path)
    },
    .imageFolder("Class link that leads in a circle", says: "loop", "symbolic links") {
      symlink("loop", ($0 / "loop").path)
    },
    .imageFolder("Class link that leads to the folder itself", says: "loop", "none of the 2") {
      symlink(".", ($0 / "loop").path)
    },
    .imageFolder("Class that its map does not list", says: "'dog'", "none of the 2 classes") {
      try Samples.picture(width: 8, height: 8).writePNG(to: $0 / "class0/x.png")
      try FileManager.default.moveItem(at: $0 / "class1", to: $0 / "dog")
    },
    .imageFolder("Broken map of its own", says: "classes.json", "neither a list") {
      try write(Array("{".utf8), to: $0 / "classes.json")
    },
  ]

  static let mapCases: [HostileCase] = [
    .classMap("Map that is no JSON", says: "neither a list", text: "cat, dog"),
    .classMap("Map of texts", says: "neither a list", text: #"{"cat": "0"}"#),
    .classMap("Map of fractions", says: "neither a list", text: #"{"cat": 0.5}"#),
    .classMap("Map with a gap", says: "label 2 of 'dog' should be 1", text: #"{"cat":0,"dog":2}"#),
    .classMap("Map with a label twice", says: "label 0 of 'dog'", text: #"{"cat":0,"dog":0}"#),
    .classMap("Map below 0", says: "label -1 of 'cat' should be 0", text: #"{"cat":-1,"dog":0}"#),
    .classMap("List with a name twice", says: "'cat' is there twice", text: #"["cat","cat"]"#),
    .classMap("List with an empty name", says: "class 1 has no name", text: #"["cat",""]"#),
    .classMap("Map with a name twice", says: "duplicate key 'a'", text: #"{"a":0,"b":1,"a":1}"#),
    .classMap(
      "Name of 5,000 marks",
      says: "more than 4096 bytes",
      text: "[\"cat\",\"e\(String(repeating: "\u{301}\u{323}", count: 2_500))\"]"
    ),
    .classMap("Empty list", says: "there is no class", text: "[]"),
    .classMap(
      "Map nested ten thousand deep",
      says: "neither a list",
      text: String(repeating: "[", count: 10_000)
    ),
    HostileCase("Map of 2 MiB", says: "map.json", "the limit is 1048576") {
      try write(Array(repeating: 0x20, count: 2 << 20), to: $0 / "map.json")
      _ = try ClassMap(contentsOf: $0 / "map.json")
    },
  ]
}
