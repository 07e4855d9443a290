import Artifacts
import Datasets
import Foundation
import Networks
import OwnershipVerification
import SafeTensors
import TestSupport
import Testing
import Torch

@Suite struct MetaClassifierTests {
  /// Rows whose entries are +1 with a chance that depends on model and column.
  static func rows(
    _ count: Int,
    model: UInt64,
    features: Int = 160,
    seed: UInt64 = 1
  ) throws
    -> SignMatrix
  {
    let chances = (0..<features).map { column in
      var random = KeyedRandom("chances", model, UInt64(column))
      return random.uniform(in: 0.3...0.9)
    }
    var random = KeyedRandom("rows", model, seed)
    return try SignMatrix(
      rowCount: count,
      columnCount: features,
      entries: (0..<count * features).map { random.uniform() < chances[$0 % features] ? 1 : -1 }
    )
  }

  static func trained(_ settings: MetaClassifierSettings) throws -> MetaClassifier {
    try MetaClassifier.train(
      victim: rows(90, model: 1),
      benign: rows(80, model: 0),
      settings: settings
    )
  }

  @Test(arguments: [false, true]) func tellsPopulationsApart(_ asReleased: Bool) throws {
    var reports: [MetaClassifier.EpochReport] = []
    let trained = try MetaClassifier.train(
      victim: Self.rows(90, model: 1),
      benign: Self.rows(80, model: 0),
      settings: .init(epochs: 40, batchSize: 32, asReleased: asReleased)
    ) { reports.append($0) }
    let victim = try trained.posteriors(of: Self.rows(50, model: 1, seed: 2))
    let benign = try trained.posteriors(of: Self.rows(50, model: 0, seed: 2))
    // As released, verification sees other numbers than training did, and errs more.
    let least = asReleased ? 44 : 48
    #expect(victim.count { $0 > 0.5 } >= least)
    #expect(benign.count { $0 < 0.5 } >= least)
    #expect(reports.map(\.epoch) == Array(1...40))
    #expect(reports.allSatisfy { ($0.heldOutAccuracy != nil) == asReleased })
    let losses = reports.map(\.loss)
    #expect(try #require(losses.last) < losses[0])
    // Cross-entropy of probabilities cannot leave this range, that of logits comes close to 0.
    #expect(losses.allSatisfy { (0.313...1.314).contains($0) } == asReleased)
  }

  @Test func seedDecidesEverything() throws {
    let settings = MetaClassifierSettings(epochs: 3, batchSize: 32, seed: 5)
    let held = try Self.rows(20, model: 1, seed: 2)
    let first = try Self.trained(settings).posteriors(of: held)
    #expect(try Self.trained(settings).posteriors(of: held) == first)
    var other = settings
    other.seed = 6
    #expect(try Self.trained(other).posteriors(of: held) != first)
  }

  /// The first layer is trained in the space of the rows; this trains it as it is.
  @Test func equalsDescentOnTheWeights() throws {
    let settings = MetaClassifierSettings(
      epochs: 6,
      batchSize: 32,
      learningRate: 0.02,
      weightDecay: 0.01,
      seed: 3
    )
    let victim = try Self.rows(90, model: 1)
    let benign = try Self.rows(80, model: 0)
    let held = try Self.rows(40, model: 2)
    let found = try MetaClassifier.train(victim: victim, benign: benign, settings: settings)
      .posteriors(of: held)

    let generator = try Generator(seed: settings.seed)
    let layers = try [(160, 20), (20, 10), (10, 2)].map {
      try Linear($0.0, $0.1, using: generator)
    }
    let parameters = layers.flatMap(\.ownParameters).map(\.tensor)
    for parameter in parameters { try parameter.setRequiresGradientInPlace(true) }
    let optimizer = try Optimizer.sgd(
      over: parameters,
      learningRate: 0.02,
      momentum: 0.9,
      weightDecay: 0.01
    )
    func logits(_ rows: Tensor) throws -> Tensor {
      try layers.dropFirst().reduce(layers[0].forward(rows, ForwardPass())) {
        try $1.forward($0.relu(), ForwardPass())
      }
    }
    let rows = try victim.appending(benign)
    for epoch in 0..<settings.epochs {
      var random = KeyedRandom("meta-classifier order", settings.seed, UInt64(epoch))
      let order = random.permutation(of: 170)
      for start in stride(from: 0, to: 170, by: 32) {
        let batch = order[start..<min(start + 32, 170)]
        let labels = try Tensor(batch.map { Int64($0 < 90 ? 1 : 0) }, shape: [batch.count])
        try optimizer.clearGradients()
        try logits(rows.selecting(batch).tensor(rows: 0..<batch.count)).crossEntropy(labels)
          .backward()
        try optimizer.step(learningRate: 0.02)
      }
    }
    let expected = try logits(held.tensor(rows: 0..<40)).softmax(over: 1)
      .narrowed(1, to: 1..<2).detached().elements(as: Float.self)
    // Rounding to float16 moves a posterior by some 10⁻⁴.
    #expect(zip(found, expected).allSatisfy { abs($0 - Double($1)) < 1e-3 })
    #expect((found.max() ?? 0) - (found.min() ?? 0) > 0.1)
  }

