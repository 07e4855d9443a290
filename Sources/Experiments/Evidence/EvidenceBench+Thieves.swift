import Artifacts
import Foundation
import ModelStealing
import Networks
import OwnershipVerification
import Stages

extension EvidenceBench {
  /// A model of the table of attacks.
  private struct Thief {
    let row: AttackRow
    let examinee: Examinee
    /// Names its trials' files, with the test before it.
    let file: String
    /// The key of its victim.
    let key: Deferred<PaintedKey>

    init(_ row: AttackRow, _ model: FinishedModel, seed: UInt64, key: Deferred<PaintedKey>) {
      self.row = row
      self.key = key
      file = "\(row.group.rawValue)-\(model.folder.url.lastPathComponent)"
      examinee = Examinee(
        name: "\(row.name), victim \(seed)",
        kind: row.name,
        model: model,
        answerForm: row.answerForm,
        weightSeed: row.sharesWeights ? seed : model.folder.manifest.seeds["training"] ?? seed
      )
    }

    var isVictim: Bool { row.group == .victim }
  }

  /// Tests everything that the table of attacks makes, each for the key of its victim.
  ///
  /// - Returns: The models that started from first weights of their own.
  func examineThieves(in folder: URL) throws -> [Examinee] {
    var tableSettings = settings.table
    tableSettings.study.output = folder
    tableSettings.resuming = FileManager.default.fileExists(atPath: folder.path)
    let keys = Dictionary(
      uniqueKeysWithValues: settings.seeds.map { seed in
        (seed, Deferred { try victimKey(seed) })
      }
    )
    let alignment = Deferred { try alignmentBench(keys.values.map { try $0() }) }
    if measuresAblations {
      for benign in examiner.benignModels {
        try keepAlignments(of: benign, .benign, for: victimKeyNames) {
          try settings.seeds.compactMap { try keys[$0]?() }
        }
      }
    }
    var victims: [UInt64: Examinee] = [:]
    var independent: [Examinee] = []
    var accused: [UInt64: [Accused]] = [:]
    _ = try AttackTable(tableSettings, observer: observer).run { row, model, seed, context in
      guard let key = keys[seed] else { return }
      guard row.group != .innocent else {
        // For other tests its innocents are fewer than ours, and some are made as the benign models are.
        return try keepMistakes(ofInnocent: model, row)
      }
      let thief = Thief(row, model, seed: seed, key: key)
      if thief.isVictim { victims[seed] = thief.examinee }
      if thief.isVictim || !row.sharesWeights { independent.append(thief.examinee) }
      try keepStyleKey(of: thief)
      if measuresAblations {
        let role = thief.isVictim ? AlignmentRecord.Role.victim : .thief
        try keepAlignments(of: thief.examinee, role, for: [name(ofKey: seed)]) { [try key()] }
      }
      try keepGradientAlignment(of: thief, alignment)
      try keepSizes(of: thief)
      if settings.parts.contains(.attacks) {
        try mistakes?.test(thief.examinee, file: thief.file, robbed: seed)
      }
      guard let victim = victims[seed] else { return }
      try keepPublishedTest(of: thief, victim, seed, context.owner)
      if measuresAblations {
        accused[seed, default: []]
          .append(Accused(examinee: thief.examinee, innocent: false, file: thief.file))
      }
      try keepLineage(of: thief, victim)
    }
    for (seed, models) in accused.sorted(by: { $0.key < $1.key }) {
      try examine(models, ofSeed: seed, [.gradientValues, .withoutClassifier])
    }
    return independent
  }

  private func keepStyleKey(of thief: Thief) throws {
    guard settings.tests.contains(.styleKey), settings.parts.contains(.attacks) else { return }
    try trials.keep(thief.file) {
      try examine(thief.examinee) {
        try styleKeyTrials(of: thief.examinee, thief.key(), innocent: false)
      }
    }
  }

  private func keepMistakes(ofInnocent model: FinishedModel, _ row: AttackRow) throws {
    guard settings.testsTableInnocents else { return }
    let name = model.folder.url.lastPathComponent
    let examinee = Examinee(
      name: name,
      kind: row.name,
      model: model,
      weightSeed: model.folder.manifest.seeds["training"] ?? 0
    )
    try mistakes?.test(examinee, file: "innocent-\(name)")
  }

  private func keepGradientAlignment(
    of thief: Thief,
    _ bench: Deferred<AlignmentBench>
  ) throws {
    guard settings.tests.contains(.gradientAlignment), thief.row.answerForm == .probabilities else {
      return
    }
    try trials.keep("alignment-\(thief.file)") {
      try align(thief.examinee, [thief.key()], bench(), innocent: false)
    }
  }

  /// Tries fewer pictures and decoys on a copy and on the thief who knows least.
  private func keepSizes(of thief: Thief) throws {
    guard settings.parts.contains(.sizes), thief.isVictim || thief.row.name == LabelQueryAttack.name
    else { return }
    try trials.keep("sizes-\(thief.file)", covering: Self.sizeCoverage) {
      try sizeTrials(of: thief.examinee, thief.key())
    }
  }

  /// Runs the published test with a claim about the victim, which is made if there is none.
  private func keepPublishedTest(
    of thief: Thief,
    _ victim: Examinee,
    _ seed: UInt64,
    _ owner: CaseStudy.Owner
  ) throws {
    guard settings.tests.contains(.metaClassifier) else { return }
    let claim = try claim(Self.claimName(seed), about: victim.model, marked: owner)
    try trials.keep("published-\(thief.file)") {
      try publishedTrials(
        of: thief.examinee,
        key: name(ofKey: seed),
        innocent: false,
        against: claim
      )
    }
    guard measuresAblations, thief.isVictim else { return }
    _ = try self.claim(
      Self.claimName(seed, .gradientValues),
      about: victim.model,
      marked: owner,
      settings: ClaimSettings(entries: .values)
    )
  }

  private func keepLineage(of thief: Thief, _ victim: Examinee) throws {
    guard settings.tests.contains(.lineage), thief.row.sharesWeights else { return }
    try trials.keep("lineage-\(thief.file)") {
      try lineageTrials(of: thief.examinee, against: victim, innocent: false)
    }
  }
}
