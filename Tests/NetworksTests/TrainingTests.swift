import Artifacts
import Datasets
import Foundation
import Networks
import TestSupport
import Testing
import Torch

@Suite struct TrainingTests {
  private struct Stopped: Error {}

  private func settings(epochs: Int = 3) -> TrainingSettings {
    var settings = TrainingSettings(seed: 5)
    settings.epochs = epochs
    settings.batchSize = 16
    settings.cropPadding = 1
    settings.precision = .float32
    return settings
  }

  private func images(count: Int = 60) throws -> ImageSet {
    try Shapes.images(.train, count: count, side: 8, seed: 3)
  }

  private func classifier(seed: UInt64 = 1, dropout: Double = 0.1) throws -> Classifier {
    try Classifier(
      Architecture("wrn-10-1"),
      classNames: Shapes.classNames,
      normalization: .cifar10,
      pictureSize: .init(height: 8, width: 8),
      dropout: dropout,
      seed: seed
    )
  }

  private func weights(_ classifier: Classifier) throws -> [UInt8] {
    try classifier.network.namedState.flatMap { try $0.tensor.bytes() }
  }

  @Test func lossFalls() throws {
    let reports = try train(
      classifier(dropout: 0),
      on: images(count: 100),
      settings: settings(epochs: 12)
    )
    let (first, last) = (try #require(reports.first), try #require(reports.last))
    #expect(reports.map(\.epoch) == Array(1...12))
    #expect(last.loss < 0.8 * first.loss)
    #expect(try #require(last.accuracy) > #require(first.accuracy))
  }

  @Test(arguments: [Precision.float32, .bfloat16])
  func sameSeedSameBytes(precision: Precision) throws {
    var settings = settings(epochs: 2)
    settings.precision = precision
    let results = try (0..<2).map { _ in
      let classifier = try classifier()
      try train(classifier, on: images(), settings: settings)
      return try weights(classifier)
    }
    #expect(results[0] == results[1])
    settings.seed += 1
    let other = try classifier()
    try train(other, on: images(), settings: settings)
    #expect(try weights(other) != results[0])
  }

  @Test(arguments: [1, 4, 5, 8])
  func resumesToTheSameBytes(stoppingAtStep stop: Int) throws {
    let whole = try classifier()
    try train(whole, on: images(), settings: settings())

    try withTemporaryDirectory { folder in
      var steps = 0
      #expect(throws: Stopped.self) {
        try train(
          classifier(),
          on: images(),
          settings: settings(),
          run: TrainingRun(in: folder, resuming: false)
        ) { _ in
          steps += 1
          if steps == stop { throw Stopped() }
        }
      }
      let resumed = try classifier()
      let run = try TrainingRun(in: folder, resuming: true)
      let reports = try train(resumed, on: images(), settings: settings(), run: run)

      #expect(try weights(resumed) == weights(whole))
      #expect(reports.count == 3 - stop / 4)
      let lines = try JSONLines.read(
        EpochReport.self,
        from: folder.appendingPathComponent("metrics.jsonl")
      )
      #expect(lines.map(\.epoch) == [1, 2, 3])
    }
  }

  @Test func refusesTheCheckpointOfAnotherRun() throws {
    try withTemporaryDirectory { folder in
      try train(
        classifier(),
        on: images(),
        settings: settings(),
        run: TrainingRun(in: folder, resuming: false)
      )
      var other = settings()
      other.learningRate = 0.2
      let error = #expect(throws: NetworkError.self) {
        try train(
          classifier(),
          on: images(),
          settings: other,
          run: TrainingRun(in: folder, resuming: true)
        )
      }
      #expect(error?.description.contains("settings: checkpoint") == true)
      let weights = #expect(throws: NetworkError.self) {
        try train(
          classifier(seed: 9),
          on: images(),
          settings: settings(),
          run: TrainingRun(in: folder, resuming: true)
        )
      }
      #expect(weights?.description.contains("first weights: checkpoint") == true)
    }
  }

  @Test func leavesNoTensorBehind() throws {
    let classifier = try classifier()
    let images = try images(count: 32)
    var settings = settings(epochs: 1)
    try train(classifier, on: images, settings: settings)
    let before = Runtime.liveTensorCount
    settings.epochs = 50
    try train(classifier, on: images, settings: settings)
    #expect(Runtime.liveTensorCount == before)
  }

  @Test func divergenceIsAnError() throws {
    var settings = settings()
    settings.learningRate = 1e20
    let error = #expect(throws: NetworkError.self) {
      try train(classifier(), on: images(), settings: settings)
    }
    #expect(error?.description.contains("training diverged in epoch") == true)
  }

  @Test func picturesMustFit() throws {
    let large = try Shapes.images(.train, count: 20, side: 16, seed: 3)
    let error = #expect(throws: NetworkError.self) {
      try train(classifier(), on: large, settings: settings())
    }
    #expect(error?.description == "pictures of 16x16 do not fit a model for pictures of 8x8")
    let renamed = try ImageSet(
      width: 8,
      height: 8,
      pixels: images().pixels,
      labels: images().labels,
      classNames: (0..<10).map { "class \($0)" }
    )
    #expect(throws: NetworkError.self) {
      try train(classifier(), on: renamed, settings: settings())
    }
  }

  @Test(
    arguments: [
      ("epochs is 0, expected 1 to 100,000", { (s: inout TrainingSettings) in s.epochs = 0 }),
      ("batch size is 0, expected 1 to 65,536", { s in s.batchSize = 0 }),
      ("learning rate is -1.0, expected a positive number", { s in s.learningRate = -1 }),
      ("learning rate is nan, expected a positive number", { s in s.learningRate = .nan }),
      ("momentum is 1.0, expected a number in [0, 1)", { s in s.momentum = 1 }),
      ("label smoothing is 1.0, expected a number in [0, 1)", { s in s.labelSmoothing = 1 }),
    ] as [(String, @Sendable (inout TrainingSettings) -> Void)]
  )
  func settingsAreChecked(
    message: String,
    change: @Sendable (inout TrainingSettings) -> Void
  ) throws {
    var settings = settings()
    change(&settings)
    let error = #expect(throws: NetworkError.self) { try settings.validate() }
    #expect(error?.description == message)
  }
}
