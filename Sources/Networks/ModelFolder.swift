public import Artifacts
public import Foundation
public import Torch

/// The folder of a trained or stolen model: `model.safetensors`, `metrics.jsonl`, `metrics.csv` and
/// `manifest.json`, which is written last and says that the rest is complete.
public struct ModelFolder: Sendable {
  /// The folder.
  public let url: URL
  /// How the model was made.
  public let manifest: Manifest

  /// Where the weights are in a folder.
  public static func modelFile(in folder: URL) -> URL {
    folder.appendingPathComponent("model.safetensors")
  }

  /// The model's file.
  public var modelFile: URL { Self.modelFile(in: url) }

  /// Writes a finished model and discards the checkpoint of its run.
  ///
  /// - Parameters:
  ///   - classifier: The model; its origin becomes the manifest's content.
  ///   - manifest: How the model was made.
  ///   - run: The run that made it, or the folder to write to.
  /// - Returns: The folder.
  /// - Throws: `SafeTensorsError` or `ArtifactError` if the disk fails.
  @discardableResult
  public static func write(
    _ classifier: Classifier,
    manifest: Manifest,
    finishing run: TrainingRun
  ) throws -> ModelFolder {
    classifier.origin = try JSONValue(encoding: manifest)
    try classifier.write(to: modelFile(in: run.folder))
    try manifest.write(to: run.folder)
    try run.discardCheckpoint()
    return ModelFolder(url: run.folder, manifest: manifest)
  }

  /// Opens a folder that a finished run wrote.
  ///
  /// - Throws: `ArtifactError` if it has no manifest of a model.
  public init(contentsOf folder: URL) throws {
    url = folder
    manifest = try Manifest.read(from: folder, kind: .model)
  }

  private init(url: URL, manifest: Manifest) {
    self.url = url
    self.manifest = manifest
  }

  /// Reads the model.
  public func load(on device: Device = .cpu) throws -> Classifier {
    try Classifier(contentsOf: modelFile, device: device)
  }
}
