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
/// their own; all are examined alike, and shown alike. Stages lie in folders of their own as the
/// single commands write them, so that a run which was killed goes on where it was.
public struct Demo {
  let settings: DemoSettings
  private let observer: any RunObserver

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
    let data = try loadData()
    let weights = try StyleWeights.builtIn()
    let style = try Style.named(settings.style, using: StylePredictor(weights))
    // Only when all that the user gave is known to be good is an earlier demonstration removed.
    try settings.prepareOutput()
    let owner = try embed(style, in: data, weights: weights)
    let test = try markTestPictures(data.split.test, painter: owner.painter)

    let seeds = settings.seeds
    let victim = try train(
      "victim",
      on: owner.features.trainingSet(),
      data,
      seed: seeds.victim,
      inputs: ["marked pictures": owner.digest]
    )
    let benign = try train("benign", on: data.split.train, data, seed: seeds.benign)
    let claim = try claim(victim, benign, owner)

    let copy = try steal("copy", CopyAttack(), victim, data, seed: seeds.thief)
    let thief = try steal(
      "label-query",
      LabelQueryAttack(
        queries: data.split.other.unlabelled,
        student: settings.preset.architecture,
        settings: settings.preset.training(seed: seeds.thief, precision: settings.precision)
      ),
      victim,
      data,
      seed: seeds.thief
    )
    let innocent = try train("innocent", on: data.split.train, data, seed: seeds.innocent)
    let stranger = try train("stranger", on: data.split.other, data, seed: seeds.stranger)

    let suspects: [(model: FinishedModel, name: String, role: EvidenceReport.Role)] = [
      (copy, "copy of the victim", .stolen(attack: CopyAttack.name)),
      (thief, "label-query thief", .stolen(attack: LabelQueryAttack.name)),
      (innocent, "innocent, same data, seed \(seeds.innocent)", .innocent),
      (stranger, "innocent, other data, seed \(seeds.stranger)", .innocent),
    ]
    let results =
      try [
        result(victim, "victim", .victim, test, against: nil),
        result(benign, "benign model", .benign, test, against: nil),
      ]
      + suspects.map { try result($0.model, $0.name, $0.role, test, against: claim) }
    try write(results, owner: owner, data: data, claim: claim)
    return results
  }
}

extension Demo {
  /// The pictures, and how they are normalised.
  struct Pictures {
    let split: DataSplit
    let normalization: Normalization
  }

  /// What the owner keeps secret.
  struct Owner {
    let features: EmbeddedFeatures
    let painter: StylePainter
    let digest: Digest
  }

  /// Test pictures as they are and repainted; nobody trains on either.
  struct TestPictures {
    let clean: ImageSet
    let marked: ImageSet
  }

  private func loadData() throws -> Pictures {
    observer.begin("data", "\(settings.source)")
    let all = try DataSplit(
      settings.source.withAtLeast(settings.preset.trainCount + settings.preset.otherCount),
      trainCount: settings.preset.trainCount,
      seed: settings.seed
    )
    guard all.other.count >= 100 else {
      throw ExperimentError.badSetting(
        name: "the number of training pictures",
        value: "\(all.train.count + all.other.count)",
        expected: "at least \(settings.preset.trainCount + 100): the thief needs some of their own"
      )
    }
    let others = min(settings.preset.otherCount, all.other.count)
    let split = DataSplit(
      train: all.train,
      other: try all.other.subset(0..<others),
      test: all.test
    )
    observer.finish(
      "\(split.train.count) pictures to train on, \(others) others, \(split.test.count) to test"
    )
    return Pictures(
      split: split,
      normalization: settings.source.normalization(of: split.train)
    )
  }

  private func embed(
    _ style: Style,
    in data: Pictures,
    weights: StyleWeights
  ) throws -> Owner {
    observer.begin("embed", "style '\(style.name)'")
    let features = try embedFeatures(
      in: data.split.train,
      style: style,
      settings: EmbeddingSettings(rate: settings.transformationRate, seed: settings.seed),
      weights: weights
    ) { try observer.update(Double($0) / Double($1), "\($0)/\($1) pictures") }
    let folder = settings.output.appendingPathComponent("embed")
    if !FileManager.default.fileExists(atPath: folder.path) {
      try EmbeddedFolder.write(features, to: folder)
    }
    let share = ReportNumbers.shortPercent(settings.transformationRate) ?? ""
    observer.finish("\(features.indices.count) pictures repainted (γ = \(share))")
    return Owner(
      features: features,
      painter: try StylePainter(style: style, weights: weights),
      digest: try Digest(ofFileAt: folder.appendingPathComponent(Manifest.fileName))
    )
  }

  private func markTestPictures(_ test: ImageSet, painter: StylePainter) throws -> TestPictures {
    observer.begin("embed", "test pictures")
    let chosen = try test.subset(0..<min(settings.preset.markedTestCount, test.count))
    let marked = try painter.repaint(chosen) {
      try observer.update(Double($0) / Double($1), "\($0)/\($1) pictures")
    }
    observer.finish("\(chosen.count) pictures repainted, to measure with")
    return TestPictures(clean: test, marked: marked)
  }

  private func train(
    _ name: String,
    on images: ImageSet,
    _ data: Pictures,
    seed: UInt64,
    inputs: [String: Digest] = [:]
  ) throws -> FinishedModel {
    observer.begin("train", "\(name)   \(settings.preset.architecture)")
    var stage = TrainStage(
      architecture: settings.preset.architecture,
      normalization: data.normalization,
      settings: settings.preset.training(seed: seed, precision: settings.precision)
    )
    stage.device = settings.device
    let model = try stage.run(
      on: images,
      test: data.split.test,
      in: settings.output.appendingPathComponent(name),
      resuming: true,
      inputs: inputs,
      onProgress: observer.update
    )
    observer.finish("\(ReportNumbers.percent(model.accuracy) ?? "?") correct")
    return model
  }

  private func steal(
    _ name: String,
    _ attack: any StealingAttack,
    _ victim: FinishedModel,
    _ data: Pictures,
    seed: UInt64
  ) throws -> FinishedModel {
    observer.begin("steal", name)
    let file = victim.folder.modelFile
    let model = try StealStage(attack: attack, seed: seed).run(
      from: Victim(
        Classifier(contentsOf: file, device: settings.device),
        revealingWeights: attack is CopyAttack
      ),
      test: data.split.test,
      in: settings.output.appendingPathComponent(name),
      resuming: true,
      inputs: ["victim": Digest(ofFileAt: file), "thief's pictures": data.split.other.digest],
      onProgress: observer.update
    )
    observer.finish("\(ReportNumbers.percent(model.accuracy) ?? "?") correct")
    return model
  }

  private func claim(
    _ victim: FinishedModel,
    _ benign: FinishedModel,
    _ owner: Owner
  ) throws -> Claim {
    observer.begin("claim", "meta-classifier on gradient signs")
    let folder = settings.output.appendingPathComponent("claim")
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
    _ test: TestPictures,
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
      markedAccuracy: try model.classifier.accuracy(on: test.marked),
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
