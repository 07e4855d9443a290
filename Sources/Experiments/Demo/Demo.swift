import Artifacts
import Datasets
import FeatureEmbedding
import Foundation
import ModelStealing
import Networks
import OwnershipVerification
import Torch

/// The whole way of the method on one data set: mark, train, claim, steal, examine.
///
/// An owner marks pictures and trains a victim on them; thieves steal it; innocents train models of
/// their own; all are examined alike, and shown alike.
public struct Demo {
  let settings: DemoSettings
  private let observer: any RunObserver

  /// Every attack of one stage, each in a folder of its name.
  static let thefts = [
    CopyAttack.name, FineTuningAttack.name, DistillationAttack.name, LogitQueryAttack.name,
    LabelQueryAttack.name, ZeroShotAttack.name,
  ]
  static let innocent = "innocent"
  static let stranger = "stranger"

  /// Prepares a demonstration.
  ///
  /// - Parameters:
  ///   - settings: What it shows, and where it goes.
  ///   - observer: Is told how it goes.
  public init(_ settings: DemoSettings, observer: any RunObserver) {
    self.settings = settings
    self.observer = observer
  }

  /// Runs all stages and writes `report.html` and `results.jsonl`.
  ///
  /// - Returns: What every model came to, in the order of the report.
  /// - Throws: What a stage or the observer reports.
  public func run() throws -> [DemoResult] {
    let study = try CaseStudy(settings.study, observer: observer)
    let style = try study.style()
    // Only when all that the user gave is known to be good is an earlier demonstration removed.
    try settings.folder.prepare(resuming: settings.resuming)
    let owner = try study.embed([style])
    let markedTest = try study.markTestPictures(owner.painter)

    let seeds = settings.seeds
    let trainingSet = try owner.features.trainingSet()
    let victim = try study.train(
      "victim",
      on: trainingSet,
      seed: seeds.victim,
      inputs: ["marked pictures": owner.digest]
    )
    let benign = try study.train("benign", on: study.split.train, seed: seeds.benign)
    let claim = try claim(victim, benign, owner)

    var suspects: [(model: FinishedModel, name: String, role: EvidenceReport.Role)] = []
    for name in Demo.thefts {
      let stage = try study.stage(name, seed: seeds.thief, trainingSet: trainingSet)
      let thief = try study.steal(name, Theft([stage]), from: victim)
      suspects.append((thief, Demo.title(ofThief: name), .stolen(attack: name)))
    }
    let innocent = try study.train(
      Demo.innocent,
      on: study.split.train,
      seed: seeds.innocent
    )
    let stranger = try study.train(Demo.stranger, on: study.split.other, seed: seeds.stranger)
    suspects += [
      (innocent, "innocent, same data, seed \(seeds.innocent)", .innocent),
      (stranger, "innocent, other data, seed \(seeds.stranger)", .innocent),
    ]
    let results =
      try [
        result(victim, "victim", .victim, markedTest, against: nil),
        result(benign, "benign model", .benign, markedTest, against: nil),
      ]
      + suspects.map { try result($0.model, $0.name, $0.role, markedTest, against: claim) }
    try write(results, owner: owner, study: study, claim: claim)
    return results
  }

  private static func title(ofThief name: String) -> String {
    name == CopyAttack.name ? "copy of the victim" : "\(name) thief"
  }
}

extension Demo {
  private func claim(
    _ victim: FinishedModel,
    _ benign: FinishedModel,
    _ owner: CaseStudy.Owner
  ) throws -> Claim {
    observer.begin("claim", "meta-classifier on gradient signs")
    let folder = settings.study.output.appendingPathComponent("claim")
    if FileManager.default.fileExists(atPath: folder.path) {
      let claim = try Claim(contentsOf: folder)
      observer.finish("there already")
      return claim
    }
    let claimSettings = ClaimSettings()
    let claim = try Claim.make(
      in: folder,
      victim: victim.classifier,
      benign: benign.classifier,
      marked: owner.features.marked,
      inputs: Claim.Inputs(
        victim: Digest(ofFileAt: victim.folder.modelFile),
        benign: Digest(ofFileAt: benign.folder.modelFile),
        embedding: owner.digest,
        style: owner.features.style.digest
      ),
      settings: claimSettings
    ) { try observer.update($0, of: claimSettings) }
    observer.finish("\(claim.heldOut.count) marked pictures held out")
    return claim
  }

  private func result(
    _ model: FinishedModel,
    _ name: String,
    _ role: EvidenceReport.Role,
    _ markedTest: ImageSet,
    against claim: Claim?
  ) throws -> DemoResult {
    if claim != nil { observer.begin("verify", name) }
    let verdict = try claim.map { claim in
      try verify(
        model.classifier,
        named: name,
        digest: Digest(ofFileAt: model.folder.modelFile),
        against: claim
      ) { try observer.update(Double($0) / Double(claim.heldOut.count), "\($0) gradients") }
    }
    let result = DemoResult(
      name: name,
      role: role,
      cleanAccuracy: model.accuracy,
      markedAccuracy: try model.classifier.accuracy(on: markedTest),
      verdict: verdict
    )
    if let verdict {
      observer.finish(
        "Δμ \(ReportNumbers.difference(verdict.deltaMu) ?? "?")   "
          + ReportNumbers.equation("p", ReportNumbers.pValue(log10: verdict.log10P))
      )
    }
    return result
  }
}
