import Artifacts
import Datasets
import FeatureEmbedding
import Foundation
import ModelStealing
import Networks
import OwnershipVerification
public import Stages

/// What the measurement of the tests covers, and where it goes.
public struct EvidenceSettings: Sendable {
  /// Whose models are tested.
  public enum Part: String, Sendable, CaseIterable {
    /// Innocents, the style-key test with keys of nobody.
    case innocents
    /// Everything that the table of attacks makes.
    case attacks
    /// Victims with other shares of marked pictures and with more keys, and thieves of theirs.
    case curves
    /// Victims and label-query thieves of the table of attacks, with fewer pictures and fewer decoys.
    case sizes
    /// Claimants who lie about innocents.
    case claimants
    /// The published test without its signs, its style or its classifier, on thieves and innocents.
    case ablations
  }

  /// Victims and thieves; a victim's seed is its key's number too, in 0...1,000.
  public var table: AttackTableSettings
  /// Whose models to test.
  public var parts: Set<Part> = Set(Part.allCases)
  /// The tests to run.
  public var tests: Set<EvidenceTrial.Test> = Set(EvidenceTrial.Test.allCases)
  /// How many keys of nobody each innocent is tested for.
  public var nullKeyCount = 50
  /// m, the pictures painted in each style.
  public var pictureCount = 100
  /// N, the number of decoys.
  public var decoyCount = 999
  /// R, the number of benign models.
  public var benignCount = 3
  /// How many victims of other seeds are a victim's siblings in the shared-mistakes test.
  public var siblingCount = 9

  /// Describes a measurement.
  public init(_ table: AttackTableSettings) {
    self.table = table
  }

  /// The case.
  var study: CaseSettings { table.study }
  /// The victims' seeds.
  var seeds: [UInt64] { table.seeds }
  /// The seeds of victims and siblings.
  var siblingSeeds: [UInt64] {
    let others = AttackTableSettings.victimSeeds.filter { !seeds.contains($0) }
    return (seeds + others.prefix(max(0, siblingCount + 1 - seeds.count))).sorted()
  }

  /// Checks the numbers that need no data.
  ///
  /// - Throws: `StageError.badSetting` for the first that makes no sense.
  public static func check(
    nullKeyCount: Int,
    pictureCount: Int,
    decoyCount: Int,
    benignCount: Int
  ) throws {
    try StageError.check([
      ("the number of keys of nobody", nullKeyCount, 1...1_000),
      ("m", pictureCount, 10...10_000), ("the number of decoys", decoyCount, 39...100_000),
      ("the number of benign models", benignCount, 1...100),
    ])
  }

  /// Checks every number.
  ///
  /// - Throws: `StageError.badSetting` for the first that makes no sense.
  public func validate() throws {
    try Self.check(
      nullKeyCount: nullKeyCount,
      pictureCount: pictureCount,
      decoyCount: decoyCount,
      benignCount: benignCount
    )
    try StageError.check([
      ("the number of siblings", siblingCount, SharedMistakesTest.leastSiblingCount + 1...9)
    ])
    try table.checkSeeds()
    try table.checkOnly(among: names)
  }

  /// Whether innocents of the table of attacks are tested too.
  var testsTableInnocents: Bool {
    tests.contains(.sharedMistakes) && parts.isSuperset(of: [.attacks, .innocents])
  }

  /// The names that can be chosen among.
  private var names: [String] {
    var names: [String] = []
    if !parts.isDisjoint(with: [.attacks, .sizes, .ablations]) {
      names += AttackRow.all(table)
        .filter { table.wants($0.group) && ($0.group != .innocent || testsTableInnocents) }
        .map(\.name)
    }
    if !parts.isDisjoint(with: [.innocents, .claimants, .ablations]) {
      names += Innocent.all.map(\.kind)
    }
    if parts.contains(.curves) { names += EvidenceBench.Marking.all.map(\.name) }
    return names
  }
}

/// How often the tests accuse innocents, and how often they find thieves: `hallmark reproduce evidence`.
///
/// | in the output folder | what |
/// | --- | --- |
/// | `trials.jsonl` | one trial a line: an `EvidenceTrial` |
/// | `p-values.svg` | p-values of innocents against uniform ones |
/// | `claimants.jsonl` | claimants who lie: a `ClaimantTrial` a line |
/// | `trials/` | the same, a file for each model |
/// | `claimants/` | the same, files for each model |
/// | `alignments/` | how gradients agree, a file for each model |
/// | `attacks/` | victims, their siblings and thieves: what `reproduce attacks` writes |
/// | `innocents/`, `curves/`, `ablations/` | further models |
/// | `claims/` | what the published test needs |
/// | `decoys/` | the decoys' pictures, and scores |
public struct Evidence {
  let settings: EvidenceSettings
  let observer: any RunObserver

