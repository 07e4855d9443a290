import Datasets
import ModelStealing
import Networks

extension CaseStudy {
  /// The thief's own pictures: the training pictures that the owner does not use.
  var thiefPictures: UnlabelledImages { split.other.unlabelled }

  /// A thief's network and training: the case's own, for every attack that trains from scratch.
  func student(seed: UInt64) -> Student {
    Student(settings.preset.architecture, training: settings.training(seed: seed))
  }

  /// An attack of one stage with the settings of the preset.
  ///
  /// - Parameters:
  ///   - name: The attack's name.
  ///   - seed: The thief's seed.
  ///   - trainingSet: What the victim was trained on, for a thief who has that.
  /// - Returns: The stage.
  /// - Throws: `ExperimentError.badSetting` if there is no such attack.
  func stage(_ name: String, seed: UInt64, trainingSet: ImageSet) throws -> StealStage {
    var stage = StealStage(try attack(name, seed: seed), seed: seed, trainingSet: trainingSet)
    stage.precision = name == DistillationAttack.name ? settings.precision : .float32
    return stage
  }

  private func attack(_ name: String, seed: UInt64) throws -> any StealingAttack {
    switch name {
    case CopyAttack.name: CopyAttack()
    case DistillationAttack.name: try DistillationAttack(student: student(seed: seed))
    case FineTuningAttack.name:
      FineTuningAttack(
        pictures: thiefPictures,
        training: settings.preset.fineTuning(seed: seed, precision: settings.precision)
      )
    case LabelQueryAttack.name:
      LabelQueryAttack(queries: thiefPictures, student: student(seed: seed))
    case LogitQueryAttack.name:
      LogitQueryAttack(queries: thiefPictures, student: student(seed: seed))
    default:
      throw ExperimentError.badSetting(
        name: "the attack",
        value: "'\(name)'",
        expected: "one of \(Demo.thefts.joined(separator: ", "))"
      )
    }
  }
}
