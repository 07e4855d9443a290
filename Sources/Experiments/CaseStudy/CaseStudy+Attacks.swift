import Datasets
import ModelStealing
import Networks
import Stages

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

  /// How stolen weights are trained further: after dataset inference's settings.
  func fineTuning(seed: UInt64) -> TrainingSettings {
    var training = TrainingSettings.furtherTraining(seed: seed)
    training.batchSize = settings.training(seed: seed).batchSize
    training.precision = settings.precision
    return training
  }

  /// An attack of one stage with the settings of the preset.
  ///
  /// - Parameters:
  ///   - name: The attack.
  ///   - seed: The thief's seed.
  ///   - trainingSet: What the victim was trained on, for a thief who has that.
  ///   - zeroShotRounds: Updates of the zero-shot attack's generator; the preset's unless told.
  /// - Returns: The stage.
  /// - Throws: What making the attack throws.
  func stage(
    _ name: AttackName,
    seed: UInt64,
    trainingSet: ImageSet,
    zeroShotRounds: Int? = nil
  ) throws -> StealStage {
    var recipe = AttackRecipe(
      student: student(seed: seed),
      pictures: { thiefPictures },
      labelledPictures: { split.other }
    )
    recipe.queryStudent = queryStudent(seed: seed)
    recipe.fineTuning = fineTuning(seed: seed)
    let rounds = zeroShotRounds ?? settings.preset.zeroShotRounds
    recipe.zeroShot.batchSize = recipe.student.training.batchSize
    if recipe.zeroShot.generator.resolved(for: pictureSize) == .dcgan {
      recipe.zeroShot.takeLargePictures()
    }
    recipe.zeroShot.epochs = max(1, rounds / recipe.zeroShot.stepsPerEpoch)
    recipe.zeroShot.precision = settings.precision
    recipe.evaluation = try .accuracy(on: split.test)
    var stage = StealStage(try recipe.attack(name), seed: seed, trainingSet: trainingSet)
    if name.takesPictures { stage.ownersPictures = split.train.digest }
    return stage
  }
}
