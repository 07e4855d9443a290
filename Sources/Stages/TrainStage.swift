public import Artifacts
public import Datasets
public import Foundation
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
  /// SHA-256 of the pictures before some of them were marked; if nil, they are taken to be unmarked.
  public var plainPictures: Digest?

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
    let earlier = try FinishedModel(
      in: folder,
      by: plan,
      resuming: resuming,
      device: device,
      test: test
    )
    if let earlier { return earlier }
    let classifier = try Classifier(
      architecture,
      classNames: images.classNames,
      normalization: normalization,
      pictureSize: .init(height: images.height, width: images.width),
      dropout: dropout,
      seed: settings.seed,
      device: device
    )
    let run = try TrainingRun.start(plan, in: folder, resuming: resuming)
    try train(classifier, on: images, settings: settings, run: run, onProgress: onProgress)
    var finished = plan
    finished.settings[PlainPictures.name] = .string("\(plainPictures ?? images.digest)")
    return try FinishedModel(finishing: classifier, by: finished, test: test, run: run)
  }

  /// Trains or goes on with training, and tells an observer how it goes.
  package func run(
    titled title: String,
    on images: ImageSet,
    test: ImageSet,
    in folder: URL,
    inputs: [String: Digest] = [:],
    observer: any RunObserver
  ) throws -> FinishedModel {
    observer.begin("train", "\(title)   \(architecture)")
    let model = try run(
      on: images,
      test: test,
      in: folder,
      resuming: true,
      inputs: inputs,
      onProgress: observer.update
    )
    observer.finish(model.outcome)
    return model
  }
}

@available(*, unavailable)
extension TrainStage: Sendable {}
