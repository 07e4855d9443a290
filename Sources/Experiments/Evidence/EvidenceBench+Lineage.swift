import Foundation
import Networks
import OwnershipVerification
import Stages

extension EvidenceBench {
  /// Runs the lineage test.
  ///
  /// - Parameters:
  ///   - examinee: The model in question.
  ///   - victim: Whose weights it may have.
  ///   - innocent: Whether it started from weights of its own.
  /// - Returns: One trial; none if the structures differ.
  /// - Throws: `VerificationError`; `TorchError`.
  func lineageTrials(
    of examinee: Examinee,
    against victim: Examinee,
    innocent: Bool
  ) throws -> [EvidenceTrial] {
    guard examinee.model.classifier.architecture == victim.model.classifier.architecture else {
      return []
    }
    let test = LineageTest(draws: 999)
    let evidence = try test.run(on: examinee.model.classifier, against: victim.model.classifier)
    return [
      EvidenceTrial(
        test: .lineage,
        suspect: examinee.name,
        innocent: innocent,
        attack: examinee.kind,
        seed: examinee.weightSeed,
        key: victim.name,
        statistic: evidence.statistic,
        pValue: evidence.pValue,
        exact: evidence.isExact,
        settings: .init(decoys: test.draws)
      )
    ]
  }

  /// Tests independent models against one another, each pair once: the other way round says the same.
  ///
  /// Models of one seed share first weights, which the test finds; such pairs are left out.
  func examineLineages(of models: [Examinee]) throws {
    for (index, victim) in models.enumerated() {
      let comparable = models.dropFirst(index + 1).filter {
        $0.weightSeed != victim.weightSeed
          && $0.model.classifier.architecture == victim.model.classifier.architecture
      }
      guard !comparable.isEmpty else { continue }
      try trials.keep("lineage-\(victim.name)", of: comparable, for: [victim.name]) {
        observer.begin("lineage", victim.name)
        let found = try comparable.enumerated().flatMap { index, other in
          try observer.update(Double(index) / Double(comparable.count), "\(index) models")
          return try lineageTrials(of: other, against: victim, innocent: true)
        }
        observer.finish(
          "\(found.count { $0.pValue <= 0.05 }) of \(found.count) with p at most 0.05"
        )
        return found
      }
    }
  }
}
