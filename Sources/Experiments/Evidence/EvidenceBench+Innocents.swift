import FeatureEmbedding
import Stages

extension EvidenceBench {
  /// Tests every innocent for keys of nobody and those of the victims, and with the claims about them.
  ///
  /// - Returns: The innocents.
  func examineInnocents(_ study: CaseStudy) throws -> [Examinee] {
    let keys = Deferred { try paintedKeys(of: 1) }
    let severalKeys = Deferred { try paintedKeys(of: Marking.several.keyCount) }
    let victimKeys = Deferred { try settings.seeds.map(victimKey) }
    let alignment = Deferred { try alignmentBench(keys()) }
    let innocents = try Innocent.all.filter { settings.table.wants($0.kind) }.map { innocent in
      let examinee = Examinee(
        name: innocent.name,
        kind: innocent.kind,
        model: try innocent.make(study, innocent.name, innocent.seed),
        weightSeed: innocent.seed
      )
      try keepStyleKey(of: examinee, keys, in: "innocent-\(examinee.name)")
      try keepStyleKey(
        of: examinee,
        severalKeys,
        in: "innocent-\(examinee.name)-\(Marking.several.keyCount)-keys"
      )
      try keepGradientAlignment(of: examinee, keys, alignment)
      if measuresAblations {
        try keepAlignments(of: examinee, .innocent, for: victimKeyNames, victimKeys.callAsFunction)
      }
      try keepPublishedTest(of: examinee)
      if settings.parts.contains(.innocents) {
        try mistakes?.test(examinee, file: "innocent-\(examinee.name)")
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

  private func keepStyleKey(
    of innocent: Examinee,
    _ keys: Deferred<[PaintedKey]>,
    in file: String
  ) throws {
    guard settings.tests.contains(.styleKey), settings.parts.contains(.innocents) else { return }
    try trials.keep(file, of: [innocent], for: keyNames) {
      try examine(innocent) {
        try keys().flatMap { try styleKeyTrials(of: innocent, $0, innocent: true) }
      }
    }
  }

  private func keepGradientAlignment(
    of innocent: Examinee,
    _ keys: Deferred<[PaintedKey]>,
    _ bench: Deferred<AlignmentBench>
  ) throws {
    guard settings.tests.contains(.gradientAlignment) else { return }
    try trials.keep("alignment-\(innocent.name)", of: [innocent], for: keyNames) {
      try align(innocent, keys(), bench(), innocent: true)
    }
  }

  /// Runs the published test with the claims about the victims that were made.
  private func keepPublishedTest(of innocent: Examinee) throws {
    guard settings.tests.contains(.metaClassifier) else { return }
    for seed in settings.seeds {
      guard let claim = try claim(Self.claimName(seed)) else { continue }
      try trials.keep("published-\(innocent.name)-\(seed)") {
        try publishedTrials(of: innocent, key: name(ofKey: seed), innocent: true, against: claim)
      }
    }
  }

  /// Keys of nobody, and those of the victims.
  private var keyNumbers: [UInt64] {
    (0..<UInt64(settings.nullKeyCount)).map { EvidenceBench.firstNullKey + $0 } + settings.seeds
  }

  private var keyNames: [String] { keyNumbers.map(name(ofKey:)) }

  /// Paints K styles for each number; the first is that of a single key.
  private func paintedKeys(of count: Int) throws -> [PaintedKey] {
    let each = count > 1 ? ", \(count) each" : ""
    observer.begin(
      "keys",
      "\(settings.nullKeyCount) of nobody, \(settings.seeds.count) of the victims\(each)"
    )
    let keys = try keyNumbers.map { seed in
      try paintedKey(
        name(ofKey: seed),
        ExperimentKeys.styles(count: count, seed: seed, family: family),
        seed: seed
      )
    }
    observer.finish("painted")
    return keys
  }
}
