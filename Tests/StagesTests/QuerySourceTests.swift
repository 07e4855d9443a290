import Datasets
import Foundation
import Networks
import Stages
import TestSupport
import Testing

@Suite struct QuerySourceTests {
  private func split(other labels: (Int) -> Int, count: Int = 40) throws -> DataSplit {
    let pictures = try Shapes.images(.train, count: count, side: 8, seed: 3)
    return DataSplit(
      train: try Shapes.images(.train, count: 20, side: 8, seed: 1),
      other: try pictures.relabelled(pictures.labels.map(labels)),
      test: try Shapes.images(.test, count: 20, side: 8, seed: 1)
    )
  }

  private func pictures(_ count: Int?, beside split: DataSplit) throws -> UnlabelledImages {
    try QuerySource.otherSplit.pictures(
      count,
      beside: split,
      of: .init(height: 8, width: 8),
      seed: 5
    )
  }

  /// What a query thief gets is the same whatever the pictures' labels are, so nothing that is done with
  /// it can depend on them.
  @Test(arguments: [nil, 30])
  func aThiefsPicturesDoNotDependOnTheirLabels(count: Int?) throws {
    let found = try pictures(count, beside: split { $0 })
    #expect(found.count == count ?? 40)
    #expect(try pictures(count, beside: split { ($0 + 3) % 10 }) == found)
  }

  /// A folder needs no classes; of one with training pictures, these alone are taken, at the victim's size.
  @Test func aFolderOfPicturesIsAQuerySource() throws {
    try withTemporaryDirectory { folder in
      let images = try Shapes.images(.train, count: 5, side: 16, seed: 3)
      let deep = folder.appendingPathComponent("birds/of/paradise")
      try FileManager.default.createDirectory(at: deep, withIntermediateDirectories: true)
      for index in images.indices {
        try images[index].writePNG(to: deep.appendingPathComponent("\(index).png"))
      }
      let source = try QuerySource(folder.appendingPathComponent("birds").path)
      #expect("\(source)" == "birds")
      let split = try split { $0 }
      func take() throws -> UnlabelledImages {
        try source.pictures(nil, beside: split, of: .init(height: 8, width: 8), seed: 5)
      }
      let all = try take()
      #expect((all.count, all.width, all.height) == (5, 8, 8))
      #expect(try all[4] == images[4].resized(toWidth: 8, height: 8))

      let train = folder.appendingPathComponent("birds/train")
      try FileManager.default.createDirectory(at: train, withIntermediateDirectories: true)
      for index in 0..<2 {
        try images[index].writePNG(to: train.appendingPathComponent("\(index).png"))
      }
      #expect(try take().count == 2)
      let nowhere = folder.appendingPathComponent("nowhere").path
      #expect(throws: StageError.self) { try QuerySource(nowhere) }
    }
  }

  @Test func tooFewPicturesAreExplained() throws {
    let lone = try split(other: { $0 }, count: 1)
    let none = #expect(throws: StageError.self) { try pictures(nil, beside: lone) }
    #expect(none?.description.contains("Choose a smaller --train-count") == true)
    let many = #expect(throws: StageError.self) {
      try pictures(41, beside: split { $0 })
    }
    #expect(many?.description.contains("is 41, expected 2 to 40") == true)
  }
}
