public import Artifacts
public import Datasets
public import Foundation
public import ModelStealing
public import Networks
public import Torch

/// A training run from its first weights to a finished model folder: `hallmark train`.
public struct TrainStage {
  /// The network's structure.
  public var architecture: Architecture
  /// How pixels become what the network sees.
  public var normalization: Normalization
  /// The probability of dropout.
  public var dropout = 0.0
  /// How to train; the seed also decides the first weights.
  public var settings: TrainingSettings
  /// Where to compute.
  public var device = Device.cpu

  /// Describes a run.
  public init(
    architecture: Architecture,
    normalization: Normalization,
    settings: TrainingSettings
  ) {
    self.architecture = architecture
    self.normalization = normalization
    self.settings = settings
  }

  /// Trains, tests and writes the model.
  ///
  /// - Parameters:
  ///   - images: The training pictures.
  ///   - test: Pictures to measure accuracy on.
  ///   - folder: Where the model goes.
  ///   - resuming: Whether to go on from a checkpoint in the folder.
  ///   - inputs: Digests of what the pictures were made from, for the manifest.
  ///   - onProgress: Called after every step.
  /// - Returns: The finished model.
  /// - Throws: What training, stealing or the disk reports.
  public func run(
    on images: ImageSet,
    test: ImageSet,
    in folder: URL,
    resuming: Bool,
    inputs: [String: Digest] = [:],
    onProgress: (TrainingProgress) throws -> Void
  ) throws -> FinishedModel {
    let plan = Manifest(
      kind: .model,
      settings: [
        "architecture": .string("\(architecture)"), "dropout": .number(dropout),
        "normalization": try JSONValue(encoding: normalization),
        "training": try JSONValue(encoding: settings),
        "training_pictures": .integer(Int128(images.count)),
      ],
      seeds: ["training": settings.seed],
      inputs: inputs.merging(["training pictures": images.digest]) { given, _ in given }
    )
    if let done = try FinishedModel(in: folder, by: plan, resuming: resuming, device: device) {
      return done
    }
    let classifier = try Classifier(
      architecture,
      classNames: images.classNames,
      normalization: normalization,
      pictureSize: .init(height: images.height, width: images.width),
      dropout: dropout,
      seed: settings.seed,
      device: device
    )
    let run = try TrainingRun(in: folder, resuming: resuming)
    try train(classifier, on: images, settings: settings, run: run, onProgress: onProgress)
    return try FinishedModel(finishing: classifier, by: plan, test: test, run: run)
  }
}

@available(*, unavailable)
extension TrainStage: Sendable {}

/// A theft from the victim's file to a finished model folder: `hallmark steal`.
public struct StealStage {
  /// The attack.
  public var attack: any StealingAttack
  /// The thief's seed, for the manifest.
  public var seed: UInt64

  /// Describes a theft.
  public init(attack: any StealingAttack, seed: UInt64) {
    self.attack = attack
    self.seed = seed
  }

  /// Steals, tests and writes the stolen model.
  ///
  /// - Parameters:
  ///   - victim: What the thief can get hold of.
  ///   - test: Pictures to measure accuracy on.
  ///   - folder: Where the model goes.
  ///   - resuming: Whether to go on from a checkpoint in the folder.
  ///   - inputs: Digests of the victim and of the thief's pictures, for the manifest.
  ///   - onProgress: Called after every step of training.
  /// - Returns: The finished model.
  /// - Throws: What training, stealing or the disk reports.
  public func run(
    from victim: Victim,
    test: ImageSet,
    in folder: URL,
    resuming: Bool,
    inputs: [String: Digest],
    onProgress: (TrainingProgress) throws -> Void
  ) throws -> FinishedModel {
    var plan = Manifest(
      kind: .model,
      settings: try attack.manifestSettings,
      seeds: ["training": seed],
      inputs: inputs
    )
    plan.settings["attack"] = .string(type(of: attack).name)
    let device = victim.oracle.device
    if let done = try FinishedModel(in: folder, by: plan, resuming: resuming, device: device) {
      return done
    }
    let run = try TrainingRun(in: folder, resuming: resuming)
    let stolen = try attack.steal(from: victim, run: run, onProgress: onProgress)
    plan.settings["architecture"] = .string("\(stolen.classifier.architecture)")
    plan.settings["queries"] = .integer(Int128(stolen.queryCount))
    return try FinishedModel(finishing: stolen.classifier, by: plan, test: test, run: run)
  }
}

@available(*, unavailable)
extension StealStage: Sendable {}

/// A model that has been written, and how good it is.
public struct FinishedModel {
  /// The model.
  public let classifier: Classifier
  /// Its folder.
  public let folder: ModelFolder
  /// The share of test pictures that it gets right, in [0, 1].
  public let accuracy: Double

  private static let accuracyKey = "test_accuracy"

  /// Tests a model and writes it.
  init(
    finishing classifier: Classifier,
    by plan: Manifest,
    test: ImageSet,
    run: TrainingRun
  ) throws {
    self.classifier = classifier
    accuracy = try classifier.accuracy(on: test)
    var manifest = plan
    manifest.settings[Self.accuracyKey] = .number(accuracy)
    manifest.settings["test_pictures"] = .integer(Int128(test.count))
    manifest.settings["threads"] = .integer(Int128(Runtime.threadCount))
    manifest.settings["libtorch"] = .string(Runtime.version)
    folder = try ModelFolder.write(classifier, manifest: manifest, finishing: run)
  }

  /// Takes over what an earlier run of the same plan finished; nil if there is nothing yet.
  ///
  /// - Throws: `ExperimentError.outputInTheWay` if the folder holds the model of another plan, or of
  ///   this one when the run is not to be resumed: finished work is never overwritten.
  init?(in url: URL, by plan: Manifest, resuming: Bool, device: Device) throws {
    let manifest = url.appendingPathComponent(Manifest.fileName)
    let exists = { (file: URL) in FileManager.default.fileExists(atPath: file.path) }
    guard resuming else {
      // Nothing that took somebody time is overwritten for want of an option.
      if exists(manifest) || exists(ModelFolder.modelFile(in: url)) {
        throw ExperimentError.outputInTheWay(url, reason: "it holds a finished model or stage")
      }
      if exists(TrainingRun.checkpoint(in: url)) {
        throw ExperimentError.outputInTheWay(
          url,
          reason: "it holds an unfinished run, which --resume goes on with"
        )
      }
      return nil
    }
    guard exists(manifest) else { return nil }
    folder = try ModelFolder(contentsOf: url)
    let found = folder.manifest
    let isSame =
      found.seeds == plan.seeds && found.inputs == plan.inputs
      && plan.settings.allSatisfy { found.settings[$0.key]?.compactText == $0.value.compactText }
    guard isSame,
      let accuracy = try? found.settings[Self.accuracyKey]?.decode(as: Double.self)
    else {
      throw ExperimentError.outputInTheWay(
        url,
        reason: "it holds a finished model that was made in another way"
      )
    }
    self.accuracy = accuracy
    classifier = try folder.load(on: device)
  }
}

@available(*, unavailable)
extension FinishedModel: Sendable {}
