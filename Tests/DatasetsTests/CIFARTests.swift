import Datasets
import Foundation
import TestSupport
import Testing

/// The folder that `HALLMARK_CIFAR10` names, with CIFAR-10 in its binary layout.
private let cifarFolder = ProcessInfo.processInfo.environment["HALLMARK_CIFAR10"].map {
  URL(fileURLWithPath: $0)
}

@Suite("CIFAR-10 binary layout")
struct CIFARTests {
  @Test("What is written is read back", arguments: [5, 6, 23])
  func roundTrip(count: Int) throws {
    let set = try Samples.set(count: count, classes: 3)
    try withTemporaryDirectory { folder in
      for part in DataPart.allCases {
        try CIFARBinary.write(set, as: part, to: folder)
        #expect(try CIFARBinary.load(part, from: folder) == set)
      }
    }
  }

  @Test("256 classes fit, 257 do not; nor do other sizes, or fewer pictures than files")
  func bounds() throws {
    try withTemporaryDirectory { folder in
      let names = (0..<257).map { "c\($0)" }
      let set = try Samples.set(count: 6)
      let widest = try set.unlabelled.labelled(
        [0, 255, 1, 254, 7, 9],
        classNames: names.dropLast()
      )
      try CIFARBinary.write(widest, as: .train, to: folder)
      #expect(try CIFARBinary.load(.train, from: folder) == widest)
      let tooMany = try set.unlabelled.labelled([0, 1, 2, 3, 4, 256], classNames: names)
      #expect(throws: DatasetError.self) {
        try CIFARBinary.write(tooMany, as: .train, to: folder)
      }
      for bad in [try Samples.set(count: 6, side: 31), try set.subset(0..<4)] {
        #expect(throws: DatasetError.self) { try CIFARBinary.write(bad, as: .train, to: folder) }
      }
      let broken = try set.relabelled(Array(repeating: 0, count: 6)).unlabelled.labelled(
        Array(repeating: 0, count: 6),
        classNames: ["two\nlines"]
      )
      #expect(throws: DatasetError.self) { try CIFARBinary.write(broken, as: .train, to: folder) }
    }
  }

  @Test("Without a list of names the classes are those of CIFAR-10")
  func standardNames() throws {
    try withTemporaryDirectory { folder in
      try CIFARBinary.write(Samples.set(count: 5), as: .test, to: folder)
      try FileManager.default.removeItem(at: folder / "batches.meta.txt")
      let set = try CIFARBinary.load(.test, from: folder)
      #expect(set.classNames == CIFARBinary.standardClassNames)
      #expect(try CIFARBinary.load(file: folder / "test_batch.bin") == set)
    }
  }

  @Test("Records may hold Windows line ends in their names, and are planes of red, green, blue")
  func layout() throws {
    try withTemporaryDirectory { folder in
      let planes = [10, 20, 30].flatMap { Array(repeating: UInt8($0), count: 1024) }
      try write([1] + planes, to: folder / "test_batch.bin")
      try write(Array("cat\r\ndog\r\n\r\n".utf8), to: folder / "batches.meta.txt")
      let set = try CIFARBinary.load(.test, from: folder)
      #expect(set.labels == [1] && set.classNames == ["cat", "dog"])
      #expect(set[0] == (try Image(width: 32, height: 32, filledWith: (10, 20, 30))))
    }
  }

  @Test(
    "The real data set has 5,000 and 1,000 pictures of each class",
    .enabled(
      if: cifarFolder != nil,
      "CIFAR-10 is missing: set HALLMARK_CIFAR10 to a folder with data_batch_1.bin and so on"
    )
  )
  func realData() throws {
    let folder = try #require(cifarFolder)
    for (part, perClass) in [(DataPart.train, 5000), (.test, 1000)] {
      let set = try CIFARBinary.load(part, from: folder)
      #expect((0..<10).allSatisfy { set.indices(ofClass: $0).count == perClass })
      #expect(set.classNames == CIFARBinary.standardClassNames)
    }
  }
}
