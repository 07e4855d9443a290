import Datasets
import Foundation
import TestSupport
import Testing

@Suite("Image folders")
struct ImageFolderTests {
  @Test("What is written is read back, class after class")
  func roundTrip() throws {
    let set = try Samples.set(count: 11, side: 6, classes: 3)
    try withTemporaryDirectory { folder in
      try ImageFolder.write(set, to: folder / "out")
      let order = (0..<3).flatMap { set.indices(ofClass: $0) }
      #expect(try ImageFolder.load(folder / "out") == set.subset(order))
      #expect(try Image(contentsOf: folder / "out/class1/00004.png") == set[4])
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["out"])
    }
  }

  @Test("A class without pictures survives in the folder's own map")
  func emptyClass() throws {
    let set = try Samples.set(count: 6, side: 4, classes: 3).relabelled([2, 2, 0, 0, 2, 0])
    try withTemporaryDirectory { folder in
      try ImageFolder.write(set, to: folder / "out")
      let read = try ImageFolder.load(folder / "out")
      #expect(read.classNames == set.classNames)
      #expect(read.labels == [0, 0, 0, 2, 2, 2])
    }
  }

  @Test("Without labels, pictures are found at any depth, and nothing else is looked at")
  func unlabelled() throws {
    try withTemporaryDirectory { folder in
      try numbered(in: folder / "pictures")
      let files = FileManager.default
      try files.createDirectory(
        at: folder / "pictures/2/deeper",
        withIntermediateDirectories: true
      )
      try Image(width: 2, height: 2, filledWith: (200, 0, 0))
        .writePNG(to: folder / "pictures/2/deeper/b.png")
      try Data("0 0 2 2".utf8).write(to: folder / "pictures/2/list.txt")
      // A circle.
      try files.createSymbolicLink(
        at: folder / "pictures/2/up",
        withDestinationURL: folder / "pictures"
      )
      let found = try ImageFolder.unlabelledPictures(below: folder / "pictures")
      #expect(found.count == 13)
      #expect((0..<6).map { found[$0].pixels[0] } == [0, 1, 10, 11, 2, 200])
      #expect(try ImageFolder.unlabelledPictures(below: folder / "pictures/2").count == 2)

      let labelled = #expect(throws: DatasetError.self) {
        try ImageFolder.load(folder / "pictures")
      }
      let text = labelled?.description ?? ""
      #expect(text.contains("pictures/2' holds a folder 'deeper'"), "\(text)")
      try files.createDirectory(at: folder / "none", withIntermediateDirectories: true)
      let none = #expect(throws: DatasetError.self) {
        try ImageFolder.unlabelledPictures(below: folder / "none")
      }
      #expect(none?.description.contains(".png, .jpg or .jpeg") == true)
    }
  }

  /// Folders named 0 to 11, each with one picture of its own colour.
  private func numbered(in folder: URL) throws {
    for label in 0..<12 {
      try FileManager.default.createDirectory(
        at: folder / "\(label)",
        withIntermediateDirectories: true
      )
      try Image(width: 2, height: 2, filledWith: (UInt8(label), 0, 0))
        .writePNG(to: folder / "\(label)/a.png")
    }
  }

  @Test("Without a map, names are in byte order: 10 comes before 2")
  func byteOrder() throws {
    try withTemporaryDirectory { folder in
      try numbered(in: folder)
      let set = try ImageFolder.load(folder)
      #expect(set.classNames.prefix(5) == ["0", "1", "10", "11", "2"])
      #expect(set[2].pixels[0] == 10 && set.labels[2] == 2)
    }
  }

  @Test("With a map, labels are the map's", arguments: [true, false])
  func classMap(isList: Bool) throws {
    try withTemporaryDirectory { folder in
      try numbered(in: folder / "pictures")
      let names = (0..<12).map(String.init)
      let json =
        isList
        ? "[" + names.map { "\"\($0)\"" }.joined(separator: ",") + "]"
        : "{" + names.map { "\"\($0)\":\($0)" }.joined(separator: ",") + "}"
      try write(Array(json.utf8), to: folder / "map.json")
      let map = try ClassMap(contentsOf: folder / "map.json")
      let set = try ImageFolder.load(folder / "pictures", classMap: map)
      #expect(set.classNames == names)
      #expect(set.indices.allSatisfy { Int(set[$0].pixels[0]) == set.labels[$0] })
    }
  }

  @Test(
    "Formats and letter case of names mix; dot files and files beside the classes are passed over"
  )
  func mixture() throws {
    try withTemporaryDirectory { folder in
      try write(Samples.jpeg(components: 1), to: folder / "cat/a.JPG")
      try write(Samples.jpeg(components: 3), to: folder / "cat/b.jpeg")
      try Samples.picture(width: 8, height: 8).writePNG(to: folder / "cat/c.Png")
      try write([], to: folder / "cat/.hidden")
      try write([], to: folder / "manifest.json")
      let set = try ImageFolder.load(folder)
      #expect(set.count == 3 && set.width == 8)
      #expect(set[0] == set[1])
      #expect(try set[2] == Samples.picture(width: 8, height: 8))
    }
  }

  @Test("Pictures of many sizes are brought to one")
  func sizing() throws {
    try withTemporaryDirectory { folder in
      for (name, width, height) in [("a", 9, 4), ("b", 4, 9), ("c", 6, 6)] {
        try write(
          PNGCodec.encode(Samples.picture(width: width, height: height)),
          to: folder / "cat/\(name).png"
        )
      }
      let square = try ImageFolder.load(folder, sizing: .centralSquare(side: 5))
      #expect(square.count == 3 && square.width == 5 && square.height == 5)
      let wide = try ImageFolder.load(folder, sizing: .resized(toWidth: 8, height: 3))
      #expect(wide.count == 3 && wide.width == 8 && wide.height == 3)
      #expect(throws: DatasetError.self) {
        try ImageFolder.load(folder, sizing: .centralSquare(side: 0))
      }
    }
  }

  @Test("Limits hold for pictures and for the whole set")
  func limits() throws {
    try withTemporaryDirectory { folder in
      try ImageFolder.write(Samples.set(count: 4, side: 8), to: folder / "out")
      for limits in [
        PictureLimits(pixels: 63), PictureLimits(fileBytes: 20), PictureLimits(setBytes: 767),
      ] {
        #expect(throws: DatasetError.self) {
          try ImageFolder.load(folder / "out", limits: limits)
        }
      }
      let exact = PictureLimits(pixels: 64, setBytes: 768)
      #expect(try ImageFolder.load(folder / "out", limits: exact).count == 4)
    }
  }

  @Test("Nothing is written over, and class names cannot lead out of the folder")
  func refusals() throws {
    let set = try Samples.set(count: 2, side: 4, classes: 2)
    try withTemporaryDirectory { folder in
      try ImageFolder.write(set, to: folder / "out")
      #expect(throws: DatasetError.self) { try ImageFolder.write(set, to: folder / "out") }
      for name in ["..", "../up", "/etc", ".hidden", "a\0b", "classes.json"] {
        let bad = try set.unlabelled.labelled([0, 1], classNames: ["good", name])
        #expect(throws: DatasetError.self) { try ImageFolder.write(bad, to: folder / "bad") }
      }
      #expect(throws: DatasetError.self) {
        try ImageFolder.write(set.subset([]), to: folder / "bad")
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["out"])
    }
  }
}
