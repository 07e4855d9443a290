import Artifacts
import Datasets
public import Foundation
import SafeTensors
import Torch

/// The folder of a training run: its checkpoint and its metrics.
///
/// `checkpoint.safetensors` is replaced whole after every epoch; `metrics.jsonl` and `metrics.csv`
/// grow by a record an epoch. A run that was killed at any moment resumes from its last epoch and
/// ends with the same weights, to the bit, as one that was not.
public final class TrainingRun {
  /// The folder.
  public let folder: URL
  /// Whether to go on from a checkpoint, if there is one.
  public let isResuming: Bool
  private var metrics: (lines: JSONLinesWriter, table: CSVWriter)?
  private var fingerprint: [String: String] = [:]

  private static let columns = [
    "epoch", "loss", "accuracy", "learning_rate", "images_per_second",
  ]

  /// Creates a run in a folder, which is made if need be.
  ///
  /// - Parameters:
  ///   - folder: Where the files go.
  ///   - resuming: Whether to go on from a checkpoint, if there is one; otherwise it is discarded.
  /// - Throws: `NetworkError.badFolder` if it cannot be made.
  public init(in folder: URL, resuming: Bool) throws {
    self.folder = folder
    isResuming = resuming
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw NetworkError.badFolder(folder)
    }
  }

  /// Where the state after the last whole epoch is.
  public var checkpoint: URL { Self.checkpoint(in: folder) }

  /// Where the checkpoint of a run in a folder is.
  public static func checkpoint(in folder: URL) -> URL {
    folder.appendingPathComponent("checkpoint.safetensors")
  }

  /// Removes the checkpoint, once the result is safe elsewhere.
  public func discardCheckpoint() throws {
    guard FileManager.default.fileExists(atPath: checkpoint.path) else { return }
    try FileManager.default.removeItem(at: checkpoint)
  }

  /// Restores the checkpoint if there is one to resume from, and opens the metrics.
  ///
  /// - Returns: The number of epochs that are done.
  func open(
    for classifier: Classifier,
    _ optimizer: Optimizer,
    images: some PictureCollection,
    settings: TrainingSettings
  ) throws -> Int {
    fingerprint = try Self.fingerprint(of: classifier, images, settings)
    let exists = FileManager.default.fileExists(atPath: checkpoint.path)
    if exists && !isResuming { try discardCheckpoint() }
    let done =
      exists && isResuming ? try restore(classifier, optimizer, epochs: settings.epochs) : 0
    metrics = (
      try JSONLinesWriter(at: folder.appendingPathComponent("metrics.jsonl"), keeping: done),
      try CSVWriter(
        at: folder.appendingPathComponent("metrics.csv"),
        columns: Self.columns,
        keeping: done
      )
    )
    return done
  }

  /// Records an epoch, first in the metrics and then in the checkpoint that counts them.
  func save(_ classifier: Classifier, _ optimizer: Optimizer, after report: EpochReport) throws {
    try metrics?.lines.append(report)
    try metrics?.table.append([
      "\(report.epoch)", "\(report.loss)", report.accuracy.map { "\($0)" } ?? "",
      "\(report.learningRate)", "\(report.imagesPerSecond)",
    ])
    try metrics?.lines.synchronize()
    try metrics?.table.synchronize()

    var metadata = fingerprint
    metadata["epoch"] = "\(report.epoch)"
    metadata["step"] = "\(optimizer.stepCount)"
    var writer = SafeTensorsWriter(metadata: metadata)
    for (name, tensor) in classifier.network.namedState {
      writer.add("model.\(name)", tensor)
    }
    for (index, slots) in try optimizer.state().enumerated() {
      for (slot, tensor) in slots.enumerated() {
        writer.add("optimizer.\(index).\(slot)", tensor)
      }
    }
    try writer.write(to: checkpoint)
  }
}

@available(*, unavailable)
extension TrainingRun: Sendable {}

extension TrainingRun {
  /// What must be equal for a checkpoint to belong to this run, each with a name for the message.
  private static func fingerprint(
    of classifier: Classifier,
    _ images: some PictureCollection,
    _ settings: TrainingSettings
  ) throws -> [String: String] {
    var weights: [UInt8] = []
    for (_, tensor) in classifier.network.namedState {
      weights += Digest(of: try tensor.bytes()).description.utf8
    }
    return [
      "architecture": "\(classifier.architecture)",
      "settings": try JSONValue(encoding: settings).compactText,
      "training pictures": "\(images.digest)",
      "first weights": "\(Digest(of: weights))",
      "precision": "\(settings.precision.computeType(on: classifier.device))",
      "threads": "\(Runtime.threadCount)",
      "device": "\(classifier.device)",
    ]
  }

  private func restore(
    _ classifier: Classifier,
    _ optimizer: Optimizer,
    epochs: Int
  ) throws -> Int {
    let file = try SafeTensorsFile(contentsOf: checkpoint)
    for (key, value) in fingerprint.sorted(by: { $0.key < $1.key })
    where file.metadata[key] != value {
      throw NetworkError.checkpointDiffers(
        file: checkpoint,
        key: key,
        checkpoint: file.metadata[key] ?? "unknown",
        run: value
      )
    }
    guard let epoch = file.metadata["epoch"].flatMap({ Int($0) }),
      let step = file.metadata["step"].flatMap({ Int($0) }), (1...epochs).contains(epoch), step > 0
    else {
      throw NetworkError.badCheckpoint(
        file: checkpoint,
        reason: "its epoch is not one of 1 to \(epochs)"
      )
    }
    for (name, tensor) in classifier.network.namedState {
      try tensor.copyInPlace(from: file.load("model.\(name)"))
    }
    let state = try classifier.network.namedParameters.indices.map { index in
      try (0..<2).compactMap { slot in
        let name = "optimizer.\(index).\(slot)"
        return file.tensorNames.contains(name) ? try file.load(name, to: classifier.device) : nil
      }
    }
    try optimizer.restore(state, stepCount: step)
    return epoch
  }
}
