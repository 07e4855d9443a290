import Datasets
import OwnershipVerification
import Stages

/// Gradient alignment of models with keys and decoys, benign models' subtracted.
///
/// Gradients cost more than answers, so there are fewer pictures and decoys than for margins.
struct AlignmentBench {
  /// m.
  static let pictureCount = 50
  /// N.
  static let decoyCount = 199

  private let originals: ImageSet
  private let decoys: SomePictures<DecoyCache>
  /// The benign models' scores of each key, by its name, and of the decoys.
  private let benign: [(keys: [String: [Double]], decoys: [Double])]

  /// Asks the benign models.
  ///
  /// - Parameters:
  ///   - examiner: Whose pictures, decoys and benign models.
  ///   - keys: All keys that models will be examined for.
  ///   - onProgress: Called with the share that is done.
  /// - Throws: `VerificationError` if pictures do not fit a model.
  init(
    _ examiner: Examiner,
    keys: [EvidenceBench.PaintedKey],
    onProgress: (Double) throws -> Void
  ) throws {
    let pictures = 0..<min(Self.pictureCount, examiner.originals.count)
    originals = try examiner.originals.subset(pictures)
    let decoys = SomePictures(styles: examiner.decoys, range: pictures, limit: Self.decoyCount)
    self.decoys = decoys
    let (originals, models) = (originals, examiner.benignModels)
    benign = try models.enumerated().map { index, model in
      let scores = try Self.scores(of: model, originals, decoys, keys) {
        try onProgress((Double(index) + $0) / Double(models.count))
      }
      return (Dictionary(uniqueKeysWithValues: zip(keys.map(\.name), scores.keys)), scores.decoys)
    }
  }

  private static func scores(
    of model: Examinee,
    _ originals: ImageSet,
    _ decoys: SomePictures<DecoyCache>,
    _ keys: [EvidenceBench.PaintedKey],
    onProgress: (Double) throws -> Void
  ) throws -> (keys: [[Double]], decoys: [Double]) {
    let alignment = try GradientAlignment(of: model.model.classifier, to: originals)
    let secrets = try StyledSets(
      keys.flatMap { key in
        try key.secrets.sets.map { try $0.subset(0..<originals.count) }
      }
    )
    let count = Double(secrets.styleCount + decoys.styleCount)
    let scores = try AlignmentScores(of: alignment, secrets: secrets, decoys: decoys) {
      try onProgress(Double($0) / count)
    }
    var rest = scores.secrets[...]
    let byKey = keys.map { key in
      defer { rest = rest.dropFirst(key.secrets.styleCount) }
      return Array(rest.prefix(key.secrets.styleCount))
    }
    return (byKey, scores.decoys)
  }

  /// Runs the style-key test on a model's alignment.
  ///
  /// - Returns: A trial for each key, in their order.
  func trials(
    of examinee: Examinee,
    _ keys: [EvidenceBench.PaintedKey],
    innocent: Bool,
    onProgress: (Double) throws -> Void
  ) throws -> [EvidenceTrial] {
    let own = try Self.scores(of: examinee, originals, decoys, keys, onProgress: onProgress)
    let decoys = own.decoys.less(meanOf: benign.map(\.decoys))
    return try zip(keys, own.keys).map { key, scores in
      let result = try StyleKeyTest().run(
        scores.less(meanOf: benign.compactMap { $0.keys[key.name] }),
        against: decoys
      )
      return EvidenceTrial(
        result,
        by: .gradientAlignment,
        of: examinee,
        for: key,
        innocent: innocent,
        pictures: originals.count
      )
    }
  }
}
