import Artifacts
import Datasets
import FeatureEmbedding
import Foundation
import ModelStealing
import Networks
import Stages
import Torch

/// One owner's case: the pictures, the mark, and models trained on both, each in a folder of its own.
///
/// Demonstrations and measurements are made of these steps. Folders are those that the single commands
/// write, and a model that is there already is taken over, so that a run which was killed goes on where
/// it was. Pictures are painted anew, which takes seconds.
struct CaseStudy {
  private(set) var settings: CaseSettings
  let observer: any RunObserver
  /// The pictures.
  let split: DataSplit
  /// How pixels become what the networks see.
  let normalization: Normalization
  let weights: StyleWeights

  /// Loads the pictures.
  ///
  /// - Throws: `StageError.badSetting` if there are too few.
  init(_ settings: CaseSettings, observer: any RunObserver) throws {
    try StageError.check([
      ("the number of the owner's pictures", settings.trainCount, 2...10_000_000)
    ])
    self.settings = settings
    self.observer = observer
    weights = try StyleWeights.builtIn()
    observer.begin("data", "\(settings.source)")
    let count = settings.trainCount
    let few = { (found: Int) in
      StageError.badSetting(
        name: "the number of training pictures of '\(settings.source)'",
        value: "\(found)",
        expected: """
          at least \(count + 100) for the preset '\(settings.preset.rawValue)': the thief needs some of their own
            Choose a larger data set; with fewer pictures go step by step (embed, train, claim, verify).
          """
      )
    }
    let all: DataSplit
    do {
      all = try DataSplit(
        settings.source.withAtLeast(2 * count),
        trainCount: count,
        seed: settings.seed
      )
    } catch DatasetError.splitTooLarge(_, _, let available) {
      throw few(available)
    }
    guard all.other.count >= 100 else { throw few(all.train.count + all.other.count) }
    let others = min(count, all.other.count)
    split = DataSplit(
      train: all.train,
      other: try all.other.withClassesSpread().subset(0..<others),
      test: all.test
    )
    normalization = settings.source.normalization(of: split.train)
    observer.finish(
      "\(split.train.count) pictures to train on, \(others) others, \(split.test.count) to test"
    )
  }
}

extension CaseStudy {
  /// The size of all pictures.
  var pictureSize: Classifier.PictureSize {
    .init(height: split.train.height, width: split.train.width)
  }

  /// The same case with models that go to another folder.
  func writing(to folder: URL) -> CaseStudy {
    var other = self
    other.settings.output = folder
    return other
  }

  /// What the owner keeps secret.
  struct Owner {
    let features: EmbeddedFeatures
    let painter: StylePainter
    let digest: Digest
  }

  /// Marks the owner's pictures.
  ///
  /// - Parameters:
  ///   - styles: The secret styles, among which the marked pictures are shared out.
  ///   - rate: γ; that of the settings unless told.
  ///   - strength: As `EmbeddingSettings.strength`.
  ///   - name: The folder in the output folder.
  /// - Returns: The mark, which the folder holds too.
  /// - Throws: What painting, the disk or the observer reports.
  func embed(
    _ styles: [Style],
    rate: Double? = nil,
    strength: Double = 1,
    in name: String = "embed"
  ) throws -> Owner {
    let rate = rate ?? settings.transformationRate
    observer.begin(
      "embed",
      styles.count == 1 ? "style '\(styles[0].name)'" : "\(styles.count) styles"
    )
    let features = try embedFeatures(
      in: split.train,
      styles: styles,
      settings: EmbeddingSettings(rate: rate, strength: strength, seed: settings.seed),
      weights: weights
    ) { try observer.update(Double($0) / Double($1), "\($0)/\($1) pictures") }
    let folder = settings.output.appendingPathComponent(name)
    if !FileManager.default.fileExists(atPath: folder.path) {
      try EmbeddedFolder.write(features, to: folder)
    }
    let share = ReportNumbers.shortPercent(rate) ?? ""
    observer.finish("\(features.indices.count) pictures repainted (γ = \(share))")
    return Owner(
      features: features,
      painter: try StylePainter(style: styles[0], weights: weights),
      digest: try Digest(ofFileAt: folder.appendingPathComponent(Manifest.fileName))
    )
  }

  /// Repaints pictures that nobody trains on, to measure accuracy on marked pictures.
  func markTestPictures(_ painter: StylePainter) throws -> ImageSet {
    observer.begin("embed", "test pictures")
    let count = min(settings.preset.markedTestCount, split.test.count)
    let chosen = try split.test.withClassesSpread().subset(0..<count)
    let marked = try painter.repaint(chosen) {
      try observer.update(Double($0) / Double($1), "\($0)/\($1) pictures")
    }
    observer.finish("\(chosen.count) pictures repainted, to measure with")
    return marked
  }

  /// Trains a model from scratch, of the case's structure and in its way unless told otherwise.
  ///
  /// - Parameters:
  ///   - name: The folder, and the name on the terminal.
  ///   - images: The pictures.
  ///   - seed: The model's.
  ///   - student: The structure, and how it is trained.
  ///   - plain: The pictures before some of them were marked, if they were.
  ///   - inputs: As `TrainStage.run`.
  /// - Returns: The model.
  /// - Throws: What training, the disk or the observer reports.
  func train(
    _ name: String,
    on images: ImageSet,
    seed: UInt64,
    as student: Student? = nil,
    before plain: ImageSet? = nil,
    inputs: [String: Digest] = [:]
  ) throws -> FinishedModel {
    let student = student ?? self.student(seed: seed)
    var stage = TrainStage(
      architecture: student.architecture,
      normalization: normalization,
      settings: student.training
    )
    stage.device = settings.device
    stage.plainPictures = plain?.digest
    return try stage.run(
      titled: name,
      on: images,
      test: split.test,
      in: settings.output.appendingPathComponent(name),
      inputs: inputs,
      observer: observer
    )
  }

  /// Steals a model.
  ///
  /// - Parameters:
  ///   - name: The folder, and the name on the terminal.
  ///   - theft: How.
  ///   - victim: From whom.
  ///   - original: Whom the thief is compared with, if not with the victim.
  /// - Returns: The thief's model.
  /// - Throws: What training, stealing, the disk or the observer reports.
  func steal(
    _ name: String,
    _ theft: Theft,
    from victim: FinishedModel,
    comparedWith original: FinishedModel? = nil
  ) throws -> FinishedModel {
    let file = victim.folder.modelFile
    let model = try theft.run(
      from: victim.classifier,
      digest: Digest(ofFileAt: file),
      comparedWith: original.map { ($0.classifier, try Digest(ofFileAt: $0.folder.modelFile)) },
      test: split.test,
      in: settings.output.appendingPathComponent(name),
      resuming: true,
      onStage: { _ in observer.begin("steal", name) },
      onStageEnd: { observer.finish($0.outcome) },
      onQuestions: { try observer.update(Double($0) / Double($1), "\($0)/\($1) questions") },
      onProgress: observer.update
    )
    return model
  }

  /// Hides a stolen model.
  func hide(
    _ name: String,
    _ method: any HidingMethod,
    seed: UInt64,
    _ stolen: FinishedModel
  ) throws -> FinishedModel {
    observer.begin("hide", name)
    let hidden = try HideStage(method: method, seed: seed).run(
      on: stolen.classifier,
      test: split.test,
      in: settings.output.appendingPathComponent(name),
      resuming: true,
      digest: Digest(ofFileAt: stolen.folder.modelFile),
      onProgress: observer.update
    ).finished
    observer.finish(hidden.outcome)
    return hidden
  }
}
