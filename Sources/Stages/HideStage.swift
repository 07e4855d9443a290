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
  ///   - inputs: The digest of the model's file, for the manifest.
  ///   - onProgress: Called after every step of training.
  /// - Returns: The hidden model and its price.
  /// - Throws: `NetworkError.picturesDoNotFit` if the test pictures are not of the model's size and
  ///   classes; `StageError.outputInTheWay`; what the method or the disk reports.
  public func run(
    on model: Classifier,
    test: ImageSet,
    in folder: URL,
    resuming: Bool,
    inputs: [String: Digest],
    onProgress: (TrainingProgress) throws -> Void
  ) throws -> HiddenModel {
    var plan = Manifest(
      kind: .model,
      settings: try method.manifestSettings,
      seeds: seed.map { ["hiding": $0] } ?? [:],
      inputs: inputs.merging(method.inputs) { first, _ in first }
    )
    plan.settings["method"] = .string(type(of: method).name)
    plan.settings["architecture"] = .string("\(model.architecture)")
    let earlier = try FinishedModel(
      in: folder,
      by: plan,
      resuming: resuming,
      device: model.device,
      test: test
    )
    if let earlier { return try HiddenModel(earlier) }

    // Before any training: pictures that do not fit are found at once.
    let accuracy = try model.accuracy(on: test)
    let run = try TrainingRun.start(plan, in: folder, resuming: resuming)
    let hidden = try method.disguise(model, run: run, onProgress: onProgress)
    plan.settings[HiddenModel.accuracyKey] = .number(accuracy)
    return try HiddenModel(
      FinishedModel(
        finishing: hidden,
        by: plan,
        test: test,
        comparedWith: model,
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
