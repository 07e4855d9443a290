import Artifacts
import Datasets
import FeatureEmbedding
import Foundation
import ModelStealing
import Networks
import OwnershipVerification
public import Stages
import Torch

/// The whole way of the method on one data set: commit, mark, train, claim, steal, examine.
///
/// An owner draws a secret style, marks pictures and trains a victim on them; thieves steal it; innocents
/// train models of their own; an examiner puts all of them to the same tests. Nonce, beacon and the
/// examiner's bytes follow from the seed, as they never may where somebody is accused: a demonstration must
/// come out the same again.
public struct Demo {
  let settings: DemoSettings
  private let observer: any RunObserver

  /// Every attack of one stage, each in a folder of its name.
  static let thefts: [AttackName] = [
    .copy, .fineTuning, .distillation, .logitQuery, .labelQuery, .zeroShot,
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
    // Only when all that the user gave is known to be good is an earlier demonstration removed.
    try settings.folder.prepare(resuming: settings.resuming)
    let registration = try register(study)
    let owner = try study.embed(registration.styles())
    let markedTest = try study.markTestPictures(owner.painter)

    let seeds = settings.seeds
    let trainingSet = try owner.features.trainingSet()
    let victim = try study.train(
      "victim",
      on: trainingSet,
      seed: seeds.victim,
      before: study.split.train,
      inputs: ["marked pictures": owner.digest]
    )
    let benign = try study.train("benign", on: study.split.train, seed: seeds.benign)
    let claim = try claim(victim, benign, owner, registration)

    var suspects: [(model: FinishedModel, name: String, role: EvidenceReport.Role)] = []
    for attack in Demo.thefts {
      let name = attack.rawValue
      let stage = try study.stage(attack, seed: seeds.thief, trainingSet: trainingSet)
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
    let examination = try examine(claim, study, registration)
    let results =
      try [
        result(victim, "victim", .victim, markedTest),
        result(benign, "benign model", .benign, markedTest),
      ]
      + suspects.map { model, name, role in
        try result(model, name, role, markedTest, findings(on: model, name, examination, claim))
      }
    try write(results, owner: owner, study: study, claim: claim, examination: examination)
    return results
  }

  private static func title(ofThief name: String) -> String {
    name == CopyAttack.name ? "copy of the victim" : "\(name) thief"
  }
}

extension Demo {
  /// Where the owner keeps the key.
  static let keyFolder = "key"
  /// Where the examiner works.
  static let examinationFolder = "examination"

  /// Commits to the pictures and a nonce, and opens the commitment with a later value.
  private func register(_ study: CaseStudy) throws -> StyleRegistration {
    let registration = try ExperimentKeys.registration(
      count: 1,
      seed: settings.study.seed,
      family: .builtIn(),
      data: study.split.digest
    )
    let place = settings.study.output.appendingPathComponent(Demo.keyFolder)
    let file = place.appendingPathComponent(StyleKeyFolder.registrationFile)
    if !FileManager.default.fileExists(atPath: place.path) {
      _ = try StyleKeyFolder.create(
        at: place,
        commitment: registration.commitment,
        nonce: registration.nonce
      )
    }
    if !FileManager.default.fileExists(atPath: file.path) {
      _ = try StyleKeyFolder(contentsOf: place).register(registration.beacon)
    }
    return registration
  }

  private func claim(
    _ victim: FinishedModel,
    _ benign: FinishedModel,
    _ owner: CaseStudy.Owner,
    _ registration: StyleRegistration
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
        style: owner.features.style.digest,
        trainingSet: owner.features.originals.digest
      ),
      registration: Claim.Registration(file: registration.fileBytes(), priorCommitments: nil),
      settings: claimSettings
    ) { try observer.update($0, of: claimSettings) }
    observer.finish("\(claim.heldOut.count) marked pictures held out")
    return claim
  }

  private func examine(
    _ claim: Claim,
    _ study: CaseStudy,
    _ registration: StyleRegistration
  ) throws -> Examination {
    var subject = Examination.Case(
      claim: claim,
      data: study.split,
      normalization: study.normalization
    )
    subject.demonstration = (
      ExperimentKeys.bytes("examiner", settings.study.seed), registration.beacon.date
    )
    return try Examination.make(
      of: subject,
      in: settings.study.output.appendingPathComponent(Demo.examinationFolder),
      settings: settings.examination,
      resuming: true,
      device: settings.study.device,
      observer: observer
    )
  }

  private func findings(
    on model: FinishedModel,
    _ name: String,
    _ examination: Examination,
    _ claim: Claim
  ) throws -> SuspectFindings {
    observer.begin("verify", name)
    let accused = try AccusedModel(
      contentsOf: model.folder.modelFile,
      named: name,
      device: settings.study.device
    )
    let findings = try examination.findings(
      on: accused,
      claim: claim,
      observer: WithinStage(observer)
    )
    let p = ReportNumbers.pValue(findings.styleKey.result.pValue)
    observer.finish("\(ReportNumbers.equation("p", p))   \(findings.ruling.outcome.rawValue)")
    return findings
  }

  private func result(
    _ model: FinishedModel,
    _ name: String,
    _ role: EvidenceReport.Role,
    _ markedTest: ImageSet,
    _ findings: SuspectFindings? = nil
  ) throws -> DemoResult {
    DemoResult(
      name: name,
      role: role,
      cleanAccuracy: model.accuracy,
      markedAccuracy: try model.classifier.accuracy(on: markedTest),
      findings: findings
    )
  }
}

/// Shows stages within a stage as progress of that one.
private final class WithinStage: RunObserver {
  private let observer: any RunObserver

  init(_ observer: any RunObserver) {
    self.observer = observer
  }

  func begin(_ stage: String, _ title: String) {}

  func update(_ share: Double, _ detail: String) throws { try observer.update(share, detail) }

  func update(_ progress: TrainingProgress) throws { try observer.update(progress) }

  func finish(_ result: String) {}
}
