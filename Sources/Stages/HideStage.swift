public import Artifacts
public import Datasets
public import Foundation
public import ModelStealing
public import Networks

/// Hiding a stolen model, from its file to a finished model folder: `hallmark hide`.
public struct HideStage {
  /// The method.
  public var method: any HidingMethod
  /// The seed, for the manifest; none where nothing is random.
  public var seed: UInt64?
  /// SHA-256 of the owner's pictures, unmarked, if the thief's own are those that the owner does not use.
  public var ownersPictures: Digest?

  /// Describes the work.
  public init(method: any HidingMethod, seed: UInt64? = nil) {
    self.method = method
    self.seed = seed
  }

  /// Changes a copy of the model, tests both and writes the copy.
  ///
  /// - Parameters:
  ///   - model: The stolen model.
  ///   - test: Pictures to measure accuracy and agreement on.
  ///   - folder: Where the hidden model goes.
  ///   - resuming: Whether to go on from a checkpoint in the folder.
  ///   - digest: Of the model's file.
  ///   - onProgress: Called after every step of training.
  /// - Returns: The hidden model and its price.
  /// - Throws: `NetworkError.picturesDoNotFit` if the test pictures are not of the model's size and
  ///   classes; `StealingError` if a setting does not fit the model; `StageError.outputInTheWay`; what the method or the disk reports.
  public func run(
    on model: Classifier,
    test: ImageSet,
    in folder: URL,
    resuming: Bool,
    digest: Digest,
    onProgress: (TrainingProgress) throws -> Void
  ) throws -> HiddenModel {
    var plan = Manifest(
      kind: .model,
      settings: try method.manifestSettings,
      inputs: method.inputs.merging(["model": digest]) { $1 }
    )
    plan.seeds["hiding"] = seed
    plan.seeds[Classifier.firstWeightsName] = model.firstWeightsSeed
    plan.settings["method"] = .string(type(of: method).name)
    plan.settings["architecture"] = .string("\(model.architecture)")
    let earlier = try FinishedModel(
      in: folder,
      by: plan,
      resuming: resuming,
      device: model.device,
      test: test,
      comparedWith: digest
    )
    if let earlier { return try HiddenModel(earlier) }

    // Before any training: pictures that do not fit are found at once.
    let accuracy = try model.accuracy(on: test)
    try method.check(against: model)
    try model.checkOwnersPictures(ownersPictures)
    let run = try TrainingRun.start(plan, in: folder, resuming: resuming)
    let hidden = try method.disguise(model, run: run, onProgress: onProgress)
    plan.settings[HiddenModel.accuracyKey] = .number(accuracy)
    plan.take(plainPicturesOf: model)
    return try HiddenModel(
      FinishedModel(
        finishing: hidden,
        by: plan,
        test: test,
        comparedWith: (model, digest),
        answering: method.answerForm,
        run: run
      )
    )
  }
}

@available(*, unavailable)
extension HideStage: Sendable {}

/// A hidden model that has been written, and what hiding it cost.
public struct HiddenModel {
  /// The model, its folder, its accuracy after hiding, and how often it agrees with what it was made
  /// from.
  public let finished: FinishedModel
  /// The share of test pictures that the model got right before, in [0, 1].
  public let accuracyBefore: Double

  fileprivate static let accuracyKey = "test_accuracy_before"

  /// Reads off the manifest what an earlier run, or this one, measured.
  fileprivate init(_ finished: FinishedModel) throws {
    self.finished = finished
    let settings = finished.folder.manifest.settings
    guard let before = try? settings[Self.accuracyKey]?.decode(as: Double.self) else {
      throw StageError.outputInTheWay(
        finished.folder.url,
        reason: "its \(Manifest.fileName) does not state '\(Self.accuracyKey)'"
      )
    }
    accuracyBefore = before
  }
}

@available(*, unavailable)
extension HiddenModel: Sendable {}
