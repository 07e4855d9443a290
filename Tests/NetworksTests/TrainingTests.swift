import Artifacts
import Datasets
import Foundation
import Networks
import SafeTensors
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

  /// The loss of a step is that before its update: of the last update nothing but the weights tell.
  @Test func weightsThatTheLastUpdateRuinedAreFound() throws {
    try withTemporaryDirectory { folder in
      var settings = settings(epochs: 1)
      settings.batchSize = 60
      settings.learningRate = 1e5
      let classifier = try classifier()
      let run = try TrainingRun(in: folder, resuming: false)
      let error = #expect(throws: NetworkError.self) {
        try train(classifier, on: images(), settings: settings, run: run) { logits, _, _ in
          try logits.sum() * 1e35
        }
      }
      let text = error?.description ?? ""
      #expect(text.contains("training diverged in epoch 1: '"), "\(text)")
      #expect(text.contains("' holds infinities or NaN"), "\(text)")
      #expect(!FileManager.default.fileExists(atPath: run.checkpoint.path))

      let file = folder.appendingPathComponent("model.safetensors")
      let refused = #expect(throws: NetworkError.self) { try classifier.write(to: file) }
      #expect(refused?.description.contains("holds infinities or NaN") == true)
      #expect(!FileManager.default.fileExists(atPath: file.path))
    }
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

  /// A single picture left over sits the epoch out, and no schedule waits for it.
  @Test(arguments: [16, 17, 18])
  func schedulesEndWhateverIsLeftOver(count: Int) throws {
    var settings = settings(epochs: 4)
    settings.schedule = .step(milestones: [2])
    var progress: [TrainingProgress] = []
    let reports = try train(
      classifier(dropout: 0),
      on: images(count: count),
      settings: settings
    ) { progress.append($0) }
    #expect(
      zip(reports.map(\.learningRate), [0.1, 0.1, 0.01, 0.01]).allSatisfy { abs($0 - $1) < 1e-9 }
    )
    let last = try #require(progress.last)
    #expect(last.pictures == last.picturesPerEpoch)
    #expect(last.picturesPerEpoch == (count == 17 ? 16 : count))
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

  /// Settings that were written before there was strong augmentation keep their meaning and text.
  @Test func olderSettingsAreRead() throws {
    let older = try JSONValue(encoding: settings())
    #expect(!older.compactText.contains("strong"))
    #expect(try older.decode(as: TrainingSettings.self).strongAugmentation == nil)
    var strong = settings()
    strong.strongAugmentation = .standard
    #expect(try JSONValue(encoding: strong).decode(as: TrainingSettings.self) == strong)
  }

  @Test func strongAugmentationDecidesTheResult() throws {
    let results = try [nil, StrongAugmentation.standard].map { augmentation in
      var settings = settings(epochs: 1)
      settings.strongAugmentation = augmentation
      let classifier = try classifier()
      try train(classifier, on: images(), settings: settings)
      return try weights(classifier)
    }
    #expect(results[0] != results[1])
  }

  @Test func aCopyIsAModelOfItsOwn() throws {
    let original = try classifier()
    original.origin = "somewhere"
    let copy = try original.copied()
    #expect(try weights(copy) == weights(original))
    #expect(copy.origin == original.origin)
    try train(copy, on: images(), settings: settings(epochs: 1))
    #expect(try weights(original) == weights(classifier()))
    #expect(try weights(copy) != weights(original))
  }

  /// A setting out of its range, and the error that it must give.
  struct BadSetting: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let apply: @Sendable (inout TrainingSettings) -> Void

    init(_ message: String, _ apply: @escaping @Sendable (inout TrainingSettings) -> Void) {
      testDescription = message
      self.apply = apply
    }
  }

  static let badSettings: [BadSetting] = [
    BadSetting("epochs is 0, expected 1 to 100,000") { $0.epochs = 0 },
    BadSetting("batch size is 0, expected 1 to 65,536") { $0.batchSize = 0 },
    BadSetting("learning rate is -1.0, expected a positive number below 1,000,000") {
      $0.learningRate = -1
    },
    BadSetting("learning rate is nan, expected a positive number below 1,000,000") {
      $0.learningRate = .nan
    },
    BadSetting("momentum is 1.0, expected a number in [0, 1)") { $0.momentum = 1 },
    BadSetting("weight decay is -0.1, expected 0 or more") { $0.weightDecay = -0.1 },
    BadSetting("label smoothing is 1.0, expected a number in [0, 1)") { $0.labelSmoothing = 1 },
    BadSetting("crop padding is -1, expected 0 to 1,024") { $0.cropPadding = -1 },
  ]

  @Test(arguments: badSettings)
  func settingsAreChecked(bad: BadSetting) throws {
    var settings = settings()
    bad.apply(&settings)
    let error = #expect(throws: NetworkError.self) { try settings.validate() }
    #expect(error?.description == bad.testDescription)
  }

  /// A checkpoint that lost what the optimiser remembers would go on, and end with other weights.
  @Test func aCheckpointWithoutItsMomentumIsRefused() throws {
    try withTemporaryDirectory { folder in
      let settings = settings(epochs: 2)
      let images = try images()
      #expect(throws: Stopped.self) {
        try train(
          classifier(),
          on: images,
          settings: settings,
          run: TrainingRun(in: folder, resuming: false)
        ) { if $0.epoch == 1 { throw Stopped() } }
      }
      let checkpoint = TrainingRun.checkpoint(in: folder)
      let whole = try SafeTensorsFile(contentsOf: checkpoint)
      #expect(whole.tensorNames.contains { $0.hasPrefix("optimizer.") })
      let cases: [(name: String, step: String?, message: String)] = [
        ("momentum", nil, "it holds 0 tensors of the optimiser"),
        ("step", "9223372036854775807", "how many steps"),
      ]
      for (name, step, message) in cases {
        var metadata = whole.metadata
        metadata["step"] = step ?? metadata["step"]
        var writer = SafeTensorsWriter(metadata: metadata)
        for tensor in whole.tensorNames where step != nil || !tensor.hasPrefix("optimizer.") {
          writer.add(tensor, try whole.load(tensor))
        }
        let damaged = folder.appendingPathComponent("damaged-\(name)")
        let run = try TrainingRun(in: damaged, resuming: true)
        for name in TrainingRun.metricsNames {
          try FileManager.default.copyItem(
            at: folder.appendingPathComponent(name),
            to: damaged.appendingPathComponent(name)
          )
        }
        try writer.write(to: TrainingRun.checkpoint(in: damaged))
        let error = #expect(throws: NetworkError.self) {
          try train(classifier(), on: images, settings: settings, run: run)
        }
        #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
      }
    }
  }
}
