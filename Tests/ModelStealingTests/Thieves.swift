import Datasets
import ModelStealing
import Networks
import Torch

/// A small victim and what thieves need against it: pictures of 8 × 8, WRN-10-1.
enum Thieves {
  static func images(_ count: Int, seed: UInt64 = 1) throws -> ImageSet {
    try Shapes.images(.train, count: count, side: 8, seed: seed)
  }

  static func victim() throws -> Classifier { try Thief.model() }

  static func training(epochs: Int = 2) -> TrainingSettings {
    var settings = TrainingSettings(seed: 2)
    settings.epochs = epochs
    settings.batchSize = 20
    settings.cropPadding = nil
    settings.precision = .float32
    return settings
  }

  static func student(epochs: Int = 2, _ architecture: String = "wrn-10-1") throws -> Student {
    Student(try Architecture(architecture), training: training(epochs: epochs))
  }

  static func weights(of model: Classifier) throws -> [String: [UInt8]] {
    Dictionary(
      uniqueKeysWithValues: try model.network.namedState.map { ($0.name, try $0.tensor.bytes()) }
    )
  }
}

extension StealingAttack {
  /// Steals with just the access that the attack asks for.
  func steal(
    from model: Classifier,
    trainingSet: ImageSet? = nil,
    form: AnswerForm = .probabilities,
    run: TrainingRun? = nil
  ) throws -> StolenModel {
    let victim = Victim(model, exposing: Self.access, trainingSet: trainingSet, form: form)
    return try steal(from: victim, run: run) { _ in }
  }
}
