import Artifacts
import Datasets
import Foundation
import ModelStealing
import Networks
import Stages
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
        onQuestions: { done, total in
          #expect(total == 300)
          counts.append(done)
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

  /// A run that was killed in its last writes, before or after the manifest, is gone on with.
  @Test(arguments: [true, false])
  func aRunKilledInItsLastWritesIsGoneOnWith(hasManifest: Bool) throws {
    try withTemporaryDirectory { folder in
      let thief = folder.appendingPathComponent("thief")
      func steal(resuming: Bool) throws -> FinishedModel {
        let attack = try DistillationAttack(student: student)
        let pictures = try Shapes.images(.train, count: 60, side: 8, seed: 1)
        return try Theft([StealStage(attack, seed: 3, trainingSet: pictures)]).run(
          from: victim(),
          digest: Digest(of: [1]),
          test: Shapes.images(.test, count: 20, side: 8, seed: 1),
          in: thief,
          resuming: resuming,
          onProgress: { _ in if !resuming { throw Stopped() } }
        )
      }
      let names = { try FileManager.default.contentsOfDirectory(atPath: thief.path).sorted() }
      #expect(throws: Stopped.self) { try steal(resuming: false) }
      let plan = thief.appendingPathComponent("unfinished.json")
      let planBytes = try Data(contentsOf: plan)
      let finished = try steal(resuming: true)
      let whole = try names()
      // What is there between two of the last writes.
      try planBytes.write(to: plan)
      let checkpoint = thief.appendingPathComponent("checkpoint.safetensors")
      try Data([0]).write(to: checkpoint)
      if hasManifest {
        #expect(try steal(resuming: true).accuracy == finished.accuracy)
        #expect(try names() == whole)
      } else {
        try FileManager.default.removeItem(at: thief.appendingPathComponent("manifest.json"))
        let error = #expect(throws: StageError.self) { try FinishedModel.checkFree(thief) }
        #expect(error?.description.contains("--resume goes on with") == true)
      }
    }
  }
}
