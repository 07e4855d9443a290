import Datasets
import Experiments
import Foundation
import TestSupport
import Testing

@Suite struct DataSourceTests {
  /// Class folders are read class by class; who takes the first n pictures must not get a few classes only.
  @Test func theFirstPicturesOfFoldersAreOfAllClasses() throws {
    try withTemporaryDirectory { folder in
      let images = try Shapes.images(.train, count: 200, side: 8, seed: 1)
      for part in ["train", "val"] {
        try ImageFolder.write(images, to: folder.appendingPathComponent(part))
      }
      let source = try DataSource(folder.path)
      for part in [DataPart.train, .test] {
        let found = try source.load(part)
        #expect(found.count == images.count)
        for start in [0, 60, 180] {
          let some = found.labels[start..<start + 20]
          #expect((0..<found.classCount).allSatisfy { some.contains($0) }, "\(Array(some))")
        }
        // All of them, each once, with its label, and the same order every time.
        let pictures = { (set: ImageSet) in
          Set((0..<set.count).map { [UInt8(set.labels[$0])] + set[$0].pixels })
        }
        #expect(pictures(found) == pictures(images))
        #expect(try source.load(part) == found)
      }
      let split = try DataSplit(source, trainCount: 100, seed: 3)
      // Which pictures the owner leaves is drawn; class by class, the first 20 would be of two.
      #expect(Set(split.other.labels.prefix(20)).count >= 5)
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
      let error = #expect(throws: ExperimentError.self) {
        try DataSplit(DataSource(folder.path), trainCount: 20, seed: 0)
      }
      #expect(error?.description.contains("is 1, expected 2 to 10000") == true)
    }
  }
}
