import Artifacts
import Foundation

/// Prints results on standard output.
enum Output {
  /// Prints a line at once, so that who reads a pipe sees each result when it is there.
  ///
  /// - Throws: `ArtifactError.system`, for example of a full disk.
  static func print(_ line: String) throws {
    do {
      try FileHandle.standardOutput.write(contentsOf: Data((line + "\n").utf8))
    } catch {
      throw ArtifactError.system(
        operation: "write",
        path: "standard output",
        reason: error.localizedDescription
      )
    }
  }

  /// Prints a result as one line of JSON, or as text.
  static func print(
    _ result: some Encodable,
    as format: OutputFormat,
    text: () -> String
  ) throws {
    switch format {
    case .text: try print(text())
    case .json: try print(JSONValue(encoding: result).compactText)
    }
  }
}
