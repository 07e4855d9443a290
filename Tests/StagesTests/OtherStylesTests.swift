import Datasets
import Stages
import Testing

@Suite struct OtherStylesTests {
  private let pictures: UnlabelledImages

  init() throws {
    pictures = try Shapes.images(.train, count: 7, side: 16, seed: 1).unlabelled
  }

  @Test func everyPictureIsRepainted() throws {
    var calls: [Int] = []
    let painted = try OtherStyles(count: 3, seed: 4).repaint(pictures) { done, total in
      #expect(total == 7)
      calls.append(done)
    }
    #expect(calls == [3, 5, 7])
    #expect((painted.count, painted.width, painted.height) == (7, 16, 16))
    for index in pictures.indices {
      let changes = zip(painted[index].pixels, pictures[index].pixels)
        .map { abs(Int($0) - Int($1)) }
      #expect(changes.reduce(0, +) > 5 * changes.count, "picture \(index) looks as before")
    }
    #expect(try OtherStyles(count: 3, seed: 4).repaint(pictures) == painted)
  }

  /// One picture in several styles: each must look unlike the others.
  @Test func stylesDiffer() throws {
    let one = try pictures.subset([0])
    let versions = try (0..<6).map { seed in
      try OtherStyles(count: 1, seed: seed).repaint(one).pixels.map { Int($0) }
    }
    for (index, first) in versions.enumerated() {
      for second in versions[..<index] {
        let difference = zip(first, second).reduce(0) { $0 + abs($1.0 - $1.1) }
        #expect(difference > 10 * first.count)
      }
    }
  }

  /// Styles of the family are others than those of drawings, and each picture looks changed.
  @Test func familyStylesAreOthers() throws {
    let painted = try OtherStyles(count: 3, seed: 4, from: .family).repaint(pictures)
    #expect(try OtherStyles(count: 3, seed: 4, from: .family).repaint(pictures) == painted)
    for other in [
      pictures, try OtherStyles(count: 3, seed: 4).repaint(pictures),
      try OtherStyles(count: 3, seed: 5, from: .family).repaint(pictures),
    ] {
      for index in pictures.indices {
        let changes = zip(painted[index].pixels, other[index].pixels)
          .map { abs(Int($0) - Int($1)) }
        #expect(changes.reduce(0, +) > 5 * changes.count, "picture \(index) looks the same")
      }
    }
  }

  @Test func moreStylesThanPictures() throws {
    #expect(try OtherStyles(count: 100, seed: 1).repaint(pictures).count == 7)
    #expect(try OtherStyles(count: 2, seed: 1).repaint(pictures.subset([])).count == 0)
  }

  @Test(arguments: [0, -1, 1_001])
  func impossibleCountsAreRefused(count: Int) {
    #expect(throws: StageError.self) { try OtherStyles(count: count, seed: 1) }
  }
}
