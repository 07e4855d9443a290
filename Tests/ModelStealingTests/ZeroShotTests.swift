import Artifacts
import Datasets
import Foundation
import ModelStealing
import Networks
import TestSupport
import Testing
import Torch

@Suite struct ZeroShotTests {
  private struct Stopped: Error {}

  private func victim(side: Int = 8) throws -> Classifier {
    try Classifier(
      Architecture("wrn-10-1"),
      classNames: Shapes.classNames,
      normalization: .cifar10,
      pictureSize: .init(height: side, width: side),
      seed: 1
    )
  }

  private func settings() -> ZeroShotSettings {
    var settings = ZeroShotSettings(seed: 3)
    settings.epochs = 4
    settings.stepsPerEpoch = 2
    settings.studentSteps = 2
    settings.batchSize = 6
    settings.schedule = .step(milestones: [2, 3])
    settings.precision = .float32
    return settings
  }

  private func attack(
    _ settings: ZeroShotSettings,
    student: String = "wrn-10-1",
    evaluation: ZeroShotAttack.Evaluation? = nil
  ) throws -> ZeroShotAttack {
    ZeroShotAttack(
      student: try Architecture(student),
      settings: settings,
      evaluation: evaluation
    )
  }

  private func weights(_ classifier: Classifier) throws -> [UInt8] {
    try classifier.network.namedState.flatMap { try $0.tensor.bytes() }
  }

