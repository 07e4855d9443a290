import FeatureEmbedding
import ModelStealing
import Networks
import OwnershipVerification
import Stages

extension EvidenceBench {
  /// How a victim is marked in a point of the curves.
  struct Marking: Equatable {
    let rate: Double
    let keyCount: Int

    var name: String { "\(keyCount)-keys-\(Int(rate * 100))-percent" }

    /// Several keys, each with as many pictures as a single one usually has.
    static let several = Marking(rate: 0.4, keyCount: 4)

    static let all =
      [0.02, 0.05, 0.2].map { Marking(rate: $0, keyCount: 1) }
      + [4, 8].map { Marking(rate: 0.1, keyCount: $0) } + [several]

    /// Thieves who know least, and of `several`, which is to find them, those who are told probabilities too.
    var attacks: [any QueryAttack.Type] {
      [LabelQueryAttack.self] + (self == .several ? [LogitQueryAttack.self] : [])
    }
  }

  /// Examines victims, which stand for copies, and their query thieves: with other shares of marked pictures, and with
  /// more keys.
  ///
  /// - Returns: The models.
  func examineCurves(_ study: CaseStudy) throws -> [Examinee] {
    var examinees: [Examinee] = []
    for seed in settings.seeds {
      for marking in Marking.all where settings.table.wants(marking.name) {
        let styles = try ExperimentKeys.styles(
          count: marking.keyCount,
          seed: seed,
          family: family
        )
        let models = try self.models(marking, styles, seed, study)
        examinees += models
        let key = Deferred {
          try paintedKey("victim-\(seed)", styles, seed: seed, rate: marking.rate)
        }
        for examinee in models where settings.tests.contains(.styleKey) {
          try trials.keep("curve-\(examinee.kind)-\(marking.name)-\(seed)") {
            try examine(examinee) {
              try styleKeyTrials(of: examinee, key(), innocent: false)
            }
          }
        }
      }
    }
    return examinees
  }

  private func models(
    _ marking: Marking,
    _ styles: [Style],
    _ seed: UInt64,
    _ study: CaseStudy
  ) throws -> [Examinee] {
    let name = "\(marking.name)-\(seed)"
    let owner = try study.embed(styles, rate: marking.rate, in: "embed-\(name)")
    // The seed of training differs from that of the victim in the table of attacks: no shared first weights.
    let victim = try study.train(
      "victim-\(name)",
      on: owner.features.trainingSet(),
      seed: seed &+ 30,
      before: study.split.train,
      inputs: ["marked pictures": owner.digest]
    )
    let thieves = try marking.attacks.map { kind in
      let attack = kind.init(
        queries: study.thiefPictures,
        student: study.queryStudent(seed: seed &+ 40)
      )
      let thief = try study.steal(
        "\(kind.name)-\(name)",
        Theft([StealStage(attack, seed: seed &+ 40)]),
        from: victim
      )
      return (kind.name, thief, seed &+ 40)
    }
    return ([(CopyAttack.name, victim, seed &+ 30)] + thieves).map {
      Examinee(name: "\($0), \(name)", kind: $0, model: $1, weightSeed: $2)
    }
  }
}
