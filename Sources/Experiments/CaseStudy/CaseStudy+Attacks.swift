import Datasets
import ModelStealing
import Networks

extension CaseStudy {
  /// The thief's own pictures: the training pictures that the owner does not use.
  var thiefPictures: UnlabelledImages { split.other.unlabelled }

  /// A network and its training: the case's own, for whoever trains from scratch.
  func student(seed: UInt64) -> Student {
    Student(settings.preset.architecture, training: settings.training(seed: seed))
  }

  /// The same for thieves who have but answers to their own pictures, and longer time.
  func queryStudent(seed: UInt64) -> Student {
    var training = settings.training(seed: seed)
    training.epochs = settings.queryEpochs
    return Student(settings.preset.architecture, training: training)
  }

  /// How stolen weights are trained further: dataset inference's settings.
  func fineTuning(seed: UInt64) -> TrainingSettings {
    var training = TrainingSettings.furtherTraining(seed: seed)
    training.batchSize = settings.training(seed: seed).batchSize
    training.precision = settings.precision
    return training
  }

  /// The zero-shot attack, with its accuracy against steps in its metrics.
  private func zeroShot(seed: UInt64, rounds: Int) throws -> ZeroShotAttack {
    var game = ZeroShotSettings(seed: seed)
    game.epochs = max(1, rounds / game.stepsPerEpoch)
    game.batchSize = settings.training(seed: seed).batchSize
    game.precision = settings.precision
    return ZeroShotAttack(
      student: settings.preset.architecture,
      settings: game,
      evaluation: try .accuracy(on: split.test)
    )
  }

  /// An attack of one stage with the settings of the preset.
  ///
  /// - Parameters:
  ///   - name: The attack's name.
  ///   - seed: The thief's seed.
  ///   - trainingSet: What the victim was trained on, for a thief who has that.
  ///   - zeroShotRounds: Updates of the zero-shot attack's generator; the preset's unless told.
  /// - Returns: The stage.
  /// - Throws: `ExperimentError.badSetting` if there is no such attack.
  func stage(
    _ name: String,
    seed: UInt64,
    trainingSet: ImageSet,
    zeroShotRounds: Int? = nil
  ) throws -> StealStage {
    let rounds = zeroShotRounds ?? settings.preset.zeroShotRounds
    return StealStage(
      try attack(name, seed: seed, zeroShotRounds: rounds),
      seed: seed,
      trainingSet: trainingSet
    )
  }

  private func attack(
    _ name: String,
    seed: UInt64,
    zeroShotRounds: Int
  ) throws -> any StealingAttack {
    switch name {
    case CopyAttack.name: CopyAttack()
    case DistillationAttack.name: try DistillationAttack(student: student(seed: seed))
    case FineTuningAttack.name:
      FineTuningAttack(pictures: thiefPictures, training: fineTuning(seed: seed))
    case ZeroShotAttack.name: try zeroShot(seed: seed, rounds: zeroShotRounds)
    case LabelQueryAttack.name:
      LabelQueryAttack(queries: thiefPictures, student: queryStudent(seed: seed))
    case LogitQueryAttack.name:
      LogitQueryAttack(queries: thiefPictures, student: queryStudent(seed: seed))
    default:
      throw ExperimentError.badSetting(
        name: "the attack",
        value: "'\(name)'",
        expected: "one of \(Demo.thefts.joined(separator: ", "))"
      )
    }
  }
}
