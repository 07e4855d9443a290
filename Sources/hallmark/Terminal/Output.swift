import Artifacts
import Foundation

/// Prints results on standard output.
enum Output {
  /// Prints a result as one line of JSON, or as text.
  static func print(
    _ result: some Encodable,
    as format: OutputFormat,
    text: () -> String
  ) throws {
    switch format {
    case .text: Swift.print(text())
    case .json: Swift.print(try JSONValue(encoding: result).compactText)
    }
  }
}
