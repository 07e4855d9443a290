import Datasets
import FeatureEmbedding
import Foundation
import ModelStealing
import Networks
import OwnershipVerification
import Stages
import Statistics

extension EvidenceBench {
  /// A model that variants of the published test are tried on.
  struct Accused {
    let examinee: Examinee
    let innocent: Bool
    /// Names its trials' files, with the variant before it.
    let file: String
  }

  /// Whether variants of the published test are asked for.
  var measuresAblations: Bool {
    settings.parts.contains(.ablations) && settings.tests.contains(.metaClassifier)
  }

  /// Puts models to variants of the published test, for which claims were made.
  ///
  /// - Parameters:
  ///   - accused: Thieves of the seed's victim, or innocents.
  ///   - seed: The victim's.
  ///   - variants: Which.
  /// - Throws: `VerificationError` if a model cannot be compared; what the disk reports.
  func examine(
    _ accused: [Accused],
    ofSeed seed: UInt64,
    _ variants: [EvidenceTrial.Variant]
  ) throws {
    for variant in variants {
      // Without the classifier, pictures and benign model are left of a claim, the same in both.
      let name = Self.claimName(seed, variant == .withoutClassifier ? .gradientValues : variant)
      guard let claim = try claim(name) else { continue }
      let key = variant == .whitePatch ? name : "victim-\(seed)"
      for one in accused {
        try trials.keep("\(variant.rawValue)-\(one.file)") {
          try variant == .withoutClassifier
            ? trialsWithoutClassifier(one, key: key, against: claim)
            : publishedTrials(
              of: one.examinee,
              key: key,
              variant: variant,
              innocent: one.innocent,
              against: claim
            )
        }
      }
    }
  }

  /// Runs the published test's t-test on what the suspect and the benign model say of the marked pictures.
  ///
  /// - Returns: Nothing for a model of another structure, so that all variants are of the same models.
  private func trialsWithoutClassifier(
    _ accused: Accused,
    key: String,
    against claim: Claim
  ) throws -> [EvidenceTrial] {
    let (examinee, model) = (accused.examinee, accused.examinee.model.classifier)
    guard model.architecture == claim.benign.architecture else { return [] }
    let result = try claim.test.run(
      Oracle(model, form: examinee.answerForm),
      against: Oracle(claim.benign),
      on: claim.heldOut
    )
    return result.log10P.enumerated().map { draw, log10P in
      EvidenceTrial(
        draw: draw,
        deltaMu: result.meanDifference,
        log10P: log10P,
        of: examinee,
        key: key,
        variant: .withoutClassifier,
        innocent: accused.innocent,
        pictures: claim.test.sampleSize
      )
    }
  }

  /// Marks a victim for each seed with a white patch, in place of a style, and puts it and its thieves to the
  /// published test.
  ///
  /// The same pictures are marked as for styles, and everything else is as for a styled victim; seeds differ, so
  /// that no first weights are shared. Thieves are two, one with the victim's weights and one without.
  func examinePatches(_ study: CaseStudy) throws {
    for seed in settings.seeds {
      let training = study.split.train
      let chosen = try EmbeddingSettings(
        rate: study.settings.transformationRate,
        seed: study.settings.seed
      ).chosenIndices(count: training.count)
      let marked = try WhitePatch.stamped(on: training.subset(chosen))
      let markedTraining = try training.replacing(
        at: chosen,
        with: marked.indices.map { marked[$0] }
      )
      let victim = try study.train(
        "victim-\(seed)",
        on: markedTraining,
        seed: seed &+ 50,
        before: training,
        inputs: ["marked pictures": marked.digest]
      )
      let name = Self.claimName(seed, .whitePatch)
      _ = try claim(name, about: victim, marked: marked, embedding: marked.digest)
      let thieves = try [AttackName.fineTuning, .labelQuery]
        .filter { settings.table.wants($0.rawValue) }
        .map { attack in
          let (name, seedOfThief) = (attack.rawValue, seed &+ 60)
          let stage = try study.stage(attack, seed: seedOfThief, trainingSet: markedTraining)
          return (name, try study.steal("\(name)-\(seed)", Theft([stage]), from: victim))
        }
      let accused = ([(AttackTable.victimName, victim)] + thieves).map { kind, model in
        Accused(
          examinee: Examinee(
            name: "\(kind), \(name)",
            kind: kind,
            model: model,
            weightSeed: kind == LabelQueryAttack.name ? seed &+ 60 : seed &+ 50
          ),
          innocent: false,
          file: "\(kind)-\(seed)"
        )
      }
      try examine(accused, ofSeed: seed, [.whitePatch])
    }
  }
}
