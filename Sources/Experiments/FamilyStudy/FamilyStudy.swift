import Artifacts
import Datasets
import FeatureEmbedding
import Foundation
import ModelStealing
import Networks
import OwnershipVerification
public import Stages

/// What the study of families covers, and where it goes.
public struct FamilyStudySettings: Sendable {
  /// The case.
  ///
  /// Its models are never among those of the evidence that is reported.
  public var study: CaseSettings
  /// The families.
  public var families = FamilyCandidate.all
  /// The keys, by their numbers; a victim and its thieves are trained for each.
  public var seeds: [UInt64] = [901, 902]
  /// K, how many keys a victim is marked with; the first is the one by the number.
  public var keyCount = 1
  /// γ, the share of marked pictures of all keys together.
  public var rate = 0.1
  /// Passes over the pictures, of the victims and benign models; of the thieves a third more.
  public var epochs = 12
  /// Whether thieves are trained too.
  public var hasThieves = true
  /// N, the number of decoys.
  public var decoyCount = 199

  /// Whether to go on with what an earlier run left.
  public var resuming = false

  /// Describes a study.
  public init(_ study: CaseSettings) {
    self.study = study
  }

  /// Checks every number.
  ///
  /// - Throws: `StageError.badSetting` for the first that makes no sense.
  public func validate() throws {
    try Self.check(epochs: epochs, keyCount: keyCount, rate: rate)
    try StageError.check([
      ("the number of families", families.count, 1...1_000),
      ("the number of keys", seeds.count, 1...1_000),
      ("the number of decoys", decoyCount, 39...100_000),
    ])
  }

  /// Checks the numbers that need no data.
  ///
  /// - Throws: `StageError.badSetting`.
  public static func check(epochs: Int, keyCount: Int, rate: Double) throws {
    try StageError.check([
      ("epochs", epochs, 1...100_000),
      ("the number of keys of a victim", keyCount, 1...StyleCommitment.keyLimit),
    ])
    guard rate > 0, rate <= 1 else {
      throw StageError.badSetting(
        name: "the share of marked pictures",
        value: "\(rate)",
        expected: "above 0 and at most 1"
      )
    }
  }
}

/// A family that the study tries, and how strongly pictures are painted in its styles.
public struct FamilyCandidate: Sendable, Hashable, LosslessStringConvertible {
  let palette: StyleFamily.Palette
  let variation: StyleFamily.Variation
  let spread: Double
  /// As `EmbeddingSettings.strength`.
  var strength = 1.0

  /// Such as `paintings-correlated-1.5`, and `paintings-correlated-1.5-0.5` if half of a picture stays.
  public var description: String {
    "\(palette.rawValue)-\(variation.rawValue)-\(spread)" + (strength == 1 ? "" : "-\(strength)")
  }

  /// Reads a description; nil if it is none.
  public init?(_ text: String) {
    let parts = text.split(separator: "-").map(String.init)
    guard (3...4).contains(parts.count), let palette = StyleFamily.Palette(rawValue: parts[0]),
      let variation = StyleFamily.Variation(rawValue: parts[1]), let spread = Double(parts[2]),
      let strength = Double(parts.count == 4 ? parts[3] : "1"), strength > 0, strength <= 1
    else { return nil }
    (self.palette, self.variation, self.spread) = (palette, variation, spread)
    self.strength = strength
  }

  /// What the study tries unless told otherwise.
  public static let all = [
    "all-correlated-0.7", "all-correlated-1.0", "all-correlated-1.5", "paintings-correlated-1.5",
    "paintings-independent-1.5", "all-independent-0.5",
  ].compactMap { FamilyCandidate($0) }

  func family() throws -> StyleFamily {
    try .made(from: palette, variation, spread: spread)
  }
}

