import Datasets
import Foundation
import Stages
import TestSupport
import Testing

@Suite struct DataSourceTests {
  /// Whoever takes the first n of a set that was read class by class must not get a few classes only.
  @Test func classesAreSpreadWhereTheyLieInARow() throws {
    try withTemporaryDirectory { folder in
      let images = try Shapes.images(.train, count: 200, side: 8, seed: 1)
      let place = folder.appendingPathComponent("train")
      try ImageFolder.write(images, to: place)
      let found = try DataSource(folder.path).load(.train)
      #expect(found.labels == images.labels.sorted())
      let spread = try found.withClassesSpread()
      for start in [0, 60, 180] {
        let some = spread.labels[start..<start + 20]
        #expect((0..<spread.classCount).allSatisfy { some.contains($0) }, "\(Array(some))")
      }
      // All of them, each once, with its label, and the same order every time.
      let pictures = { (set: ImageSet) in
        Set((0..<set.count).map { [UInt8(set.labels[$0])] + set[$0].pixels })
      }
      #expect(pictures(spread) == pictures(images))
      #expect(try found.withClassesSpread() == spread)
      // What is mixed stays as it is.
      #expect(try images.withClassesSpread() == images)
      #expect(try spread.withClassesSpread() == spread)
    }
  }

  /// A model of one class could be trained, and no file of it read.
  @Test func oneClassIsRefused() throws {
    try withTemporaryDirectory { folder in
      let pictures = try Shapes.images(.train, count: 40, side: 8, seed: 1)
      let one = try ImageSet(
        width: 8,
        height: 8,
        pixels: pictures.pixels,
        labels: Array(repeating: 0, count: 40),
        classNames: ["cat"]
      )
      for part in ["train", "test"] {
        try ImageFolder.write(one, to: folder.appendingPathComponent(part))
      }
      let error = #expect(throws: StageError.self) {
        try DataSplit(DataSource(folder.path), trainCount: 20, seed: 0)
      }
      #expect(error?.description.contains("is 1, expected 2 to 10000") == true)
    }
  }
}
