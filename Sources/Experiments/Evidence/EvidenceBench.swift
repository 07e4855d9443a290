import Artifacts
import Datasets
import FeatureEmbedding
import Foundation
import ModelStealing
import Networks
import OwnershipVerification

/// Where models are put to the tests of a measurement.
struct EvidenceBench {
  let settings: EvidenceSettings
  let observer: any RunObserver
  let examiner: Examiner
  let family: StyleFamily
  let trials: TrialFile<EvidenceTrial>
  /// Where claims of the published test go.
  let claims: URL

  /// Keys that nobody marked anything with.
  static let firstNullKey: UInt64 = 1_001

  /// A key, its pictures, and what the benign models make of them.
  struct PaintedKey {
    let name: String
    let seed: UInt64
    let rate: Double?
    let secrets: StyledSets
    let benign: [StyleScores]
  }

  /// Paints the held-out pictures in a key's styles.
  func paintedKey(
    _ name: String,
    _ styles: [Style],
    seed: UInt64,
    rate: Double? = nil
  ) throws -> PaintedKey {
    let secrets = try examiner.paint(styles)
    return PaintedKey(
      name: name,
      seed: seed,
      rate: rate,
      secrets: secrets,
      benign: try examiner.benignScores(on: secrets)
    )
  }

  /// Runs the style-key test with both measures.
  func styleKeyTrials(
    of examinee: Examinee,
    _ key: PaintedKey,
    innocent: Bool
  ) throws -> [EvidenceTrial] {
    let own = try examiner.scores(of: examinee, on: key.secrets)
    let decoys = try examiner.decoyScores(of: examinee).decoys
    return try StyleMeasure.allCases.map { measure in
      let result = try StyleKeyTest().run(
        own.excess(over: key.benign, measure),
        against: decoys.excess(over: examiner.benign.map(\.decoys), measure)
      )
      return EvidenceTrial(
        result,
        of: examinee,
        for: key,
        innocent: innocent,
        pictures: examiner.originals.count,
        measure: measure
      )
    }
  }

  /// Tests every innocent for keys of nobody and those of the victims, and with the claims about them.
  ///
  /// - Returns: The innocents.
  func examineInnocents(_ study: CaseStudy) throws -> [Examinee] {
    let keyNames = keyNumbers.map(name(ofKey:))
    let keys = Deferred { try paintedKeys() }
    let victimKeys = Deferred { try settings.seeds.map(victimKey) }
    let alignment = Deferred { try alignmentBench(keys()) }
    let innocents = try Innocent.all.filter { isWanted($0.kind) }.map { innocent in
      let model = try innocent.make(study, innocent.name, innocent.seed)
      let examinee = Examinee(
        name: innocent.name,
        kind: innocent.kind,
        model: model,
        weightSeed: innocent.seed
      )
      if settings.tests.contains(.styleKey), settings.parts.contains(.innocents) {
        try trials.keep("innocent-\(innocent.name)", of: [examinee], for: keyNames) {
          try examine(examinee) {
            try keys().flatMap { try styleKeyTrials(of: examinee, $0, innocent: true) }
          }
        }
      }
      if settings.tests.contains(.gradientAlignment) {
        try trials.keep("alignment-\(innocent.name)", of: [examinee], for: keyNames) {
          try align(examinee, keys(), alignment(), innocent: true)
        }
      }
      if measuresAblations {
        try keepAlignments(of: examinee, .innocent, for: victimKeyNames, victimKeys.callAsFunction)
      }
      if settings.tests.contains(.metaClassifier) {
        for seed in settings.seeds {
          guard let claim = try claim(Self.claimName(seed)) else { continue }
          try trials.keep("published-\(innocent.name)-\(seed)") {
            try publishedTrials(of: examinee, key: "victim-\(seed)", innocent: true, against: claim)
          }
        }
      }
      return examinee
    }
    if measuresAblations {
      for seed in settings.seeds {
        let accused = innocents.map {
          Accused(examinee: $0, innocent: true, file: "\($0.name)-\(seed)")
        }
        try examine(accused, ofSeed: seed, [.gradientValues, .withoutClassifier, .whitePatch])
      }
    }
    if settings.parts.contains(.claimants), !innocents.isEmpty {
      try examineClaimants(innocents, keys)
    }
    return innocents
  }

  /// Keys of nobody, and those of the victims.
  private var keyNumbers: [UInt64] {
    (0..<UInt64(settings.nullKeyCount)).map { EvidenceBench.firstNullKey + $0 } + settings.seeds
  }

  private func name(ofKey number: UInt64) -> String {
    number < EvidenceBench.firstNullKey ? "victim-\(number)" : "null-\(number)"
  }

  private var victimKeyNames: [String] { settings.seeds.map(name(ofKey:)) }

  private func victimKey(_ seed: UInt64) throws -> PaintedKey {
    try paintedKey(
      name(ofKey: seed),
      ExperimentKeys.styles(seed: seed, family: family),
      seed: seed,
      rate: settings.study.transformationRate
    )
  }