  @Test func posteriorsNearOneStayApart() throws {
    let trained = try Self.trained(.init(epochs: 200, batchSize: 32, learningRate: 0.05))
    let posteriors = try trained.posteriors(of: Self.rows(50, model: 1, seed: 2))
    let certain = posteriors.filter { $0 > 1 - 1e-4 }
    #expect(certain.count > 10)
    #expect(Set(certain).count == certain.count)
    #expect(posteriors.allSatisfy { (0...1).contains($0) })
  }

  @Test func releasedPosteriorsAreSinglePrecision() throws {
    let trained = try Self.trained(.init(epochs: 5, batchSize: 32, asReleased: true))
    let posteriors = try trained.posteriors(of: Self.rows(20, model: 1, seed: 2))
    #expect(posteriors.allSatisfy { Double(Float($0)) == $0 })
  }

  @Test func releasedStandardisingSurvivesConstantColumns() throws {
    func constant(_ matrix: SignMatrix) throws -> SignMatrix {
      try SignMatrix(
        rowCount: matrix.rowCount,
        columnCount: 160,
        entries: matrix.entries.enumerated().map { $0 % 160 < 80 ? 1 : $1 }
      )
    }
    let trained = try MetaClassifier.train(
      victim: constant(Self.rows(40, model: 1)),
      benign: constant(Self.rows(40, model: 0)),
      settings: .init(epochs: 5, batchSize: 32, asReleased: true)
    )
    #expect(try trained.posteriors(of: Self.rows(9, model: 1)).allSatisfy(\.isFinite))
  }

  @Test(arguments: [false, true]) func fileGivesTheSamePosteriors(_ asReleased: Bool) throws {
    try withTemporaryDirectory { folder in
      let file = folder.appendingPathComponent("meta.safetensors")
      let trained = try Self.trained(.init(epochs: 4, batchSize: 32, asReleased: asReleased))
      try trained.write(to: file)
      let read = try MetaClassifier(contentsOf: file, featureCount: 160)
      let held = try Self.rows(30, model: 2)
      #expect(try read.posteriors(of: held) == trained.posteriors(of: held))
      #expect(read.settings == trained.settings)
      #expect(
        try SafeTensorsFile(contentsOf: file).entries.allSatisfy { $0.dataType == .float16 }
      )
    }
  }

  @Test func refusesUnsuitableFiles() throws {
    try withTemporaryDirectory { folder in
      let file = folder.appendingPathComponent("meta.safetensors")
      try Self.trained(.init(epochs: 1)).write(to: file)
      func message(_ features: Int = 160) -> String? {
        #expect(throws: VerificationError.self) {
          try MetaClassifier(contentsOf: file, featureCount: features)
        }?.description
      }
      #expect(message(161)?.contains("0.weight: found [20, 160], expected [20, 161]") == true)
      let source = try SafeTensorsFile(contentsOf: file)
      func rewrite(
        _ metadata: [String: String],
        _ change: (String, Tensor) throws -> Tensor
      ) throws {
        var writer = SafeTensorsWriter(metadata: metadata)
        for name in source.tensorNames { writer.add(name, try change(name, source.load(name))) }
        try writer.write(to: file)
      }
      try rewrite([:]) { $1 }
      #expect(message()?.contains("lacks the settings") == true)
      try rewrite(source.metadata) { try $0 == "2.bias" ? $1 * .infinity : $1 }
      #expect(message()?.contains("'2.bias' holds infinities or NaN") == true)
    }
  }

  @Test(
    arguments: [
      (MetaClassifierSettings(epochs: 0), "epochs is 0"),
      (.init(batchSize: 0), "batch_size is 0"), (.init(learningRate: -1), "learning_rate is -1.0"),
      (.init(learningRate: .nan), "learning_rate is nan"), (.init(momentum: 1), "momentum is 1.0"),
      (.init(weightDecay: -0.1), "weight_decay is -0.1"),
    ])
  func refusesSettings(_ settings: MetaClassifierSettings, _ message: String) {
    let error = #expect(throws: VerificationError.self) { try Self.trained(settings) }
    #expect(error?.description.hasPrefix(message) == true)
  }

  @Test func refusesRowsThatDoNotFit() throws {
    let rows = try Self.rows(4, model: 1)
    #expect(throws: VerificationError.self) {
      try MetaClassifier.train(victim: rows, benign: Self.rows(4, model: 0, features: 161))
    }
    #expect(throws: VerificationError.self) {
      try MetaClassifier.train(victim: rows, benign: Self.rows(1, model: 0))
    }
    let many = try Self.rows(2, model: 1, features: MetaClassifier.featureLimit + 1)
    let error = #expect(throws: VerificationError.self) {
      try MetaClassifier.train(victim: many, benign: many)
    }
    #expect(error?.description.contains("is 65537, expected 1 to 65536") == true)
    let trained = try Self.trained(.init(epochs: 1))
    #expect(throws: VerificationError.self) {
      try trained.posteriors(of: Self.rows(1, model: 1, features: 159))
    }
    #expect(throws: VerificationError.self) {
      try SignMatrix(rowCount: 2, columnCount: 3, entries: [1])
    }
    #expect(throws: VerificationError.self) { try rows.selecting([4]) }
    #expect(throws: VerificationError.self) { try rows.tensor(rows: 2..<5) }
  }
}
