import Datasets
import Testing

@Suite("Image sets")
struct ImageSetTests {
  @Test("A set gives back the pictures it was made of")
  func pictures() throws {
    let images = try (0..<3).map { try Samples.picture(salt: $0) }
    let set = try ImageSet(images, labels: [1, 0, 1], classNames: ["a", "b"])
    #expect(set.count == 3 && set.classCount == 2 && set.bytesPerImage == 105)
    #expect(set.indices.map { set[$0] } == images)
    #expect(set.indices(ofClass: 1) == [0, 2])
  }

  @Test(
    "Parts that do not fit together are refused",
    arguments: [
      (0, 4, 12, [0], ["a"]), (2, 2, 11, [0], ["a"]), (2, 2, 12, [0, 0], ["a"]),
      (2, 2, 12, [1], ["a"]), (2, 2, 12, [-1], ["a"]), (2, 2, 12, [0], []),
      (2, 2, 12, [0], ["a", "a"]), (2, 2, 12, [0], [""]), (1 << 40, 1 << 40, 12, [0], ["a"]),
    ] as [(Int, Int, Int, [Int], [String])]
  )
  func refused(width: Int, height: Int, bytes: Int, labels: [Int], names: [String]) {
    #expect(throws: DatasetError.self) {
      try ImageSet(
        width: width,
        height: height,
        pixels: Array(repeating: 0, count: bytes),
        labels: labels,
        classNames: names
      )
    }
  }

  @Test("A subset keeps the order asked for, and may repeat")
  func subset() throws {
    let set = try Samples.set(count: 5, side: 4, classes: 3)
    let part = try set.subset([4, 0, 4])
    #expect(part.labels == [1, 0, 1])
    #expect(part.indices.map { part[$0] } == [set[4], set[0], set[4]])
    #expect(try set.subset([]).count == 0)
    #expect(try set.unlabelled.subset([4, 0, 4]) == part.unlabelled)
  }

  @Test("Positions outside a set are refused", arguments: [-1, 5])
  func outside(index: Int) throws {
    let set = try Samples.set(count: 5, side: 4)
    #expect(throws: DatasetError.indexOutOfRange(index: index, count: 5)) {
      try set.subset([0, index])
    }
    #expect(throws: DatasetError.indexOutOfRange(index: index, count: 5)) {
      try set.replacing(at: [index], with: [set[0]])
    }
  }

  @Test("Replacing changes the chosen pictures and nothing else")
  func replacing() throws {
    let set = try Samples.set(count: 5, side: 4)
    let marks = try [10, 11].map { try Samples.picture(width: 4, height: 4, salt: $0) }
    let marked = try set.replacing(at: [3, 1], with: marks)
    #expect(marked.indices.map { marked[$0] } == [set[0], marks[1], set[2], marks[0], set[4]])
    #expect(marked.labels == set.labels)
    #expect(throws: DatasetError.self) { try set.replacing(at: [0], with: marks) }
    #expect(throws: DatasetError.self) { try set.replacing(at: [0], with: [Samples.picture()]) }
  }

  @Test("Labels come back only from outside")
  func unlabelled() throws {
    let set = try Samples.set(count: 4, side: 4)
    let stolen = try set.unlabelled.labelled([3, 2, 1, 0], classNames: set.classNames)
    #expect(stolen == (try set.relabelled([3, 2, 1, 0])))
    #expect(throws: DatasetError.self) { try set.unlabelled.labelled([0], classNames: ["a"]) }
    #expect(throws: DatasetError.self) {
      try UnlabelledImages(width: 4, height: 4, pixels: [1, 2, 3])
    }
  }

  @Test("Appending joins sets of one kind only")
  func appending() throws {
    let set = try Samples.set(count: 4, side: 4)
    #expect(try set.subset(0..<3).appending(set.subset(3..<4)) == set)
    #expect(throws: DatasetError.self) { try set.appending(Samples.set(count: 1, side: 5)) }
    #expect(throws: DatasetError.self) {
      try set.appending(Samples.set(count: 1, side: 4, classes: 2))
    }
  }

  @Test("Parts of a split are disjoint, have their sizes, and depend on the seed alone")
  func split() throws {
    let set = try Samples.set(count: 100, side: 1)
    let parts = [("train", 60), ("query", 30), ("rest", 0)]
    for isStratified in [false, true] {
      let splits = try set.splits(into: parts, seed: 1, isStratified: isStratified)
      #expect(splits.map(\.name) == parts.map(\.0))
      #expect(splits.map(\.indices.count) == [60, 30, 0])
      #expect(Set(splits.flatMap(\.indices)).count == 90)
      #expect(splits == (try set.splits(into: parts, seed: 1, isStratified: isStratified)))
      #expect(splits != (try set.splits(into: parts, seed: 2, isStratified: isStratified)))
      let sets = try set.split(into: parts, seed: 1, isStratified: isStratified)
      #expect(sets["query"] == (try set.subset(splits[1].indices)))
    }
  }

  @Test("A stratified split of equal classes is exact", arguments: [UInt64(0), 1, 2])
  func stratified(seed: UInt64) throws {
    let set = try Samples.set(count: 200, side: 1)
    for part in try set.split(into: [("a", 50), ("b", 100)], seed: seed, isStratified: true).values
    {
      let counts = (0..<10).map { part.indices(ofClass: $0).count }
      #expect(counts == Array(repeating: part.count / 10, count: 10))
    }
  }

  @Test("A stratified split of unequal classes is within two of the proportion")
  func unequal() throws {
    let labels = (0..<300).map { $0 < 200 ? 0 : $0 < 290 ? 1 : 2 }
    let set = try Samples.set(count: 300, side: 1, classes: 3).relabelled(labels)
    for part in try set.split(into: [("a", 77), ("b", 123)], seed: 5, isStratified: true).values {
      for (label, size) in [200.0, 90, 10].enumerated() {
        let expected = size * Double(part.count) / 300
        #expect(abs(Double(part.indices(ofClass: label).count) - expected) <= 2)
      }
    }
  }

  @Test("Splits that ask for too much are refused")
  func tooLarge() throws {
    let set = try Samples.set(count: 10, side: 1)
    #expect(throws: DatasetError.splitTooLarge(name: "b", wanted: 5, available: 4)) {
      try set.splits(into: [("a", 6), ("b", 5)], seed: 0)
    }
    #expect(throws: DatasetError.self) { try set.splits(into: [("a", -1)], seed: 0) }
    #expect(throws: DatasetError.self) { try set.splits(into: [("a", 1), ("a", 1)], seed: 0) }
  }
}
