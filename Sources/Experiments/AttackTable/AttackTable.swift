import Artifacts
import Datasets
import FeatureEmbedding
import Foundation
import ModelStealing
import Networks
public import Stages

/// What the table of attacks covers, and where it goes.
public struct AttackTableSettings: Sendable {
  /// The case.
  public var study: CaseSettings
  /// The victims' seeds; each victim meets every thief.
  public var seeds: [UInt64] = [1, 2, 3]
  /// Only rows of these groups; all of them if there is none.
  public var groups: Set<AttackResult.Group> = []
  /// Only rows whose name contains one of these; all of them if there is none.
  public var only: [String] = []
  /// Another data set for the thief's queries, if there is one at hand.
  public var otherPictures: QuerySource?
  /// Updates of the generator in the zero-shot attack, rounded down to a multiple of 50.
  public var zeroShotRounds: Int
  /// Whether to go on with what an earlier run left.
  public var resuming = false

  /// Describes a table.
  public init(_ study: CaseSettings) {
    self.study = study
    zeroShotRounds = study.preset.zeroShotRounds
  }

  /// Checks that there are rows of all names that are asked for.
  ///
  /// - Throws: `StageError.badSetting` that lists the names, or about a seed.
  public func validate() throws {
    try checkSeeds()
    try checkOnly(among: AttackRow.all(self).filter { wants($0.group) }.map(\.name))
  }

  /// Refuses seeds that other models have.
  ///
  /// A thief's seed is its victim's plus a multiple of ten, and numbers from 101 on are those of innocents, benign
  /// models and keys of nobody. Models of one seed share first weights, as independent ones must not.
  func checkSeeds() throws {
    if let seed = seeds.first(where: { !Self.victimSeeds.contains($0) }) {
      throw StageError.badSetting(
        name: "a victim's seed",
        value: "\(seed)",
        expected: "0 to 9: larger numbers are those of thieves and innocents"
      )
    }
  }

  /// The seeds that victims may have.
  static let victimSeeds: ClosedRange<UInt64> = 0...9

  /// Whether a group is among those asked for.
  func wants(_ group: AttackResult.Group) -> Bool {
    groups.isEmpty || groups.contains(group)
  }

  /// Whether a name is among those asked for.
  func wants(_ name: String) -> Bool {
    only.isEmpty || only.contains { name.contains($0) }
  }

  /// Refuses parts of names that none contains: a misspelt one would silently do nothing.
  func checkOnly(among names: [String]) throws {
    guard let lost = only.first(where: { part in !names.contains { $0.contains(part) } }) else {
      return
    }
    var different: [String] = []
    for name in names where !different.contains(name) { different.append(name) }
    throw StageError.badSetting(
      name: "--only",
      value: "'\(lost)'",
      expected: "a part of one of these names:\n  " + different.joined(separator: "\n  ")
    )
  }
}

/// Every attack of one stage, chains of two, other queries and answers, and hiding, against victims
/// of several seeds: accuracy, fidelity, and accuracy on marked pictures beside that of innocents.
///
/// `hallmark reproduce attacks`. Rows follow the stolen models of Li et al., AAAI 2022, Tables 3
/// and 7.
public struct AttackTable {
  let settings: AttackTableSettings
  let observer: any RunObserver

  /// Prepares a table.
  ///
  /// - Parameters:
  ///   - settings: What it covers, and where it goes.
  ///   - observer: Is told how it goes.
  public init(_ settings: AttackTableSettings, observer: any RunObserver) {
    self.settings = settings
    self.observer = observer
  }

  /// The name of the row of the victim itself.
  static let victimName = "victim"

  /// The seed of the thief against a victim.
  static func thiefSeed(_ seed: UInt64) -> UInt64 { seed &+ 10 }

  /// Runs what is not there yet and writes `results.jsonl`, anew after every model.
  ///
  /// - Returns: The results, in the order of the table, those of rows that an earlier run measured among
  ///   them.
  /// - Throws: What a stage or the observer reports.
  public func run() throws -> [AttackResult] {
    try settings.validate()
    return try run { _, _, _, _ in }
  }

  /// Runs the table and shows every model, when it is there, to whoever wants to measure more of it.
  func run(
    onModel: (AttackRow, FinishedModel, _ seed: UInt64, Context) throws -> Void
  ) throws -> [AttackResult] {
    let study = try CaseStudy(settings.study, observer: observer)
    let otherPictures = try settings.otherPictures.map { try queries($0, study) }
    try folder.prepare(resuming: settings.resuming)
    for seed in settings.seeds {
      let context = try context(seed, study, otherPictures)
      let victim = try victim(seed, context)
      for row in AttackRow.all(settings) where isWanted(row) {
        let model = try row.make(context, victim, seed)
        let result = try result(of: model, row, seed, context)
        try add(result)
        try onModel(row, model, seed, context)
      }
    }
    let results = try earlierResults()
    try Manifest(
      kind: .experiment,
      settings: folder.fingerprint.merging(["experiment": "attacks"]) { $1 },
      seeds: Dictionary(
        uniqueKeysWithValues: [("data", settings.study.seed)]
          + Set(results.map(\.seed)).map { ("victim \($0)", $0) }
      ),
      inputs: [
        "training pictures": study.split.train.digest, "test pictures": study.split.test.digest,
      ]
    ).write(to: settings.study.output)
    return results
  }