  /// Prepares a measurement.
  public init(_ settings: EvidenceSettings, observer: any RunObserver) {
    self.settings = settings
    self.observer = observer
  }

  /// Measures what is not there yet and writes `trials.jsonl`.
  ///
  /// - Returns: All trials in the folder, those of earlier runs among them.
  /// - Throws: What a stage or the observer reports.
  public func run() throws -> [EvidenceTrial] {
    try settings.validate()
    let study = try CaseStudy(settings.study, observer: observer)
    try folder.prepare(resuming: settings.table.resuming)
    let family = try StyleFamily.builtIn()
    var examinerSettings = ExaminerSettings()
    examinerSettings.pictureCount = settings.pictureCount
    examinerSettings.decoyCount = settings.decoyCount
    var examiner = try Examiner(
      for: study,
      family: family,
      settings: examinerSettings,
      decoysIn: place("decoys")
    )
    let innocents = study.writing(to: place("innocents"))
    var examinees: [Examinee] = []
    for index in 0..<settings.benignCount {
      let seed = Evidence.benignSeed + UInt64(index)
      let name = "benign-\(seed)"
      let model = try innocents.train(name, on: study.split.train, seed: seed)
      let benign = Examinee(name: name, kind: "benign", model: model, weightSeed: seed)
      try examiner.addBenign(benign)
      examinees.append(benign)
    }
    let bench = EvidenceBench(
      settings: settings,
      observer: observer,
      examiner: examiner,
      family: family,
      trials: TrialFile(folder: place("trials")),
      claims: place("claims"),
      mistakes: try mistakeBench(study)
    )
    if !settings.parts.isDisjoint(with: [.attacks, .sizes, .ablations]) {
      examinees += try bench.examineThieves(in: place("attacks"))
    }
    if bench.measuresAblations { try bench.examinePatches(study.writing(to: place("ablations"))) }
    // After the thieves, whose claims the published test needs for innocents.
    if !settings.parts.isDisjoint(with: [.innocents, .claimants, .ablations]) {
      examinees += try bench.examineInnocents(innocents)
    }
    if bench.measuresAblations { try bench.classifyAlignments() }
    if settings.parts.contains(.curves) {
      examinees += try bench.examineCurves(study.writing(to: place("curves")))
    }
    if settings.tests.contains(.lineage) { try bench.examineLineages(of: examinees) }
    return try collect()
  }

  /// Trains victims of all seeds, one another's siblings.
  private func mistakeBench(_ study: CaseStudy) throws -> MistakeBench? {
    guard settings.tests.contains(.sharedMistakes),
      !settings.parts.isDisjoint(with: [.attacks, .innocents])
    else { return nil }
    let bench = MistakeBench(
      on: study.split.test,
      trials: TrialFile(folder: place("trials")),
      precision: study.settings.precision,
      observer: observer
    )
    var table = settings.table
    table.study.output = place("attacks")
    table.resuming = FileManager.default.fileExists(atPath: table.study.output.path)
    (table.seeds, table.groups, table.only) = (settings.siblingSeeds, [.victim], [])
    _ = try AttackTable(table, observer: observer).run { _, model, seed, _ in
      bench.addVictim(model, seed: seed)
    }
    return bench
  }

  /// The seed of the first benign model.
  static let benignSeed: UInt64 = 201

  private func collect() throws -> [EvidenceTrial] {
    let trials = try TrialFile<EvidenceTrial>(folder: place("trials")).all()
    try JSONLines.write(trials, to: place(Evidence.resultsName))
    let plot = try EvidenceSummary(trials).quantilePlot()
    try AtomicFile.write(Array(plot.utf8), to: place(Evidence.plotName))
    return trials
  }

  private func place(_ name: String) -> URL { settings.study.output.appendingPathComponent(name) }

  private static let resultsName = "trials.jsonl"
  private static let plotName = "p-values.svg"
  static let claimantsName = "claimants.jsonl"

  private var folder: ExperimentFolder {
    ExperimentFolder(
      url: settings.study.output,
      kind: "evidence",
      fingerprint: settings.study.fingerprint.merging(
        [
          "style": "keys", "m": .integer(Int128(settings.pictureCount)),
          "decoys": .integer(Int128(settings.decoyCount)),
          "benign_models": .integer(Int128(settings.benignCount)),
          "null_keys": .integer(Int128(settings.nullKeyCount)),
        ]
      ) { $1 },
      mayBeCleared: false
    ) {
      [
        "trials", "attacks", "innocents", "curves", "ablations", "claims", "claimants", "decoys",
        "alignments",
        Evidence.resultsName, Evidence.plotName, Evidence.claimantsName,
      ]
      .contains($0)
    }
  }
}
