import Artifacts
import Datasets
import FeatureEmbedding
import Foundation
import Glibc
import Networks
import OwnershipVerification
import Stages

extension EvidenceBench {
  /// The name of the claim about the victim of a seed, or of one for a variant of the test.
  static func claimName(_ seed: UInt64, _ variant: EvidenceTrial.Variant? = nil) -> String {
    "\(variant?.rawValue ?? "victim")-\(seed)"
  }

  /// Reads a claim, if it was made.
  func claim(_ name: String) throws -> Claim? {
    let folder = claims.appendingPathComponent(name)
    guard FileManager.default.fileExists(atPath: folder.path) else { return nil }
    return try Claim(contentsOf: folder)
  }

  /// Makes the claim about a victim that bears styles, or reads the one that is there.
  func claim(
    _ name: String,
    about victim: FinishedModel,
    marked owner: CaseStudy.Owner,
    settings: ClaimSettings = ClaimSettings()
  ) throws -> Claim {
    try claim(
      name,
      about: victim,
      marked: owner.features.marked,
      embedding: owner.digest,
      style: owner.features.style.digest,
      settings: settings
    )
  }

  /// Makes a claim about a victim, or reads the one that is there.
  func claim(
    _ name: String,
    about victim: FinishedModel,
    marked: ImageSet,
    embedding: Digest,
    style: Digest? = nil,
    settings claimSettings: ClaimSettings = ClaimSettings()
  ) throws -> Claim {
    if let claim = try claim(name) { return claim }
    let benign = examiner.benignModels[0]
    observer.begin("claim", name)
    try FileManager.default.createDirectory(at: claims, withIntermediateDirectories: true)
    let claim = try Claim.make(
      in: claims.appendingPathComponent(name),
      victim: victim.classifier,
      benign: benign.model.classifier,
      marked: marked,
      inputs: Claim.Inputs(
        victim: Digest(ofFileAt: victim.folder.modelFile),
        benign: Digest(ofFileAt: benign.model.folder.modelFile),
        embedding: embedding,
        style: style
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
    key: String,
    variant: EvidenceTrial.Variant? = nil,
    innocent: Bool,
    against claim: Claim
  ) throws -> [EvidenceTrial] {
    let model = examinee.model
    guard model.classifier.architecture == claim.benign.architecture else { return [] }
    observer.begin("verify", examinee.name)
    let verdict = try runPublishedTest(
      on: model.classifier,
      named: examinee.name,
      digest: Digest(ofFileAt: model.folder.modelFile),
      against: claim
    ) { try observer.update(Double($0) / Double(claim.heldOut.count), "\($0) gradients") }
    observer.finish(
      String(format: "Δμ %.2f, %.0f %% accused", verdict.deltaMu, 100 * verdict.rejectionRate)
    )
    return verdict.log10PDraws.enumerated().map { draw, log10P in
      EvidenceTrial(
        draw: draw,
        deltaMu: verdict.deltaMu,
        log10P: log10P,
        of: examinee,
        key: key,
        variant: variant,
        innocent: innocent,
        pictures: verdict.sampleSize
      )
    }
  }
}

extension EvidenceTrial {
  /// A draw of the published test.
  init(
    draw: Int,
    deltaMu: Double,
    log10P: Double,
    of examinee: Examinee,
    key: String,
    variant: Variant?,
    innocent: Bool,
    pictures: Int
  ) {
    self.init(
      test: .metaClassifier,
      suspect: examinee.name,
      innocent: innocent,
      attack: examinee.kind,
      seed: examinee.weightSeed,
      key: key,
      statistic: deltaMu,
      pValue: pow(10, max(-300, log10P)),
      exact: false,
      settings: .init(pictures: pictures, draw: draw + 1, variant: variant)
    )
  }
}
