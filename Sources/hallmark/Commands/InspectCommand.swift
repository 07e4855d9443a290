import ArgumentParser
import Artifacts
import Foundation
import Networks
import SafeTensors

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Say what a model file, a claim or another folder of Hallmark is.",
    discussion: """
      Reads the file as untrusted input and computes nothing with it.

        hallmark inspect victim/model.safetensors
        hallmark inspect claim/ --format json
      """
  )

  @Argument(help: "A safetensors file, or a folder that Hallmark wrote.")
  var path: String

  @OptionGroup var format: FormatOption

  func run() throws {
    let url = URL(fileURLWithPath: path)
    var isFolder: ObjCBool = false
    _ = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    if isFolder.boolValue {
      let manifest = try Manifest.read(from: url)
      try Output.print(manifest, as: format.format) {
        String(decoding: manifest.fileBytes, as: UTF8.self).trimmingCharacters(in: .newlines)
      }
    } else {
      let summary = try ModelSummary(of: url)
      try Output.print(summary, as: format.format) { summary.text }
    }
  }
}

/// What can be said of a safetensors file without loading its weights.
private struct ModelSummary: Encodable {
  struct Layer: Encodable {
    let name: String
    let type: String
    let shape: [Int]
  }

  let file: String
  let sha256: String
  let bytes: Int
  let numbers: Int
  let metadata: [String: String]
  let layers: [Layer]

  init(of url: URL) throws {
    let tensors = try SafeTensorsFile(contentsOf: url)
    file = url.path
    sha256 = try Digest(ofFileAt: url).description
    layers = tensors.entries.map {
      Layer(name: $0.name, type: "\($0.dataType.rawValue)", shape: $0.shape)
    }
    bytes = tensors.entries.reduce(0) { $0 + $1.byteCount }
    numbers = tensors.entries.reduce(0) { $0 + $1.shape.reduce(1, *) }
    metadata = tensors.metadata
  }

  var text: String {
    var lines = [
      "\(file)",
      "  sha-256     \(sha256)",
      "  tensors     \(layers.count) with \(numbers) numbers in \(bytes) bytes",
    ]
    for (key, value) in metadata.sorted(by: { $0.key < $1.key }) where key != "origin" {
      lines.append(
        "  \(key.replacing("_", with: " ").printable().padded(to: 11)) \(value.printable(limit: 200))"
      )
    }
    lines.append("  layers")
    let width = layers.map(\.name.count).max() ?? 0
    lines += layers.map {
      "    \($0.name.printable(limit: 200).padded(to: min(width, 60)))  \($0.type)  \($0.shape)"
    }
    return lines.joined(separator: "\n")
  }
}
