import Artifacts
import Datasets
import Experiments
import Foundation
import ModelStealing
import Networks
import TestSupport
import Testing

/// What a theft tells of its questions.
@Suite struct TheftTests {
  private struct Stopped: Error {}

  private func victim() throws -> Classifier {
    try Classifier(
      .wideResNet(depth: 10, width: 1),
      classNames: Shapes.classNames,
      normalization: .cifar10,
      pictureSize: .init(height: 8, width: 8),
      seed: 1
    )
  }

  private var student: Student {
    var training = TrainingSettings(seed: 3)
    training.epochs = 1
    training.precision = .float32
    return Student(.wideResNet(depth: 10, width: 1), training: training)
  }

  /// Counts of questions that a theft of 300 pictures reports; stops after so many reports.
  private func questions(
    _ attack: any StealingAttack,
    stoppingAfter limit: Int = .max
  ) throws -> [Int] {
    let pictures = try Shapes.images(.train, count: 300, side: 8, seed: 1)
    var counts: [Int] = []
    try withTemporaryDirectory { folder in
      _ = try Theft([StealStage(attack, seed: 3, trainingSet: pictures)]).run(
        from: victim(),
        digest: Digest(of: [1]),
        test: Shapes.images(.test, count: 20, side: 8, seed: 1),
        in: folder.appendingPathComponent("thief"),
        resuming: false,
        onQuestions: {
          counts.append($0)
          if counts.count >= limit { throw Stopped() }
        },
        onProgress: { _ in }
      )
    }
    return counts
  }

  @Test func aThiefWhoAsksFirstSaysHowMany() throws {
    let pictures = try Shapes.images(.train, count: 300, side: 8, seed: 1).unlabelled
    let attack = LabelQueryAttack(queries: pictures, student: student)
    #expect(try questions(attack) == [256, 300])
    #expect(throws: Stopped.self) { try questions(attack, stoppingAfter: 1) }
  }

  /// Who asks while training shows the training's progress, and no other.
  @Test func aThiefWhoAsksWhileTrainingDoesNot() throws {
    #expect(try questions(DistillationAttack(student: student)) == [])
  }
}
