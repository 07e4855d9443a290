import Artifacts
import Datasets
import FeatureEmbedding
import Foundation
import ModelStealing
import Networks
import OwnershipVerification
import Stages

/// How a measurement examines.
struct ExaminerSettings: Sendable {
  /// m, the pictures that are painted in every style.
  var pictureCount = 100
  /// Clean pictures for temperatures and accuracy, at most; all the others if there are fewer.
  var cleanCount = 1_000
  /// N, the number of decoys.
  var decoyCount = 999
  /// Decides which pictures those are, and the decoys.
  var seed: UInt64 = 1
}

/// The examiner of a measurement: held-out pictures, decoys, and benign models.
struct Examiner {
  /// The pictures that are painted.
  let originals: ImageSet
  /// The pictures that stay as they are.
  let clean: ImageSet
  let decoys: DecoyCache
  private let painter: HeldOutPainter
  private let precision: Precision
  private(set) var benign: [ModelScores] = []
  private(set) var benignModels: [Examinee] = []
  private let memory = Memory()

  /// What has been asked, for models are asked the same again and again.
  private final class Memory {
    /// By the model's file.
    var models: [URL: ModelScores] = [:]
    /// The benign models' scores on some pictures of the decoys.
    var benign: [Range<Int>: [StyleScores]] = [:]
  }

  /// Chooses pictures and paints decoys, or takes over those that an earlier run painted.
  ///
  /// - Parameters:
  ///   - study: The case; pictures are chosen among its test pictures, which no model is trained on.
  ///   - family: The family that keys and decoys are drawn from.
  ///   - settings: How to examine.
  ///   - strength: How strongly decoys are painted, as `EmbeddingSettings.strength`; keys have to be, too.
  ///   - folder: Where the decoys go.
  /// - Throws: `DatasetError` if there are too few test pictures; what painting or the disk reports.
  init(
    for study: CaseStudy,
    family: StyleFamily,
    settings: ExaminerSettings,
    strength: Double = 1,
    decoysIn folder: URL
  ) throws {
    precision = study.settings.precision
    let pictures = try HeldOutPictures(
      from: study.split.test,
      paintedCount: settings.pictureCount,
      cleanCount: settings.cleanCount,
      seed: settings.seed
    )
    (originals, clean) = (try pictures.painted.withClassesSpread(), pictures.clean)
    painter = try HeldOutPainter(
      of: originals,
      family: family,
      seed: ExperimentKeys.bytes("decoys", settings.seed),
      strength: strength == 1 ? nil : strength
    )
    let count = settings.decoyCount
    study.observer.begin("decoys", "\(count) styles")
    decoys = try painter.paintDecoys(count, in: folder) {
      try study.observer.update(Double($0) / Double(count), "\($0) styles")
    }
    study.observer.finish("\(settings.pictureCount) pictures in each of \(count)")
  }

  /// Paints the held-out pictures in styles.
  func paint(_ styles: [Style]) throws -> StyledSets {
    try StyledSets(styles.map { try painter.paint(in: $0) })
  }

  /// Adds a benign model, whose scores are subtracted from everybody's.
  mutating func addBenign(_ model: Examinee) throws {
    memory.benign = [:]
    benign.append(try decoyScores(of: model))
    benignModels.append(model)
  }

  /// A model's scores on clean pictures and decoys, asked for once.
  func decoyScores(
    of model: Examinee,
    onProgress: (Int) throws -> Void = { _ in }
  ) throws -> ModelScores {
    let file = model.model.folder.modelFile
    if let known = memory.models[file] { return known }
    let (suspect, name) = model.suspect(precision)
    let scores = try decoys.scores(
      of: suspect,
      model: Digest(ofFileAt: file),
      settings: name,
      clean: clean,
      onProgress: onProgress
    )
    memory.models[file] = scores
    return scores
  }

  /// The scores of a model on some styles.
  func scores(of model: Examinee, on styled: some StyledPictures) throws -> StyleScores {
    try StyleScores(
      of: model.suspect(precision).suspect,
      on: styled,
      clean: decoyScores(of: model).clean
    )
  }

  /// T of styles by some pictures of each alone.
  func excess(
    of model: Examinee,
    _ styles: StyledSets,
    pictures: Range<Int>
  ) throws -> [Double] {
    let some = SomePictures(styles: styles, range: pictures)
    return try scores(of: model, on: some)
      .excess(over: benignModels.map { try scores(of: $0, on: some) }, .margin)
  }

  /// T of the decoys by some pictures of each alone.
  func decoyExcess(of model: Examinee, pictures: Range<Int>) throws -> [Double] {
    let some = SomePictures(styles: decoys, range: pictures)
    let benign = try memory.benign[pictures] ?? benignModels.map { try scores(of: $0, on: some) }
    memory.benign[pictures] = benign
    return try scores(of: model, on: some).excess(over: benign, .margin)
  }

  /// One of equal parts of the pictures.
  func part(_ part: Int, of count: Int) -> Range<Int> {
    let size = originals.count / count
    return part * size..<(part + 1) * size
  }

  /// T of the decoys.
  func decoyExcess(of model: Examinee) throws -> [Double] {
    try decoyScores(of: model).decoys.excess(over: benign.map(\.decoys), .margin)
  }

  /// What the benign models make of some styles.
  func benignScores(on styled: StyledSets) throws -> [StyleScores] {
    try benignModels.map { try scores(of: $0, on: styled) }
  }
}
