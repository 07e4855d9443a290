import Artifacts
import Datasets
import Foundation
import Networks
import OwnershipVerification
import Stages

/// Where models are asked whose mistakes they repeat.
///
/// Where the victim is unlike its siblings, or they make too few mistakes of their own, the test does not apply, and
/// there is no trial.
///
/// The victims of all seeds are one another's siblings: trained alike, on the same pictures, each from its own
/// seed and marked in the style of its own key. So each of them is the victim once, for a thief of its own and for
/// models that have nothing to do with it, of whom thieves of other victims are some.
final class MistakeBench {
  private let pictures: ImageSet
  private let trials: TrialFile<EvidenceTrial>
  private let precision: Precision
  private let observer: any RunObserver
  private var victims: [(seed: UInt64, answers: Deferred<[Int]>)] = []

  /// - Parameters:
  ///   - pictures: Test pictures, which no model is trained on.
  ///   - trials: Where trials go.
  ///   - precision: What models answer in.
  ///   - observer: Is told how it goes.
  init(
    on pictures: ImageSet,
    trials: TrialFile<EvidenceTrial>,
    precision: Precision,
    observer: any RunObserver
  ) {
    (self.pictures, self.trials, self.observer) = (pictures, trials, observer)
    self.precision = precision
  }

  /// Adds a victim, before any model is tested.
  func addVictim(_ model: FinishedModel, seed: UInt64) {
    let suspect = ClassifierSuspect(model.classifier, precision: precision)
    victims.append((seed, Deferred { [pictures] in try suspect.labels(of: pictures) }))
  }

  /// Tests a model against every victim.
  ///
  /// - Parameters:
  ///   - examinee: The model.
  ///   - file: Names the file of its trials.
  ///   - robbed: The seed of the victim that it was stolen from; nil for an innocent. That one is no sibling of the
  ///     others then.
  /// - Throws: `TorchError`; `ArtifactError` if the disk fails.
  func test(_ examinee: Examinee, file: String, robbed: UInt64? = nil) throws {
    let coverage = (["victims"] + victims.map(\.seed).sorted().map(String.init))
      .joined(separator: "-")
    try trials.keep("mistakes-\(file)", covering: coverage) {
      observer.begin("mistakes", examinee.name)
      let own = try examinee.suspect(precision).suspect.labels(of: pictures)
      let found = try victims.enumerated().compactMap { index, victim -> EvidenceTrial? in
        try observer.update(Double(index) / Double(victims.count), "\(index) victims")
        let siblings = victims.filter { $0.seed != victim.seed && $0.seed != robbed }
        guard
          let evidence = try evidence(
            own,
            victim.answers(),
            siblings.map { try $0.answers() }
          ),
          evidence.difference == nil
        else { return nil }
        return trial(evidence, examinee, victim: victim.seed, innocent: victim.seed != robbed)
      }
      let small = found.count { $0.innocent && $0.pValue <= 0.05 }
      let innocent = found.count { $0.innocent }
      let left = victims.count - found.count
      observer.finish(
        "\(small) of \(innocent) with p at most 0.05 for others' victims; \(left) do not apply"
      )
      return found
    }
  }

  /// Runs the test; nil if there is too little to go by.
  private func evidence(
    _ own: [Int],
    _ victim: [Int],
    _ siblings: [[Int]]
  ) throws -> SharedMistakesEvidence? {
    do {
      return try SharedMistakesTest()
        .run(suspect: own, victim: victim, siblings: siblings, labels: pictures.labels)
    } catch VerificationError.tooFewMistakes {
      return nil
    }
  }

  private func trial(
    _ evidence: SharedMistakesEvidence,
    _ examinee: Examinee,
    victim: UInt64,
    innocent: Bool
  ) -> EvidenceTrial {
    EvidenceTrial(
      test: .sharedMistakes,
      suspect: examinee.name,
      innocent: innocent,
      attack: examinee.kind,
      seed: examinee.weightSeed,
      key: Self.name(ofVictim: victim),
      statistic: evidence.statistic,
      pValue: evidence.pValue,
      exact: false,
      effect: evidence.t,
      settings: .init(pictures: evidence.pictureCount, siblings: evidence.siblings.count)
    )
  }

  private static func name(ofVictim seed: UInt64) -> String { "victim-\(seed)" }
}