  private func paintedKeys() throws -> [PaintedKey] {
    observer.begin(
      "keys",
      "\(settings.nullKeyCount) of nobody, \(settings.seeds.count) of the victims"
    )
    let keys = try keyNumbers.map { seed in
      try paintedKey(
        name(ofKey: seed),
        ExperimentKeys.styles(seed: seed, family: family),
        seed: seed
      )
    }
    observer.finish("painted")
    return keys
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
    var examinees: [Examinee] = []
    var accused: [UInt64: [Accused]] = [:]
    _ = try AttackTable(tableSettings, observer: observer).run { row, model, seed, context in
      // Its innocents are fewer than ours, and some are made as the benign models are.
      guard row.group != .innocent else { return }
      let examinee = Examinee(
        name: "\(row.name), victim \(seed)",
        kind: row.name,
        model: model,
        answerForm: row.answerForm,
        weightSeed: row.sharesWeights ? seed : model.folder.manifest.seeds.values.first ?? seed
      )
      let file = "\(row.group.rawValue)-\(model.folder.url.lastPathComponent)"
      if row.group == .victim { victims[seed] = examinee }
      if !row.sharesWeights || row.group == .victim { examinees.append(examinee) }
      guard let key = keys[seed] else { return }
      if settings.tests.contains(.styleKey), settings.parts.contains(.attacks) {
        try trials.keep(file) {
          try examine(examinee) {
            try styleKeyTrials(of: examinee, key(), innocent: false)
          }
        }
      }
      if measuresAblations {
        let role = row.group == .victim ? AlignmentRecord.Role.victim : .thief
        try keepAlignments(of: examinee, role, for: [name(ofKey: seed)]) { [try key()] }
      }
      if settings.tests.contains(.gradientAlignment), row.answerForm == .probabilities {
        try trials.keep("alignment-\(file)") {
          try align(examinee, [key()], alignment(), innocent: false)
        }
      }
      if settings.parts.contains(.sizes),
        [AttackTable.victimName, LabelQueryAttack.name].contains(row.name)
      {
        try trials.keep("sizes-\(file)", covering: Self.sizeCoverage) {
          try sizeTrials(of: examinee, key())
        }
      }
      if settings.tests.contains(.metaClassifier), let victim = victims[seed] {
        let claim = try self.claim(Self.claimName(seed), about: victim.model, marked: context.owner)
        try trials.keep("published-\(file)") {
          try publishedTrials(of: examinee, key: name(ofKey: seed), innocent: false, against: claim)
        }
        if measuresAblations {
          if row.group == .victim {
            _ = try self.claim(
              Self.claimName(seed, .gradientValues),
              about: victim.model,
              marked: context.owner,
              settings: ClaimSettings(entries: .values)
            )
          }
          accused[seed, default: []].append(
            Accused(examinee: examinee, innocent: false, file: file)
          )
        }
      }
      if settings.tests.contains(.lineage), row.sharesWeights, let victim = victims[seed] {
        try trials.keep("lineage-\(file)") {
          try lineageTrials(of: examinee, against: victim, innocent: false)
        }
      }
    }
    for (seed, models) in accused.sorted(by: { $0.key < $1.key }) {
      try examine(models, ofSeed: seed, [.gradientValues, .withoutClassifier])
    }
    return examinees
  }

  private func isWanted(_ name: String) -> Bool {
    settings.table.wants(name)
  }

  private func alignmentBench(_ keys: [PaintedKey]) throws -> AlignmentBench {
    observer.begin("alignment", "benign models")
    let bench = try AlignmentBench(examiner, keys: keys) {
      try observer.update($0, "gradients")
    }
    observer.finish("\(AlignmentBench.decoyCount) decoys")
    return bench
  }

  private func align(
    _ examinee: Examinee,
    _ keys: [PaintedKey],
    _ bench: AlignmentBench,
    innocent: Bool
  ) throws -> [EvidenceTrial] {
    observer.begin("alignment", examinee.name)
    let found = try bench.trials(of: examinee, keys, innocent: innocent) {
      try observer.update($0, "gradients")
    }
    observer.finish("\(found.count { $0.pValue <= 0.05 }) of \(found.count) with p at most 0.05")
    return found
  }

  /// Runs style-key tests on a model, which has to be asked about the decoys first.
  func examine(
    _ examinee: Examinee,
    _ tests: () throws -> [EvidenceTrial]
  ) throws -> [EvidenceTrial] {
    observer.begin("examine", examinee.name)
    let count = Double(examiner.decoys.styleCount)
    _ = try examiner.decoyScores(of: examinee) {
      try observer.update(Double($0) / count, "\($0) decoys")
    }
    let found = try tests()
    let margins = found.filter { $0.settings.measure == StyleMeasure.margin.rawValue }
    if margins.count == 1 {
      observer.finish(
        String(format: "effect %.2f, p %.4f", margins[0].effect ?? 0, margins[0].pValue)
      )
    } else {
      let small = margins.count { $0.pValue <= 0.05 }
      observer.finish("\(small) of \(margins.count) keys with p at most 0.05")
    }
    return found
  }
}
