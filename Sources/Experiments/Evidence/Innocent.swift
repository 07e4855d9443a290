import Datasets
import FeatureEmbedding
import ModelStealing
import Networks
import Stages

/// A model that has nothing to do with the victims' keys, and how it comes about.
struct Innocent {
  /// What kind of innocent it is.
  let kind: String
  let seed: UInt64
  let make: (CaseStudy, _ name: String, _ seed: UInt64) throws -> FinishedModel

  /// Its folder, and its name in trials.
  var name: String {
    let words = kind.map { $0.isLetter || $0.isNumber ? $0 : " " }
    return String(words).split(separator: " ").joined(separator: "-") + "-\(seed)"
  }

  /// Twenty innocents.
  ///
  /// Other seeds, other and fewer pictures, other structures, other training, and kinds that know styles: those
  /// trained on styles of their own, one marked with another key, and a student of a model that knows styles.
  /// None shares a seed with another model, for models of one seed share first weights.
  static var all: [Innocent] {
    (301...305).map { plain("other pictures", $0, on: \.split.other) }
      + (311...313).map { plain("the owner's pictures unmarked", $0, on: \.split.train) }
      + [
        half("half of the other pictures", 321, of: 0),
        half("half of the other pictures", 322, of: 1),
        trained("strong augmentation", 331) { $0.strongAugmentation = .standard },
        trained("strong augmentation", 332) { $0.strongAugmentation = .standard },
        trained("half the training", 341) { $0.epochs = max(1, $0.epochs / 2) },
        structure(.wideResNet(depth: 10, width: 1), 351),
        structure(.wideResNet(depth: 10, width: 2), 352),
        structure(.wideResNet(depth: 22, width: 1), 353),
        otherStyles(361), otherStyles(362), otherKey(371), studentOfOtherStyles(381),
      ]
  }

  private static func plain(
    _ kind: String,
    _ seed: UInt64,
    on images: @escaping (CaseStudy) -> ImageSet
  ) -> Innocent {
    Innocent(kind: kind, seed: seed) { study, name, seed in
      try study.train(name, on: images(study), seed: seed)
    }
  }

  private static func half(_ kind: String, _ seed: UInt64, of part: Int) -> Innocent {
    Innocent(kind: kind, seed: seed) { study, name, seed in
      let images = study.split.other
      let half = images.count / 2
      return try study.train(
        name,
        on: images.subset(part * half..<(part + 1) * half),
        seed: seed
      )
    }
  }

  private static func trained(
    _ kind: String,
    _ seed: UInt64,
    change: @escaping (inout TrainingSettings) -> Void
  ) -> Innocent {
    Innocent(kind: kind, seed: seed) { study, name, seed in
      var training = study.settings.training(seed: seed)
      change(&training)
      let student = Student(study.settings.preset.architecture, training: training)
      return try study.train(name, on: study.split.other, seed: seed, as: student)
    }
  }

  private static func structure(_ architecture: Architecture, _ seed: UInt64) -> Innocent {
    Innocent(kind: "\(architecture)", seed: seed) { study, name, seed in
      let student = Student(architecture, training: study.settings.training(seed: seed))
      return try study.train(name, on: study.split.other, seed: seed, as: student)
    }
  }

  /// A tenth of the pictures repainted in four styles of the model's maker.
  private static func otherStyles(_ seed: UInt64) -> Innocent {
    Innocent(kind: "trained on other styles", seed: seed) { study, name, seed in
      let images = study.split.other
      let chosen = try EmbeddingSettings(rate: 0.1, seed: seed).chosenIndices(count: images.count)
      let repainted = try OtherStyles(count: 4, seed: seed)
        .repaint(images.subset(chosen).unlabelled)
        .labelled(chosen.map { images.labels[$0] }, classNames: images.classNames)
      let training = try images.replacing(at: chosen, with: repainted.indices.map { repainted[$0] })
      return try study.train(name, on: training, seed: seed, before: images)
    }
  }

  /// Another owner's victim: a tenth of its pictures bears a key of the same family.
  private static func otherKey(_ seed: UInt64) -> Innocent {
    Innocent(kind: "marked with another key", seed: seed) { study, name, seed in
      let styles = try ExperimentKeys.styles(seed: seed, family: .builtIn())
      let features = try embedFeatures(
        in: study.split.other,
        styles: styles,
        settings: EmbeddingSettings(rate: 0.1, seed: seed),
        weights: study.weights
      )
      return try study.train(
        name,
        on: features.trainingSet(),
        seed: seed,
        before: study.split.other
      )
    }
  }

  private static func studentOfOtherStyles(_ seed: UInt64) -> Innocent {
    Innocent(kind: "label-query student of one trained on other styles", seed: seed) {
      study,
      name,
      seed in
      let teacher = try otherStyles(361).make(study, otherStyles(361).name, 361)
      let attack = LabelQueryAttack(
        queries: study.split.train.unlabelled,
        student: study.queryStudent(seed: seed)
      )
      return try study.steal(name, Theft([StealStage(attack, seed: seed)]), from: teacher)
    }
  }
}
