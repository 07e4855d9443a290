import Foundation
import TestSupport
import Testing

/// A model that the tests of a suite share, trained by the command when the first of them asks for it.
struct TrainedModel {
  private let files: [String: Data]

  /// Runs `hallmark train` with options.
  init(_ options: [String]) throws {
    files = try withTemporaryDirectory { folder in
      let train = try Command.run(["train", "--output", "model"] + options, in: folder)
      try #require(train.status == 0, "\(train.errors)")
      let model = folder.appendingPathComponent("model")
      let names = try FileManager.default.contentsOfDirectory(atPath: model.path)
      return try Dictionary(
        uniqueKeysWithValues: names.map {
          ($0, try Data(contentsOf: model.appendingPathComponent($0)))
        }
      )
    }
  }

  /// Puts a copy of the model's folder into a new folder.
  func write(to folder: URL) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for (name, bytes) in files { try bytes.write(to: folder.appendingPathComponent(name)) }
  }
}
