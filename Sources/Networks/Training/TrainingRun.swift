import Artifacts
import Datasets
public import Foundation
import SafeTensors
public import Torch

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
  /// What else must be equal for a checkpoint to belong to the run, each with a name for the message.
  ///
  /// For losses that depend on more than pictures and settings. To be set before training.
  public var conditions: [String: String] = [:]
  /// Keeps other runs out of the folder as long as this one lives.
  private let lock: FolderLock
  private var metrics: (lines: JSONLinesWriter, table: CSVWriter)?
  private var parts: [Part] = []
  private var fingerprint: [String: String] = [:]

  /// A network that a run changes, with the optimiser that changes it.
  public struct Part {
    /// What its names in the checkpoint begin with.
    public let prefix: String
    /// The network, all of which is kept.
    public let module: any Module
    /// The optimiser, over all of the network's parameters or some.
    public let optimizer: Optimizer

    /// Names a part.
    ///
    /// - Parameters:
    ///   - module: The network.
    ///   - optimizer: The optimiser.
    ///   - prefix: What its names in the checkpoint begin with; different for each part of a run.
    public init(_ module: any Module, _ optimizer: Optimizer, prefix: String = "") {
      self.prefix = prefix
      self.module = module
      self.optimizer = optimizer
    }
  }

  /// Creates a run in a folder, which is made if need be.
  ///
  /// - Parameters:
  ///   - folder: Where the files go.
  ///   - resuming: Whether to go on from a checkpoint, if there is one; otherwise it is discarded.
  /// - Throws: `NetworkError.badFolder` if it cannot be made; `ArtifactError.inUse` while another run is at work in
  ///   it.
  public init(in folder: URL, resuming: Bool) throws {
    self.folder = folder
    isResuming = resuming
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw NetworkError.badFolder(folder)
    }
    lock = try FolderLock(folder)
  }

  /// The names of the files that hold the records of epochs.
  public static let metricsNames = ["metrics.jsonl", "metrics.csv"]

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
  /// - Parameters:
  ///   - parts: What the checkpoint holds.
  ///   - fingerprint: What must be equal for a checkpoint to belong to this run, each with a name for
  ///     the message. `epoch`, and every part's prefix with `step` and `slots`, are taken.
  ///   - epochs: How many epochs the run has.
  ///   - columns: The fields of a record that `metrics.csv` has.
  /// - Returns: The number of epochs that are done.
  /// - Throws: `NetworkError.checkpointDiffers` or `.badCheckpoint`; what reading and writing files
  ///   throws.
  public func open(
    _ parts: [Part],
    fingerprint: [String: String],
    epochs: Int,
    columns: [String]
  ) throws -> Int {
    self.parts = parts
    self.fingerprint = fingerprint
    let exists = FileManager.default.fileExists(atPath: checkpoint.path)
    if exists && !isResuming { try discardCheckpoint() }
    let done = exists && isResuming ? try restore(epochs: epochs) : 0
    metrics = (
      try JSONLinesWriter(at: folder.appendingPathComponent(Self.metricsNames[0]), keeping: done),
      try CSVWriter(
        at: folder.appendingPathComponent(Self.metricsNames[1]),
        columns: columns,
        keeping: done
      )
    )
    return done
  }

  /// Records an epoch, first in the metrics and then in the checkpoint that counts them.
  ///
  /// - Parameters:
  ///   - record: A line of `metrics.jsonl`; its fields that are columns also go to `metrics.csv`.
  ///   - epoch: The epoch's number, from 1.
  /// - Throws: What encoding and writing throw.
  public func save(_ record: some Encodable, afterEpoch epoch: Int) throws {
    if let metrics {
      try metrics.lines.append(record)
      try metrics.table.append(Self.fields(of: record, metrics.table.columns))
      try metrics.lines.synchronize()
      try metrics.table.synchronize()
    }
    var metadata = fingerprint
    metadata["epoch"] = "\(epoch)"
    let states = try parts.map { try $0.optimizer.state() }
    for (part, state) in zip(parts, states) {
      metadata["\(part.prefix)step"] = "\(part.optimizer.stepCount)"
      metadata["\(part.prefix)slots"] = "\(state.reduce(0) { $0 + $1.count })"
    }
    var writer = SafeTensorsWriter(metadata: metadata)
    for (part, state) in zip(parts, states) {
      for (name, tensor) in part.module.namedState {
        writer.add("\(part.prefix)model.\(name)", tensor)
      }
      for (index, slots) in state.enumerated() {
        for (slot, tensor) in slots.enumerated() {
          writer.add("\(part.prefix)optimizer.\(index).\(slot)", tensor)
        }
      }
    }
    try writer.write(to: checkpoint)
  }
}