/// What one model of the study came to: a line of `results.jsonl`.
public struct FamilyStudyResult: Sendable, Codable {
  /// The family.
  public let family: String
  /// The key's number.
  public let key: UInt64
  /// K, if it is not 1.
  public let keyCount: Int?
  /// γ, if it is not 0.1.
  public let rate: Double?
  /// `victim`, `label-query`, `logit-query`, or `innocent`, whose effects must be small.
  public let model: String
  /// Accuracy on test pictures.
  public let accuracy: Double
  /// (T − mean of the decoys) / their standard deviation.
  public let effect: Double
  /// The exact p-value.
  public let pValue: Double

  enum CodingKeys: String, CodingKey {
    case family, key, rate, model, accuracy, effect
    case keyCount = "keys"
    case pValue = "p_value"
  }
}

extension FamilyStudyResult {
  /// What it is about: of two with the same the later one counts.
  fileprivate var subject: [String] {
    [family, "\(key)", "\(keyCount ?? 1)", "\(rate ?? 0.1)", model]
  }
}

/// Which family of styles, and how strongly painted, gives the style-key test its power:
/// `hallmark reproduce style-family`.
///
/// For each family and key a victim is trained on marked pictures, thieves on the labels and on the probabilities that it
/// gives to other pictures, and all are examined. How far apart the styles of a family lie decides how clearly the
/// secret one stands out.
public struct FamilyStudy {
  private let settings: FamilyStudySettings
  private let observer: any RunObserver

  /// Prepares a study.
  public init(_ settings: FamilyStudySettings, observer: any RunObserver) {
    self.settings = settings
    self.observer = observer
  }

  /// Runs the study and writes `results.jsonl`.
  ///
  /// - Returns: One result for each family, key and model.
  /// - Throws: What a stage or the observer reports.
  public func run() throws -> [FamilyStudyResult] {
    try settings.validate()
    let study = try CaseStudy(settings.study, observer: observer)
    try folder.prepare(resuming: settings.resuming)
    let benign = try (0..<3).map { index in
      try train(study, "benign-\(index)", on: study.split.train, seed: 910 + index)
    }
    let innocent = try train(study, "innocent", on: study.split.other, seed: 920)
    var results: [FamilyStudyResult] = []
    for candidate in settings.families {
      let family = try candidate.family()
      var examinerSettings = ExaminerSettings()
      examinerSettings.decoyCount = settings.decoyCount
      examinerSettings.seed = 900
      var examiner = try Examiner(
        for: study,
        family: family,
        settings: examinerSettings,
        strength: candidate.strength,
        decoysIn: settings.study.output.appendingPathComponent("decoys-\(candidate)")
      )
      for model in benign {
        try examiner.addBenign(
          Examinee(name: "benign", kind: "benign", model: model, weightSeed: 0)
        )
      }
      try showDecoys(of: examiner, named: "\(candidate)")
      for seed in settings.seeds {
        let styles = try ExperimentKeys.styles(
          count: settings.keyCount,
          seed: seed,
          family: family
        )
        let models = try marked(study, styles, candidate, seed) + [("innocent", innocent)]
        results += try examine(models, styles, candidate, seed, examiner)
        try write(results)
      }
    }
    return results
  }

  private func train(
    _ study: CaseStudy,
    _ name: String,
    on images: ImageSet,
    seed: Int
  ) throws -> FinishedModel {
    try study.train(name, on: images, seed: UInt64(seed), as: student(study, UInt64(seed)))
  }

  private func student(_ study: CaseStudy, _ seed: UInt64, extra: Int = 0) -> Student {
    var training = settings.study.training(seed: seed)
    training.epochs = settings.epochs + extra
    return Student(settings.study.preset.architecture, training: training)
  }

