import Datasets
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
