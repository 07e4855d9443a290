import Artifacts
import Datasets
import FeatureEmbedding
import Foundation
import Glibc
import Networks
import OwnershipVerification

extension EvidenceBench {
  /// The place of the claim about the victim of a seed.
  private func place(ofSeed seed: UInt64) -> URL { claims.appendingPathComponent("victim-\(seed)") }

  /// Reads the claim about the victim of a seed, if it was made.
  func claim(ofSeed seed: UInt64) throws -> Claim? {
    let folder = place(ofSeed: seed)
    guard FileManager.default.fileExists(atPath: folder.path) else { return nil }
    return try Claim(contentsOf: folder)
  }

  /// Makes the claim about the victim of a seed, or reads the one that is there.
  func claim(
    ofSeed seed: UInt64,
    about victim: FinishedModel,
    marked owner: CaseStudy.Owner
  ) throws -> Claim {
    if let claim = try claim(ofSeed: seed) { return claim }
    let folder = place(ofSeed: seed)
    let benign = examiner.benignModels[0]
    observer.begin("claim", folder.lastPathComponent)
    try FileManager.default.createDirectory(
      at: folder.deletingLastPathComponent(),
      withIntermediateDirectories: true
    )
    let claimSettings = ClaimSettings()
    let claim = try Claim.make(
      in: folder,
      victim: victim.classifier,
      benign: benign.model.classifier,
      marked: owner.features.marked,
      inputs: Claim.Inputs(
        victim: Digest(ofFileAt: victim.folder.modelFile),
        benign: Digest(ofFileAt: benign.model.folder.modelFile),
        embedding: owner.digest,
        style: owner.features.style.digest
      ),
      settings: claimSettings
    ) { try observer.update($0, of: claimSettings) }
    observer.finish("\(claim.heldOut.count) marked pictures held out")
    return claim
  }

  /// Runs the published test on a model: a trial for each draw of m pictures.
  ///
  /// - Returns: Nothing for a model of another structure, to which the test does not apply.
  func publishedTrials(
    of examinee: Examinee,
    _ victim: UInt64,
    innocent: Bool,
    against claim: Claim
  ) throws -> [EvidenceTrial] {
    let model = examinee.model
    guard model.classifier.architecture == claim.benign.architecture else { return [] }
    observer.begin("verify", examinee.name)
    let verdict = try verify(
      model.classifier,
      named: examinee.name,
      digest: Digest(ofFileAt: model.folder.modelFile),
      against: claim
    ) { try observer.update(Double($0) / Double(claim.heldOut.count), "\($0) gradients") }
    observer.finish(
      String(format: "Δμ %.2f, %.0f %% accused", verdict.deltaMu, 100 * verdict.rejectionRate)
    )
    return verdict.log10PDraws.enumerated().map { draw, log10P in
      EvidenceTrial(
        test: .metaClassifier,
        suspect: examinee.name,
        innocent: innocent,
        attack: examinee.kind,
        seed: examinee.weightSeed,
        key: "victim-\(victim)",
        statistic: verdict.deltaMu,
        pValue: pow(10, max(-300, log10P)),
        exact: false,
        settings: .init(pictures: verdict.sampleSize, draw: draw + 1)
      )
    }
  }
}
