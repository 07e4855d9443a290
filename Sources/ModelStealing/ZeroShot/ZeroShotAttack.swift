public import Artifacts
import Datasets
public import Networks
import Torch

/// The thief has the victim's weights and no picture at all: a generator learns to make pictures on which
/// student and victim differ, and the student learns the victim's logits on them.
///
/// Data-free adversarial distillation (Fang et al., 2019, arXiv 1912.11006), the zero-shot attack of Li et
/// al., AAAI 2022. Departures from the authors' code: the student after the last epoch is the result,
/// where they keep the best epoch by its accuracy on test data, which a thief without data has not; and
/// `ZeroShotSettings` starts with a shorter run, whose learning rates rise at first and then fall.
public struct ZeroShotAttack: StealingAttack {
  /// `zero-shot`.
  public static let name = "zero-shot"
  /// The weights.
  public static let access = Access.weights

  /// The student's structure, which may differ from the victim's.
  public let student: Architecture
  /// How the student and the generator are trained.
  public let settings: ZeroShotSettings
  /// What is measured on the way, if anything.
  public let evaluation: Evaluation?

  /// Figures of the student that are recorded during an attack and never used.
  public struct Evaluation {
    /// The names of the figures: keys of the metrics, beside the attack's own.
    public let names: [String]
    /// Figures are taken after every so many epochs, and after the last.
    public let interval: Int
    /// Measures the student, which must stay as it is.
    public let figures: (Classifier) throws -> [String: Double]

    /// Says what to measure.
    ///
    /// - Parameters:
    ///   - names: The names of the figures.
    ///   - interval: In epochs, at least 1.
    ///   - figures: Measures the student.
    public init(
      _ names: [String],
      everyEpochs interval: Int = 1,
      figures: @escaping (Classifier) throws -> [String: Double]
    ) {
      self.names = names
      self.interval = max(1, interval)
      self.figures = figures
    }
  }

  /// Creates the attack.
  public init(student: Architecture, settings: ZeroShotSettings, evaluation: Evaluation? = nil) {
    self.student = student
    self.settings = settings
    self.evaluation = evaluation
  }

  /// Student and settings.
  public var manifestSettings: [String: JSONValue] {
    get throws {
      ["architecture": .string("\(student)"), "training": try JSONValue(encoding: settings)]
    }
  }

  /// Refuses pictures that are too small for the student or cannot be generated, and the victim's own seed.
  public func check(against victim: Classifier) throws {
    try settings.validate()
    try student.check(victim.pictureSize)
    try settings.generator.check(victim.pictureSize)
    try victim.refuseSeed(settings.seed)
  }

  /// Plays the game of student and generator.
  ///
  /// Pictures of the progress are those that the student has learned from.
  public func steal(
    from victim: Victim,
    run: TrainingRun?,
    onProgress: (TrainingProgress) throws -> Void
  ) throws -> StolenModel {
    let teacher = try victim.requireWeights(for: self)
    try settings.validate()
    let game = try makeGame(against: teacher)
    let start = try open(run, game) ?? 0
    for epoch in start..<settings.epochs {
      var record = try play(epoch, game, onProgress)
      // A loss is that before its update.
      if let tensor = try game.student.network.firstNotFinite ?? game.generator.firstNotFinite {
        throw NetworkError.weightsDiverged(epoch: epoch + 1, tensor: tensor)
      }
      if let evaluation, isDue(evaluation, after: epoch) {
        for (name, figure) in try evaluation.figures(game.student) {
          record[name] = .number(figure)
        }
      }
      try run?.save(record, afterEpoch: epoch + 1)
    }
    let generator = settings.generator.resolved(for: teacher.pictureSize)
    return StolenModel(
      classifier: game.student,
      queryCount: 0,
      outcome: ["generator": .string(generator.rawValue)]
    )
  }

  private func makeGame(against teacher: Classifier) throws -> ZeroShotGame {
    let thief = try Classifier(
      student,
      classNames: teacher.classNames,
      normalization: teacher.normalization,
      pictureSize: teacher.pictureSize,
      seed: settings.seed,
      device: teacher.device
    )
    var key = KeyedRandom("zero-shot generator", settings.seed)
    let generator = try settings.generator.makeNetwork(size: teacher.pictureSize, seed: key.next())
    try generator.settle(on: teacher.device)
    return try ZeroShotGame(
      teacher: teacher,
      student: thief,
      generator: generator,
      settings: settings
    )
  }