  @Test func needsWeights() throws {
    let error = #expect(throws: StealingError.self) {
      try attack(settings()).steal(
        from: Victim(victim(), exposing: .answers),
        run: nil,
        onProgress: { _ in }
      )
    }
    #expect(
      error?.description
        == "the attack 'zero-shot' needs the victim's weights, which this victim does not expose"
    )
  }

  /// Pictures of 64 pixels and more come from the larger generator, with the authors' own batch and rate.
  @Test func aTheftOfLargePicturesMovesTheStudent() throws {
    let model = try victim(side: 64)
    var settings = ZeroShotSettings(seed: 3)
    settings.takeLargePictures()
    #expect((settings.batchSize, settings.learningRate) == (64, 0.05))
    (settings.epochs, settings.stepsPerEpoch, settings.studentSteps) = (1, 2, 1)
    settings.batchSize = 4
    let stolen = try attack(settings).steal(
      from: Victim(model, exposing: .weights),
      run: nil,
      onProgress: { _ in }
    )
    #expect(stolen.outcome["generator"] == "dcgan")
    #expect(stolen.classifier.pictureSize == model.pictureSize)
    let fresh = try Classifier(
      Architecture("wrn-10-1"),
      classNames: Shapes.classNames,
      normalization: .cifar10,
      pictureSize: .init(height: 64, width: 64),
      seed: settings.seed
    )
    #expect(try weights(stolen.classifier) != weights(fresh))
  }

  @Test(arguments: [Precision.float32, .bfloat16])
  func sameSeedSameBytesAndTheVictimStays(precision: Precision) throws {
    var settings = settings()
    settings.precision = precision
    let model = try victim()
    let before = try weights(model)
    let steal = { (settings: ZeroShotSettings) in
      let stolen = try attack(settings, student: "wrn-16-1").steal(
        from: Victim(model, exposing: .weights),
        run: nil,
        onProgress: { _ in }
      )
      #expect("\(stolen.classifier.architecture)" == "wrn-16-1")
      #expect(stolen.classifier.classNames == model.classNames)
      #expect(stolen.queryCount == 0)
      return try weights(stolen.classifier)
    }
    let first = try steal(settings)
    #expect(try steal(settings) == first)
    settings.seed += 1
    #expect(try steal(settings) != first)
    #expect(try weights(model) == before)
  }

  @Test func aKilledRunResumesToTheSameBytes() throws {
    let victim = Victim(try victim(), exposing: .weights)
    let whole = try attack(settings()).steal(from: victim, run: nil, onProgress: { _ in })
    try withTemporaryDirectory { folder in
      #expect(throws: Stopped.self) {
        try attack(settings()).steal(
          from: victim,
          run: TrainingRun(in: folder, resuming: false)
        ) { progress in
          if progress.epoch == 2 && progress.pictures == progress.picturesPerEpoch {
            throw Stopped()
          }
        }
      }
      var epochs: [Int] = []
      let resumed = try attack(settings()).steal(
        from: victim,
        run: TrainingRun(in: folder, resuming: true)
      ) { epochs.append($0.epoch) }
      #expect(epochs == [2, 2, 3, 3])
      #expect(try weights(resumed.classifier) == weights(whole.classifier))
      let lines = try JSONLines.read(
        JSONValue.self,
        from: folder.appendingPathComponent("metrics.jsonl")
      )
      #expect(lines.count == 4)
    }
  }

  /// The rate of an epoch's last round is recorded; rates move from round to round.
  @Test(arguments: [
    ZeroShotSettings(seed: 3).schedule, .step(milestones: [2, 3]), .constant,
  ])
  func ratesFollowTheSchedule(schedule: LearningRateSchedule) throws {
    var settings = settings()
    settings.schedule = schedule
    let victim = Victim(try victim(), exposing: .weights)
    try withTemporaryDirectory { folder in
      let attack = try attack(settings)
      _ = try attack.steal(
        from: victim,
        run: TrainingRun(in: folder, resuming: false),
        onProgress: { _ in }
      )
      let lines = try JSONLines.read(
        [String: Double].self,
        from: folder.appendingPathComponent("metrics.jsonl")
      )
      let rates = (0..<4).map { epoch in
        0.1 * schedule.factor(atStep: 2 * epoch + 1, stepsPerEpoch: 2, epochs: 4)
      }
      #expect(zip(lines, rates).allSatisfy { abs(($0["learning_rate"] ?? 0) - $1) < 1e-12 })
      #expect(lines.count == rates.count)
      #expect(
        try JSONValue.object(attack.manifestSettings).compactText
          .contains(JSONValue(encoding: schedule).compactText)
      )
    }
  }

  @Test func figuresAreRecordedAndNotUsed() throws {
    let victim = Victim(try victim(), exposing: .weights)
    let pictures = try Shapes.images(.test, count: 20, side: 8, seed: 1)
    let evaluation = ZeroShotAttack.Evaluation(["test_accuracy"], everyEpochs: 3) {
      ["test_accuracy": try $0.accuracy(on: pictures)]
    }
    let (measured, table) = try withTemporaryDirectory { folder in
      let stolen = try attack(settings(), evaluation: evaluation).steal(
        from: victim,
        run: TrainingRun(in: folder, resuming: false),
        onProgress: { _ in }
      )
      let table = folder.appendingPathComponent("metrics.csv")
      return (stolen, try String(contentsOf: table, encoding: .utf8))
    }
    let plain = try attack(settings()).steal(from: victim, run: nil, onProgress: { _ in })
    #expect(try weights(measured.classifier) == weights(plain.classifier))

    let rows = table.split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    #expect(
      rows[0] == [
        "epoch", "student_loss", "generator_loss", "learning_rate", "images_per_second", "seconds",
        "test_accuracy",
      ]
    )
    #expect(rows.dropFirst().map { $0[0] } == ["1", "2", "3", "4"])
    for (row, rate) in zip(rows.dropFirst(), [0.1, 0.1, 0.01, 0.001]) {
      #expect(abs((Double(row[3]) ?? 0) - rate) < 1e-12)
    }
    #expect(rows.dropFirst().map { $0[6].isEmpty } == [true, true, false, false])
    #expect(rows.dropFirst().allSatisfy { Double($0[1]) ?? 0 > 0 && Double($0[2]) ?? 0 < 0 })
  }

  /// A game on pictures of 8 × 8 pixels.
  private func game(student: String, _ settings: ZeroShotSettings) throws -> ZeroShotGame {
    try ZeroShotGame(
      teacher: victim(),
      student: Classifier(
        Architecture(student),
        classNames: Shapes.classNames,
        normalization: .cifar10,
        pictureSize: .init(height: 8, width: 8),
        seed: 2
      ),
      generator: PictureGenerator.automatic.makeNetwork(
        size: .init(height: 8, width: 8),
        seed: 3
      ),
      settings: settings
    )
  }

  /// On pictures that stay, the student comes nearer and the generator drives them apart.
  @Test func studentAndGeneratorPullInOppositeDirections() throws {
    let game = try game(student: "wrn-10-1", settings())
    let noise = try Generator(seed: 4).normal(shape: [32, 256])
    let student = try (0..<10).map { _ in
      try game.updateStudent(noise: noise, learningRate: 0.01)
    }
    #expect(student[9] < 0.8 * student[0])
    let generator = try (0..<10).map { _ in
      try game.updateGenerator(noise: noise, learningRate: 1e-3)
    }
    #expect(generator[9] < 1.2 * generator[0])
  }

  /// What rounds leave behind, to be compared.
  private struct Outcome: Equatable, Sendable {
    let losses: [ZeroShotGame.RoundLosses]
    let student: [UInt8]
    let generator: [UInt8]
  }

  private func outcome(
    of precision: Precision,
    studentSteps: Int,
    lookingAhead: Bool
  ) throws -> Outcome {
    var settings = settings()
    settings.precision = precision
    let game = try game(student: "wrn-16-1", settings)
    let numbers = try Generator(seed: 4)
    let losses = try (0..<3).map { _ in
      try game.playRound(
        noise: (0..<studentSteps).map { _ in try numbers.normal(shape: [6, 256]) },
        generatorNoise: numbers.normal(shape: [6, 256]),
        studentRate: 0.1,
        generatorRate: 1e-3,
        lookingAhead: lookingAhead
      )
    }
    return Outcome(
      losses: losses,
      student: try weights(game.student),
      generator: try game.generator.namedState.flatMap { try $0.tensor.bytes() }
    )
  }

  /// Every operation has one thread here, so that the order of sums is the same.
  @Test(arguments: [Precision.float32, .bfloat16], [1, 2, 5])
  func lookingAheadChangesNothing(precision: Precision, studentSteps: Int) throws {
    let outcomes = try Runtime.onThreads(1) { _ in
      try [false, true].map {
        try outcome(of: precision, studentSteps: studentSteps, lookingAhead: $0)
      }
    }
    #expect(outcomes[0][0] == outcomes[0][1])
    #expect(outcomes[0][0].losses.allSatisfy { $0.student.count == studentSteps })
  }

  @Test func anErrorAheadEndsTheRound() throws {
    let settings = settings()
    let size = Classifier.PictureSize(height: 8, width: 8)
    let game = try ZeroShotGame(
      teacher: victim(),
      student: victim(),
      generator: PictureGenerator.automatic.makeNetwork(size: size, seed: 3),
      settings: settings
    )
    let numbers = try Generator(seed: 4)
    let right = try numbers.normal(shape: [6, 256])
    #expect(throws: TorchError.self) {
      _ = try game.playRound(
        noise: [right, right, numbers.normal(shape: [6, 255]), right],
        generatorNoise: right,
        studentRate: 0.1,
        generatorRate: 1e-3,
        lookingAhead: true
      )
    }
    #expect(game.student.network.namedParameters.allSatisfy { !$0.tensor.requiresGradient })
    #expect(game.generator.namedParameters.allSatisfy { !$0.tensor.requiresGradient })
  }

  /// The larger generator makes sides that are multiples of 16 only.
  @Test(arguments: [
    (32, PictureGenerator.upsampling), (64, .dcgan), (72, .upsampling), (96, .dcgan),
  ])
  func theGeneratorFollowsFromTheSize(side: Int, expected: PictureGenerator) {
    let size = Classifier.PictureSize(height: side, width: side)
    #expect(PictureGenerator.automatic.resolved(for: size) == expected)
  }

  @Test(arguments: [(PictureGenerator.upsampling, 10), (.dcgan, 72), (.automatic, 66)])
  func picturesMustFitTheGenerator(generator: PictureGenerator, side: Int) throws {
    let size = Classifier.PictureSize(height: side, width: side)
    let error = #expect(throws: NetworkError.self) {
      try generator.makeNetwork(size: size, seed: 1)
    }
    #expect(error?.description.contains("\(side)x\(side)") == true)
  }

  /// A setting out of its range, and the error that it must give.
  struct BadSetting: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let apply: @Sendable (inout ZeroShotSettings) -> Void

    init(_ message: String, _ apply: @escaping @Sendable (inout ZeroShotSettings) -> Void) {
      testDescription = message
      self.apply = apply
    }
  }

  static let badSettings: [BadSetting] = [
    BadSetting("epochs is 0, expected 1 to 100,000") { $0.epochs = 0 },
    BadSetting("steps is 0, expected 1 to 100,000") { $0.stepsPerEpoch = 0 },
    BadSetting("batch size is 1, expected 2 to 65,536") { $0.batchSize = 1 },
    BadSetting("student steps is 0, expected 1 to 1,000") { $0.studentSteps = 0 },
    BadSetting("learning rate is nan, expected a positive number below 1,000,000") {
      $0.learningRate = .nan
    },
    BadSetting("momentum is 1.0, expected a number in [0, 1)") { $0.momentum = 1 },
    BadSetting("weight decay is -0.1, expected 0 or more") { $0.weightDecay = -0.1 },
    BadSetting("generator learning rate is 0.0, expected a positive number below 1,000,000") {
      $0.generatorLearningRate = 0
    },
  ]

  @Test(arguments: badSettings)
  func settingsAreChecked(bad: BadSetting) throws {
    var settings = settings()
    bad.apply(&settings)
    let error = #expect(throws: NetworkError.self) { try settings.validate() }
    #expect(error?.description == bad.testDescription)
  }
}