  /// Marks the pictures of a victim, each with a key of its own: the power of the tests differs from key
  /// to key.
  private func context(
    _ seed: UInt64,
    _ study: CaseStudy,
    _ otherPictures: UnlabelledImages?
  ) throws -> Context {
    let styles = try ExperimentKeys.styles(seed: seed, family: .builtIn())
    let owner = try study.embed(styles, in: "embed-\(seed)")
    return Context(
      study: study,
      trainingSet: try owner.features.trainingSet(),
      owner: owner,
      markedTest: try study.markTestPictures(owner.painter),
      otherPictures: otherPictures
    )
  }

  /// What all rows share.
  struct Context {
    let study: CaseStudy
    /// What the victim is trained on.
    let trainingSet: ImageSet
    let owner: CaseStudy.Owner
    let markedTest: ImageSet
    /// Queries from another data set, if there is one at hand.
    let otherPictures: UnlabelledImages?
  }

  /// Pictures of another data set, as many as the thief has of their own or as there are.
  private func queries(_ source: QuerySource, _ study: CaseStudy) throws -> UnlabelledImages {
    let seed = settings.study.seed
    return
      try source
      .pictures(nil, beside: study.split, of: study.pictureSize, seed: seed)
      .sample(settings.study.trainCount, seed: seed)
  }

  private func victim(_ seed: UInt64, _ context: Context) throws -> FinishedModel {
    try context.study.train(
      "victim-\(seed)",
      on: context.trainingSet,
      seed: seed,
      before: context.study.split.train,
      inputs: ["marked pictures": context.owner.digest]
    )
  }

  private func isWanted(_ row: AttackRow) -> Bool {
    settings.wants(row.group) && settings.wants(row.name)
  }

  private func result(
    of model: FinishedModel,
    _ row: AttackRow,
    _ seed: UInt64,
    _ context: Context
  ) throws -> AttackResult {
    let marked = try Oracle(model.classifier, form: row.answerForm)
      .predictions(on: context.markedTest)
    let correct = zip(marked, context.markedTest.labels).count { $0 == $1 }
    return AttackResult(
      group: row.group,
      name: row.name,
      seed: seed,
      architecture: "\(model.classifier.architecture)",
      testAccuracy: model.accuracy,
      fidelity: model.fidelity,
      markedAccuracy: Double(correct) / Double(max(1, marked.count)),
      queries: try model.folder.manifest.settings["queries"]?.decode(as: Int.self),
      trainingMinutes: try model.trainingMinutes
    )
  }

  private static let resultsName = "results.jsonl"
  private var file: URL { settings.study.output.appendingPathComponent(Self.resultsName) }

  private func earlierResults() throws -> [AttackResult] {
    guard FileManager.default.fileExists(atPath: file.path) else { return [] }
    return try JSONLines.read(AttackResult.self, from: file)
  }

  private func add(_ result: AttackResult) throws {
    var results = try earlierResults()
    results.removeAll {
      ($0.group, $0.name, $0.seed) == (result.group, result.name, result.seed)
    }
    results.append(result)
    let names = AttackRow.all(settings).map(\.name)
    let place = { (result: AttackResult) in names.firstIndex(of: result.name) ?? names.count }
    results = results.enumerated().sorted {
      (place($0.element), $0.offset) < (place($1.element), $1.offset)
    }.map(\.element)
    try JSONLines.write(results, to: file)
  }

  private var folder: ExperimentFolder {
    ExperimentFolder(
      url: settings.study.output,
      kind: "attacks",
      fingerprint: settings.study.fingerprint.merging(
        [
          "zero_shot_rounds": .integer(Int128(settings.zeroShotRounds)),
          "style": "the key of each victim's seed",
        ]
      ) { $1 },
      mayBeCleared: false
    ) { name in
      // Every model's folder ends in its seed.
      name == AttackTable.resultsName
        || name.split(separator: "-").last.flatMap { UInt64($0) } != nil
    }
  }
}

extension FinishedModel {
  private struct EpochSpeed: Decodable {
    let seconds: Double?
  }

  /// The time of its training, as its metrics add up; none for a model that was not trained.
  var trainingMinutes: Double? {
    get throws {
      let metrics = folder.url.appendingPathComponent(TrainingRun.metricsNames[0])
      guard FileManager.default.fileExists(atPath: metrics.path) else { return nil }
      let epochs = try JSONLines.read(EpochSpeed.self, from: metrics)
      let seconds = epochs.compactMap(\.seconds)
      return seconds.count == epochs.count ? seconds.reduce(0, +) / 60 : nil
    }
  }
}
