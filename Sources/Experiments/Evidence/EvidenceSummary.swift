import Datasets
import Foundation
import OwnershipVerification
import Statistics

/// What the trials of a measurement come to, as the tables of `docs/evidence.md`.
public struct EvidenceSummary {
  /// Trials of the tests as they are.
  let trials: [EvidenceTrial]
  /// Trials of variants of the published test.
  let variants: [EvidenceTrial]

  /// The levels at which false accusations are counted.
  static let levels = [0.05, 0.01, 0.005, 0.001]
  /// The level at which thieves count as found.
  static let significance = 0.01

  /// Sums trials up.
  public init(_ trials: [EvidenceTrial]) {
    self.trials = trials.filter { $0.settings.variant == nil }
    variants = trials.filter { $0.settings.variant != nil }
  }

  /// A test as a row of a table.
  struct Method: Hashable {
    let test: EvidenceTrial.Test
    var measure: StyleMeasure?
    /// K of the style-key test.
    var keyCount = 1
    /// Whether the published test's draws are taken together by their median, as it decides.
    var takesMedians = false

    var title: String {
      switch (test, measure) {
      case (.styleKey, let measure):
        [
          "style-key", measure == .accuracy ? "labels only" : nil,
          keyCount > 1 ? "\(keyCount) keys" : nil,
        ]
        .compactMap(\.self).joined(separator: ", ")
      case (.metaClassifier, _):
        takesMedians
          ? "the published test, median of its draws" : "the published test, single draws"
      default: test.rawValue
      }
    }

    /// Those that a model can be found by.
    static let all = [
      Method(test: .styleKey, measure: .margin), Method(test: .styleKey, measure: .accuracy),
      Method(test: .gradientAlignment), Method(test: .lineage), Method(test: .sharedMistakes),
      Method(test: .metaClassifier, takesMedians: true),
    ]

    /// Those whose false accusations are counted, several keys among them.
    static let counted =
      [
        all[0], all[1],
        Method(test: .styleKey, measure: .margin, keyCount: 4),
        Method(test: .styleKey, measure: .accuracy, keyCount: 4),
      ] + all.dropFirst(2) + [Method(test: .metaClassifier)]

    /// Whether a trial is of the test and the measure, for however many keys.
    func covers(_ trial: EvidenceTrial) -> Bool {
      trial.test == test && trial.settings.measure == measure
    }
  }

  /// Trials of innocents.
  func nullTrials(of method: Method) -> [EvidenceTrial] {
    let nulls = trials.filter {
      $0.innocent && method.covers($0) && ($0.settings.keys ?? 1) == method.keyCount
    }
    guard method.takesMedians else { return nulls }
    let models = Dictionary(grouping: nulls) { [$0.suspect, $0.key] }
    return models.sorted { $0.key.lexicographicallyPrecedes($1.key) }.compactMap { _, draws in
      (try? Summary(of: draws.map(\.pValue)).median).map { draws[0].with(pValue: $0) }
    }
  }

  /// How often a test's p is at most a level on innocents.
  struct FalseAccusations {
    let level: Double
    let bounds: ClopperPearson
    let overModels: PigeonholeBootstrap

    init(of trials: [EvidenceTrial], at level: Double) throws {
      self.level = level
      bounds = try ClopperPearson(
        successes: trials.count { $0.pValue <= level },
        trials: trials.count
      )
      // A lineage trial is about two models, and which of them comes first says nothing. Models of one seed have
      // first weights in common, so they are drawn together.
      let isLineage = trials.allSatisfy { $0.test == .lineage }
      let seeds = Dictionary(trials.map { ($0.suspect, "seed \($0.seed)") }) { first, _ in first }
      let name = { (model: String) in isLineage ? seeds[model] ?? model : model }
      var random = KeyedRandom("bootstrap over models and keys", 1)
      overModels = try PigeonholeBootstrap(
        trials.map {
          .init(row: name($0.suspect), column: name($0.key), isSuccess: $0.pValue <= level)
        },
        sharingNames: isLineage,
        using: &random
      )
    }
  }
}

extension EvidenceTrial {
  /// The trial with another p-value.
  fileprivate func with(pValue: Double) -> EvidenceTrial {
    EvidenceTrial(
      test: test,
      suspect: suspect,
      innocent: innocent,
      attack: attack,
      seed: seed,
      key: key,
      statistic: statistic,
      pValue: pValue,
      exact: exact,
      effect: effect,
      settings: settings
    )
  }
}