  private func marked(
    _ study: CaseStudy,
    _ styles: [Style],
    _ candidate: FamilyCandidate,
    _ seed: UInt64
  ) throws -> [(String, FinishedModel)] {
    let name = "\(candidate)-\(seed)\(markingName)"
    let owner = try study.embed(
      styles,
      rate: settings.rate,
      strength: candidate.strength,
      in: "embed-\(name)"
    )
    let victim = try study.train(
      "victim-\(name)",
      on: owner.features.trainingSet(),
      seed: seed,
      as: student(study, seed),
      before: study.split.train,
      inputs: ["marked pictures": owner.digest]
    )
    guard settings.hasThieves else { return [("victim", victim)] }
    let attacks: [(any QueryAttack.Type, UInt64)] = [
      (LabelQueryAttack.self, seed &+ 50), (LogitQueryAttack.self, seed &+ 60),
    ]
    let thieves = try attacks.map { kind, seed in
      let attack = kind.init(
        queries: study.thiefPictures,
        student: student(study, seed, extra: settings.epochs / 3)
      )
      let thief = try study.steal(
        "\(kind.name)-\(name)",
        Theft([StealStage(attack, seed: seed)]),
        from: victim
      )
      return (kind.name, thief)
    }
    return [("victim", victim)] + thieves
  }

  /// How victims are marked, where that is not the usual.
  private var markingName: String {
    (settings.keyCount == 1 ? "" : "-keys\(settings.keyCount)")
      + (settings.rate == 0.1 ? "" : "-rate\(settings.rate)")
  }

  private func examine(
    _ models: [(name: String, model: FinishedModel)],
    _ styles: [Style],
    _ candidate: FamilyCandidate,
    _ seed: UInt64,
    _ examiner: Examiner
  ) throws -> [FamilyStudyResult] {
    let secrets = try examiner.paint(styles)
    let benign = try examiner.benignScores(on: secrets)
    return try models.map { name, model in
      let examinee = Examinee(name: name, kind: name, model: model, weightSeed: seed)
      observer.begin("examine", "\(name), \(candidate), key \(seed)")
      let result = try StyleKeyTest().run(
        examiner.scores(of: examinee, on: secrets).excess(over: benign, .margin),
        against: examiner.decoyExcess(of: examinee)
      )
      observer.finish(String(format: "effect %.2f, p %.3f", result.effect, result.pValue))
      return FamilyStudyResult(
        family: "\(candidate)",
        key: seed,
        keyCount: settings.keyCount == 1 ? nil : settings.keyCount,
        rate: settings.rate == 0.1 ? nil : settings.rate,
        model: name,
        accuracy: model.accuracy,
        effect: result.effect,
        pValue: result.pValue
      )
    }
  }

  /// Writes a sheet of the first picture of some classes in the styles of the first decoys, to look at.
  private func showDecoys(of examiner: Examiner, named name: String) throws {
    let rows = try [examiner.originals] + (0..<12).map { try examiner.decoys.pictures(inStyle: $0) }
    let columns = Array(examiner.originals.indices.prefix(12))
    let sheet = try Image.contactSheet(rows: rows.map { row in columns.map { row[$0] } })
    try sheet.writePNG(to: settings.study.output.appendingPathComponent("decoys-\(name).png"))
  }

  private var folder: ExperimentFolder {
    ExperimentFolder(
      url: settings.study.output,
      kind: "style-family",
      fingerprint: settings.study.fingerprint.merging([
        "epochs": .integer(Int128(settings.epochs)), "style": "keys",
      ]) { $1 },
      mayBeCleared: false,
      isOwn: { name in
        name == FamilyStudy.resultsName || name == "innocent"
          || ["benign-", "decoys-", "embed-", "victim-", "label-query-", "logit-query-"].contains {
            name.hasPrefix($0)
          }
      }
    )
  }

  private static let resultsName = "results.jsonl"

  /// Writes results in place of earlier ones of the same families, keys and marks.
  private func write(_ found: [FamilyStudyResult]) throws {
    let file = settings.study.output.appendingPathComponent(FamilyStudy.resultsName)
    var results = found
    if FileManager.default.fileExists(atPath: file.path) {
      let anew = Set(found.map(\.subject))
      results =
        try JSONLines.read(FamilyStudyResult.self, from: file)
        .filter { !anew.contains($0.subject) } + found
    }
    try JSONLines.write(results, to: file)
  }
}