@available(*, unavailable)
extension TrainingRun: Sendable {}

@available(*, unavailable)
extension TrainingRun.Part: Sendable {}

extension TrainingRun {
  private static func fields(of record: some Encodable, _ columns: [String]) throws -> [String] {
    guard case .object(let values) = try JSONValue(encoding: record) else { return [] }
    return columns.map { column in
      switch values[column] {
      case nil, .null?: ""
      case .string(let text)?: text
      case let value?: value.compactText
      }
    }
  }

  private func restore(epochs: Int) throws -> Int {
    let file: SafeTensorsFile
    do {
      file = try SafeTensorsFile(contentsOf: checkpoint)
    } catch let error as SafeTensorsError {
      throw damaged("\(error.problem)")
    }
    for (key, value) in fingerprint.sorted(by: { $0.key < $1.key })
    where file.metadata[key] != value {
      throw NetworkError.checkpointDiffers(
        file: checkpoint,
        key: key,
        checkpoint: file.metadata[key] ?? "unknown",
        run: value
      )
    }
    let number = { (key: String) in file.metadata[key].flatMap { Int($0) } }
    guard let epoch = number("epoch"), (1...epochs).contains(epoch) else {
      throw damaged("its epoch is not one of 1 to \(epochs)")
    }
    for part in parts {
      guard let step = number("\(part.prefix)step"), (1...1 << 40).contains(step) else {
        throw damaged("it does not say how many steps were taken")
      }
      let slots = try restore(part, from: file, step: step)
      guard number("\(part.prefix)slots") == slots else {
        throw damaged("it holds \(slots) tensors of the optimiser and not as many as it says")
      }
    }
    return epoch
  }

  /// Restores a part and returns how many tensors of its optimiser were there.
  private func restore(_ part: Part, from file: SafeTensorsFile, step: Int) throws -> Int {
    for (name, tensor) in part.module.namedState {
      try tensor.copyInPlace(from: file.load("\(part.prefix)model.\(name)"))
    }
    let state = try (0..<part.optimizer.parameterCount).map { index in
      try (0..<2).compactMap { slot in
        let name = "\(part.prefix)optimizer.\(index).\(slot)"
        return file.tensorNames.contains(name) ? try file.load(name) : nil
      }
    }
    try part.optimizer.restore(state, stepCount: step)
    return state.reduce(0) { $0 + $1.count }
  }

  private func damaged(_ reason: String) -> NetworkError {
    .badCheckpoint(file: checkpoint, reason: reason)
  }
}

extension TrainingRun {
  /// Opens a run that trains one classifier on pictures.
  func open(
    for classifier: Classifier,
    _ optimizer: Optimizer,
    images: some PictureCollection,
    settings: TrainingSettings,
    layers: TrainedLayers
  ) throws -> Int {
    var fingerprint = try Self.fingerprint(of: classifier, precision: settings.precision)
    fingerprint["settings"] = try JSONValue(encoding: settings).compactText
    fingerprint["training pictures"] = "\(images.digest)"
    fingerprint["layers"] = layers.rawValue
    fingerprint.merge(conditions) { $1 }
    return try open(
      [Part(classifier.network, optimizer)],
      fingerprint: fingerprint,
      epochs: settings.epochs,
      columns: ["epoch", "loss", "accuracy", "learning_rate", "images_per_second", "seconds"]
    )
  }

  /// Returns what must be equal for a checkpoint of a run that trains a classifier to belong to it.
  ///
  /// Settings and data are the caller's to add.
  ///
  /// - Parameters:
  ///   - classifier: The model at its start.
  ///   - precision: The number format of the run.
  /// - Returns: Structure, first weights, number format, threads and device.
  /// - Throws: `TorchError` if a weight cannot be read.
  public static func fingerprint(
    of classifier: Classifier,
    precision: Precision
  ) throws -> [String: String] {
    [
      "architecture": "\(classifier.architecture)",
      "first weights": try classifier.network.stateDigest,
      "precision": "\(precision.computeType(on: classifier.device))",
      "threads": "\(Runtime.threadCount)",
      "device": "\(classifier.device)",
    ]
  }
}

extension Module {
  /// The SHA-256 of the digests of all tensors, in their order.
  public var stateDigest: String {
    get throws {
      var digests: [UInt8] = []
      for (_, tensor) in namedState {
        digests += Digest(of: try tensor.bytes()).description.utf8
      }
      return "\(Digest(of: digests))"
    }
  }
}
