import ArgumentParser
import Artifacts
import FeatureEmbedding
import Foundation
import Networks
import SafeTensors
import Stages

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Say what a model file, a claim or another folder or record of Hallmark is.",
    discussion: """
      Reads the file as untrusted input and computes nothing with it. Of a registration it shows all but \
      the secret nonce.

        hallmark inspect victim/model.safetensors
        hallmark inspect claim/ --format json
        hallmark inspect key/commitment.json
      """
  )

  @Argument(
    help: "A safetensors file, a folder that Hallmark wrote, a commitment or a registration."
  )
  var path: String

  @OptionGroup var format: FormatOption

  func run() throws {
    let url = URL(fileURLWithPath: path)
    if isFolder(url) {
      let record = [StyleKeyFolder.registrationFile, StyleKeyFolder.commitmentFile]
        .map { url.appendingPathComponent($0) }
        .first { FileManager.default.fileExists(atPath: $0.path) }
      let manifest = url.appendingPathComponent(Manifest.fileName)
      if let record, !FileManager.default.fileExists(atPath: manifest.path) {
        try printRecord(record)
      } else {
        try printManifest(of: url)
      }
    } else if url.lastPathComponent == Manifest.fileName {
      try printManifest(of: url.deletingLastPathComponent())
    } else if url.pathExtension == "json" {
      try printRecord(url)
    } else {
      let summary = try ModelSummary(of: url)
      try Output.print(summary, as: format.format) { summary.text }
    }
  }

  private func isFolder(_ url: URL) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder)
      && isFolder.boolValue
  }

  private func printManifest(of folder: URL) throws {
    let manifest = try Manifest.read(from: folder)
    try Output.print(manifest, as: format.format) {
      String(decoding: manifest.fileBytes, as: UTF8.self).trimmingCharacters(in: .newlines)
        .split(separator: "\n", omittingEmptySubsequences: false)
        .map { $0.description.printable(limit: .max) }.joined(separator: "\n")
    }
  }

  private func printRecord(_ file: URL) throws {
    let summary = try RecordSummary(of: file)
    try Output.print(summary, as: format.format) { summary.text }
  }
}

/// A commitment, and the beacon of a registration; never its nonce.
private struct RecordSummary: Encodable {
  let file: String
  let sha256: Digest
  let commitment: StyleCommitment
  let beacon: String?
  let beaconDate: String?

  enum CodingKeys: String, CodingKey {
    case file, sha256, commitment, beacon
    case beaconDate = "beacon_date"
  }

  init(of url: URL) throws {
    file = url.path
    let bytes = try RegularFile(at: url).contents(limit: 1 << 20)
    sha256 = Digest(of: bytes)
    guard case .object(let fields)? = try? JSONValue(parsing: bytes) else {
      throw StageError.badSetting(
        name: "'\(url.relativePath)'",
        value: "no JSON object",
        expected:
          "a commitment or a registration\n  Give the file as 'commit' or 'register' wrote it."
      )
    }
    guard fields["format"] != nil || fields["nonce"] != nil else {
      throw StageError.badSetting(
        name: "'\(url.relativePath)'",
        value:
          "a file with the fields \(fields.keys.sorted().map { $0.printable() }.joined(separator: ", "))",
        expected: "a commitment or a registration\n  Inspect the folder that it lies in."
      )
    }
    guard fields["nonce"] != nil else {
      commitment = try StyleCommitment(fileBytes: bytes, named: url.path)
      (beacon, beaconDate) = (nil, nil)
      return
    }
    let registration = try StyleRegistration(fileBytes: bytes, named: url.path)
    commitment = registration.commitment
    beacon = registration.beacon.shown
    beaconDate = registration.beacon.date.iso8601
  }

  var text: String {
    let count = commitment.keyCount
    let kind = beacon == nil ? "commitment to" : "registration of"
    var fields = [
      ("what", "\(kind) \(count) secret \(count == 1 ? "style" : "styles")"),
      ("sha-256", "\(sha256)"), ("commitment", "\(commitment.digest)"),
      ("date", commitment.date.iso8601),
      ("owner", commitment.owner), ("subject", commitment.subject),
      ("attempt", "\(commitment.attempt)"), ("family", "\(commitment.family)"),
      ("data", commitment.data.map { "\($0)" } ?? "not fixed"),
      ("source", commitment.beacon.source),
      ("moment", commitment.beacon.date?.iso8601 ?? "none named"),
    ]
    if let beacon, let beaconDate {
      fields.append(("beacon", "\(beacon), of \(beaconDate)"))
    }
    return ([file] + fields.map { "  \($0.0.padded(to: 11)) \($0.1.printable(limit: 400))" })
      .joined(separator: "\n")
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
    sha256 = try tensors.digest().description
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
