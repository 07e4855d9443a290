import Datasets
import Foundation
import Statistics

/// What the trials of a measurement come to, as the tables of `docs/evidence.md`.
public struct EvidenceSummary {
  let trials: [EvidenceTrial]

  /// The levels at which false accusations are counted.
  static let levels = [0.05, 0.01, 0.001]
  /// The level at which thieves count as found.
  static let significance = 0.01

  /// Sums trials up.
  public init(_ trials: [EvidenceTrial]) {
    self.trials = trials
  }

  /// A test as a row of a table: its name, and what it scored.
  struct Method: Hashable {
    let test: EvidenceTrial.Test
    let measure: String?

    var title: String {
      switch (test, measure) {
      case (.styleKey, "accuracy"): "style-key, labels only"
      case (.metaClassifier, _): "the published test"
      default: test.rawValue
      }
    }

    static let all = [
      Method(test: .styleKey, measure: "margin"), Method(test: .styleKey, measure: "accuracy"),
      Method(test: .gradientAlignment, measure: nil), Method(test: .lineage, measure: nil),
      Method(test: .metaClassifier, measure: nil),
    ]

    func covers(_ trial: EvidenceTrial) -> Bool {
      trial.test == test && trial.settings.measure == measure
    }
  }

  /// Trials of innocents.
  func nullTrials(of method: Method) -> [EvidenceTrial] {
    trials.filter { $0.innocent && method.covers($0) }
  }

  /// How often a test's p is at most a level on innocents.
  struct FalseAccusations {
    let level: Double
    let bounds: ClopperPearson
    let overModels: ClusterBootstrap

    init(of trials: [EvidenceTrial], at level: Double) throws {
      self.level = level
      bounds = try ClopperPearson(
        successes: trials.count { $0.pValue <= level },
        trials: trials.count
      )
      let models = Dictionary(grouping: trials, by: \.suspect).sorted { $0.key < $1.key }
      var random = KeyedRandom("bootstrap over models", 1)
      overModels = try ClusterBootstrap(
        models.map { model in
          .init(
            successes: model.value.count { $0.pValue <= level },
            trials: model.value.count
          )
        },
        using: &random
      )
    }
  }
}
