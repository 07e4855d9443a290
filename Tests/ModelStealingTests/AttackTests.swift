import Datasets
import Foundation
import ModelStealing
import Networks
import Testing
import Torch

@Suite struct AttackTests {
  private func victim() throws -> Classifier {
    let model = try Classifier(
      Architecture("wrn-10-1"),
      classNames: Shapes.classNames,
      normalization: .cifar10,
      pictureSize: .init(height: 8, width: 8),
      seed: 1
    )
    var settings = TrainingSettings(seed: 1)
    settings.epochs = 3
    settings.batchSize = 20
    settings.cropPadding = 1
    try train(model, on: Shapes.images(.train, count: 100, side: 8, seed: 1), settings: settings)
    return model
  }

  private func settings() -> TrainingSettings {
    var settings = TrainingSettings(seed: 2)
    settings.epochs = 2
    settings.batchSize = 20
    settings.precision = .float32
    return settings
  }

  @Test func aCopyIsTheVictim() throws {
    let model = try victim()
    let stolen = try CopyAttack().steal(
      from: Victim(model, revealingWeights: true),
      run: nil,
      onProgress: { _ in }
    )
    #expect(stolen.classifier === model)
    #expect(stolen.queryCount == 0)
  }

  @Test func aCopyNeedsWeights() throws {
    let error = #expect(throws: StealingError.self) {
      try CopyAttack().steal(
        from: Victim(victim(), revealingWeights: false),
        run: nil,
        onProgress: { _ in }
      )
    }
    #expect(
      error?.description
        == "the attack 'copy' needs the victim's weights, which this victim does not expose"
    )
  }

  /// The thief must learn the victim's answers, and nothing of the labels that the pictures had.
  @Test func aLabelQueryThiefSeesNoLabels() throws {
    let model = try victim()
    let pictures = try Shapes.images(.train, count: 60, side: 8, seed: 7)
    let relabelled = try pictures.relabelled(pictures.labels.map { ($0 + 3) % 10 })
    let weights = try [pictures, relabelled].map { set in
      let attack = LabelQueryAttack(
        queries: set.unlabelled,
        student: try Architecture("wrn-10-1"),
        settings: settings()
      )
      let stolen = try attack.steal(
        from: Victim(model, revealingWeights: false),
        run: nil,
        onProgress: { _ in }
      )
      #expect(stolen.queryCount == 60)
      #expect(stolen.classifier.classNames == model.classNames)
      return try stolen.classifier.network.namedState.flatMap { try $0.tensor.bytes() }
    }
    #expect(weights[0] == weights[1])
  }

  @Test func theThiefLearnsTheVictimsAnswers() throws {
    let model = try victim()
    let queries = try Shapes.images(.train, count: 200, side: 8, seed: 7).unlabelled
    var settings = settings()
    settings.epochs = 30
    settings.cropPadding = nil
    let stolen = try LabelQueryAttack(
      queries: queries,
      student: Architecture("wrn-10-1"),
      settings: settings
    ).steal(from: Victim(model, revealingWeights: false), run: nil, onProgress: { _ in })
    let answers = try model.predictions(on: queries)
    let agreement = try zip(stolen.classifier.predictions(on: queries), answers)
      .count { $0 == $1 }
    // Chance is the share of the most frequent answer.
    let chance = Dictionary(grouping: answers) { $0 }.values.map(\.count).max() ?? 0
    #expect(agreement > chance + 20)
  }

  @Test func picturesMustFitTheOracle() throws {
    let oracle = LabelOracle(try victim())
    let large = try Shapes.images(.test, count: 10, side: 16, seed: 1).unlabelled
    #expect(throws: NetworkError.self) { try oracle.labels(of: large) }
    #expect(oracle.queryCount == 0)
  }
}
