import Artifacts
import Foundation

/// Prints results on standard output.
enum Output {
  /// Prints a line at once, so that who reads a pipe sees each result when it is there.
  static func print(_ line: String) {
    FileHandle.standardOutput.write(Data((line + "\n").utf8))
  }

  /// Prints a result as one line of JSON, or as text.
  static func print(
    _ result: some Encodable,
    as format: OutputFormat,
    text: () -> String
  ) throws {
    switch format {
    case .text: print(text())
    case .json: print(try JSONValue(encoding: result).compactText)
    }
  }
}
