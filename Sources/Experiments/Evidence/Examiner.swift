import Artifacts
import Datasets
import FeatureEmbedding
import Foundation
import ModelStealing
import Networks
import OwnershipVerification

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
  let settings: ExaminerSettings
  /// The pictures that are painted.
  let originals: ImageSet
  /// The pictures that stay as they are.
  let clean: ImageSet
  let decoys: DecoyCache
  private let painter: StylePainter
  private let precision: Precision
  private(set) var benign: [ModelScores] = []
  private(set) var benignModels: [Examinee] = []

  /// Chooses pictures and paints decoys, or takes over those that an earlier run painted.
  ///
  /// - Parameters:
  ///   - study: The case; pictures are chosen among its test pictures, which no model is trained on.
  ///   - family: The family that keys and decoys are drawn from.
  ///   - settings: How to examine.
  ///   - folder: Where the decoys go.
  /// - Throws: `DatasetError` if there are too few test pictures; what painting or the disk reports.
  init(
    for study: CaseStudy,
    family: StyleFamily,
    settings: ExaminerSettings,
    decoysIn folder: URL
  ) throws {
    self.settings = settings
    precision = study.settings.precision
    let others = max(1, study.split.test.count - settings.pictureCount)
    let parts = try study.split.test.splits(
      into: [
        ("painted", settings.pictureCount), ("clean", min(settings.cleanCount, others)),
      ],
      seed: settings.seed,
      isStratified: true
    )
    originals = try study.split.test.subset(parts[0].indices)
    clean = try study.split.test.subset(parts[1].indices)
    let styles = try StyleDecoys(
      seed: ExperimentKeys.bytes("decoys", settings.seed),
      family: family
    )
    let weights = try StyleWeights.builtIn()
    let painter = try StylePainter(style: styles.style(at: 0), weights: weights)
    let source = Digest(
      of: KeyDerivation.framed([styles.seed, family.digest.bytes, weights.digest.bytes])
    )
    study.observer.begin("decoys", "\(settings.decoyCount) styles")
    let originals = originals
    decoys = try DecoyCache.make(
      in: folder,
      originals: originals,
      count: settings.decoyCount,
      source: source,
      onProgress: {
        try study.observer.update(Double($0) / Double(settings.decoyCount), "\($0) styles")
      },
      paint: {
        try painter.painter(in: styles.style(at: $0)).repaint(originals)
      }
    )
    study.observer.finish("\(settings.pictureCount) pictures in each of \(decoys.styleCount)")
    self.painter = painter
  }

  /// Paints the held-out pictures in styles.
  func paint(_ styles: [Style]) throws -> StyledSets {
    try StyledSets(
      styles.map { try painter.painter(in: $0).repaint(originals) }
    )
  }

  /// Adds a benign model, whose scores are subtracted from everybody's.
  mutating func addBenign(_ model: Examinee) throws {
    benign.append(try decoyScores(of: model))
    benignModels.append(model)
  }

  /// A model's scores on clean pictures and decoys, asked for once.
  func decoyScores(
    of model: Examinee,
    onProgress: (Int) throws -> Void = { _ in }
  ) throws -> ModelScores {
    let file = try Digest(ofFileAt: model.model.folder.modelFile)
    // Censored answers are kept under another name than full ones.
    guard model.answerForm == .probabilities else {
      return try decoys.scores(
        of: censored(model),
        model: file,
        settings: "\(model.answerForm)",
        clean: clean,
        onProgress: onProgress
      )
    }
    return try decoys.scores(
      of: ClassifierSuspect(model.model.classifier, precision: precision),
      model: file,
      settings: precision.rawValue,
      clean: clean,
      onProgress: onProgress
    )
  }

  /// The scores of a model on some styles.
  func scores(of model: Examinee, on styled: StyledSets) throws -> StyleScores {
    let clean = try decoyScores(of: model).clean
    guard model.answerForm == .probabilities else {
      return try StyleScores(of: censored(model), on: styled, clean: clean)
    }
    let suspect = ClassifierSuspect(model.model.classifier, precision: precision)
    return try StyleScores(of: suspect, on: styled, clean: clean)
  }

  /// T of styles by some pictures of each alone.
  func excess(
    of model: Examinee,
    _ styles: some StyledPictures,
    pictures: Range<Int>
  ) throws -> [Double] {
    func scores(_ model: Examinee) throws -> StyleScores {
      try StyleScores(
        of: ClassifierSuspect(model.model.classifier, precision: precision),
        on: SomePictures(styles: styles, range: pictures),
        clean: decoyScores(of: model).clean
      )
    }
    return try scores(model).excess(over: benignModels.map(scores), .margin)
  }

  /// T of styles by one of equal parts of the pictures.
  func excess(
    of model: Examinee,
    _ styles: some StyledPictures,
    part: Int,
    of count: Int
  ) throws -> [Double] {
    let size = originals.count / count
    return try excess(of: model, styles, pictures: part * size..<(part + 1) * size)
  }

  private func censored(_ model: Examinee) -> CensoredSuspect {
    CensoredSuspect(oracle: Oracle(model.model.classifier, form: model.answerForm))
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