  private func open(_ run: TrainingRun?, _ game: ZeroShotGame) throws -> Int? {
    guard let run else { return nil }
    var fingerprint = try TrainingRun.fingerprint(of: game.student, precision: settings.precision)
    fingerprint["settings"] = try JSONValue(encoding: settings).compactText
    fingerprint["victim"] = "\(game.teacher.architecture) \(try game.teacher.network.stateDigest)"
    return try run.open(
      [
        TrainingRun.Part(game.student.network, game.studentOptimizer, prefix: "student."),
        TrainingRun.Part(game.generator, game.generatorOptimizer, prefix: "generator."),
      ],
      fingerprint: fingerprint,
      epochs: settings.epochs,
      columns: [
        "epoch", "student_loss", "generator_loss", "learning_rate", "images_per_second",
        "seconds",
      ] + (evaluation?.names ?? [])
    )
  }

  private func isDue(_ evaluation: Evaluation, after epoch: Int) -> Bool {
    (epoch + 1).isMultiple(of: evaluation.interval) || epoch + 1 == settings.epochs
  }
}

@available(*, unavailable)
extension ZeroShotAttack: Sendable {}

extension ZeroShotAttack {
  /// One epoch of rounds, and its record.
  private func play(
    _ epoch: Int,
    _ game: ZeroShotGame,
    _ onProgress: (TrainingProgress) throws -> Void
  ) throws -> [String: JSONValue] {
    let perRound = settings.studentSteps * settings.batchSize
    let start = ContinuousClock.now
    var studentLoss = 0.0
    var generatorLoss = 0.0
    var elapsed = 0.0
    for step in 0..<settings.stepsPerEpoch {
      let noise = try noise(epoch, step, game.student.device)
      let factor = settings.rateFactor(inRound: step, ofEpoch: epoch)
      let losses = try game.playRound(
        noise: noise.dropLast(),
        generatorNoise: noise[settings.studentSteps],
        studentRate: settings.learningRate * factor,
        generatorRate: settings.generatorLearningRate * factor,
        lookingAhead: game.student.device == .cpu && Runtime.threadCount > 1
      )
      for loss in losses.student + [losses.generator] where !loss.isFinite {
        throw NetworkError.diverged(epoch: epoch + 1, loss: loss)
      }
      studentLoss += losses.student.reduce(0, +)
      generatorLoss += losses.generator
      elapsed = (ContinuousClock.now - start) / .seconds(1)
      try onProgress(
        TrainingProgress(
          epoch: epoch,
          epochs: settings.epochs,
          pictures: (step + 1) * perRound,
          picturesPerEpoch: settings.stepsPerEpoch * perRound,
          loss: studentLoss / Double((step + 1) * settings.studentSteps),
          picturesPerSecond: Double((step + 1) * perRound) / max(elapsed, 1e-9)
        )
      )
    }
    let rounds = Double(settings.stepsPerEpoch)
    return [
      "epoch": .integer(Int128(epoch + 1)),
      "student_loss": .number(studentLoss / rounds / Double(settings.studentSteps)),
      "generator_loss": .number(generatorLoss / rounds),
      "learning_rate": .number(
        settings.learningRate
          * settings.rateFactor(inRound: settings.stepsPerEpoch - 1, ofEpoch: epoch)
      ),
      "images_per_second": .number(rounds * Double(perRound) / max(elapsed, 1e-9)),
      "seconds": .number(elapsed),
    ]
  }

  /// The random numbers of a round: a tensor for each update of the student, and the generator's.
  private func noise(_ epoch: Int, _ step: Int, _ device: Device) throws -> [Tensor] {
    var key = KeyedRandom("zero-shot noise", settings.seed, UInt64(epoch), UInt64(step))
    let generator = try Generator(seed: key.next(), device: device)
    return try (0...settings.studentSteps).map { _ in
      try generator.normal(shape: [settings.batchSize, PictureGenerator.noiseCount])
    }
  }
}
