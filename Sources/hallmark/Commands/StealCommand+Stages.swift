import ArgumentParser
import Datasets
import FeatureEmbedding
import Foundation
import ModelStealing
import Networks
import Stages

/// Attacks with commas between.
struct AttackList {
  let names: [AttackName]

  init(_ text: String) throws {
    names = try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
      guard let name = AttackName(rawValue: String(part)) else {
        let all = AttackName.allCases.map(\.rawValue).joined(separator: ", ")
        throw ValidationError("'\(part)' is none of \(all)")
      }
      return name
    }
  }
}

extension StealCommand {
  /// The stages of the theft; each has a seed of its own.
  func stages(against model: Classifier, split: DataSplit) throws -> [StealStage] {
    let trainingSet =
      try marked.map {
        try EmbeddedFolder(contentsOf: URL(fileURLWithPath: $0)).trainingSet(from: split.train)
      } ?? split.train
    var structures = architecture?[...] ?? []
    return try attack.names.enumerated().map { index, name in
      let seed = firstSeed &+ UInt64(index)
      let structure = structures.first ?? model.architecture
      // One structure for all stays; of one for each the next is the next student's.
      if name.hasStudent, structures.count > 1 { structures.removeFirst() }
      var stage = StealStage(
        try recipe(against: model, structure, split: split, seed: seed).attack(name),
        seed: seed,
        trainingSet: trainingSet
      )
      if let answers { stage.answerForm = answers }
      let source = try pictureSource
      if name.asksAboutPictures { stage.pictureSource = "\(source)" }
      if name == .independent || name.asksAboutPictures && source == .otherSplit {
        stage.ownersPictures = split.train.digest
      }
      return stage
    }
  }

  /// What the options ask for.
  private func recipe(
    against model: Classifier,
    _ structure: Architecture,
    split: DataSplit,
    seed: UInt64
  ) throws -> AttackRecipe {
    var recipe = AttackRecipe(
      student: Student(structure, training: training.settings(seed: seed)),
      pictures: { try thiefPictures(for: model, split) },
      labelledPictures: {
        guard split.other.count >= 2 else { throw StageError.noSpare(split.other.count) }
        return split.other
      }
    )
    recipe.fineTuning = training.settings(seed: seed, recipe: recipe.fineTuning)
    recipe.layers = layers ?? recipe.layers
    recipe.resettingLastLayer = resetLastLayer
    recipe.zeroShot = zeroShotSettings(seed: seed, for: model.pictureSize)
    recipe.evaluation = try .accuracy(on: split.test)
    recipe.temperature = temperature ?? recipe.temperature
    recipe.labelWeight = labelWeight ?? recipe.labelWeight
    return recipe
  }

  func zeroShotSettings(
    seed: UInt64,
    for size: Classifier.PictureSize? = nil
  ) -> ZeroShotSettings {
    var settings = ZeroShotSettings(seed: seed)
    if let size, settings.generator.resolved(for: size) == .dcgan { settings.takeLargePictures() }
    settings.batchSize = training.batchSize ?? settings.batchSize
    settings.learningRate = training.learningRate ?? settings.learningRate
    settings.weightDecay = training.weightDecay ?? settings.weightDecay
    settings.precision = training.precision ?? settings.precision
    if let rounds { settings.epochs = max(1, rounds / settings.stepsPerEpoch) }
    // Its own one-cycle schedule rises sooner than that of other training.
    if let schedule = training.schedule, schedule != .oneCycle {
      settings.schedule = schedule.schedule(epochs: settings.epochs)
    }
    return settings
  }

  private var pictureSource: QuerySource {
    get throws { try queries.map { try QuerySource($0) } ?? .otherSplit }
  }

  private func thiefPictures(
    for model: Classifier,
    _ split: DataSplit
  ) throws -> UnlabelledImages {
    try pictureSource.pictures(
      queryCount,
      beside: split,
      of: model.pictureSize,
      seed: firstSeed
    )
  }
}

extension StageError {
  /// There is nothing to train on but the owner's pictures.
  static func noSpare(_ count: Int) -> StageError {
    .badSetting(
      name: "the number of pictures that the owner does not use",
      value: "\(count)",
      expected: "at least 2, to train on: choose a smaller --train-count"
    )
  }
}
