import Artifacts
import Datasets
import FeatureEmbedding
import Foundation
import ModelStealing
import Networks
import OwnershipVerification
import Stages

/// Where models are put to the tests of a measurement.
struct EvidenceBench {
  let settings: EvidenceSettings
  let observer: any RunObserver
  let examiner: Examiner
  let family: StyleFamily
  let trials: TrialFile<EvidenceTrial>
  /// Where claims of the published test go.
  let claims: URL
  /// Where models are asked whose mistakes they repeat; nil if they are not.
  let mistakes: MistakeBench?

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

  /// The name of a victim's key, or of one of nobody.
  func name(ofKey number: UInt64) -> String {
    number < EvidenceBench.firstNullKey ? "victim-\(number)" : "null-\(number)"
  }

  /// The names of the victims' keys.
  var victimKeyNames: [String] { settings.seeds.map(name(ofKey:)) }

  /// Paints the key of a victim.
  func victimKey(_ seed: UInt64) throws -> PaintedKey {
    try paintedKey(
      name(ofKey: seed),
      ExperimentKeys.styles(seed: seed, family: family),
      seed: seed,
      rate: settings.study.transformationRate
    )
  }

  /// Asks the benign models about gradients.
  func alignmentBench(_ keys: [PaintedKey]) throws -> AlignmentBench {
    observer.begin("alignment", "benign models")
    let bench = try AlignmentBench(examiner, keys: keys) {
      try observer.update($0, "gradients")
    }
    observer.finish("\(AlignmentBench.decoyCount) decoys")
    return bench
  }

  /// Runs the style-key test on a model's gradients.
  func align(
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
    let margins = found.filter { $0.settings.measure == .margin }
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
