public import Foundation

/// How a folder was made: the `manifest.json` in each folder that Hallmark writes.
///
/// Holds nothing that changes from run to run (no time, no host), so the same inputs, settings and
/// seeds give the same bytes.
public struct Manifest: Hashable, Sendable {
  /// The stage that wrote a folder.
  public struct Kind: RawRepresentable, Hashable, Sendable, ExpressibleByStringLiteral {
    /// The word in the file.
    public let rawValue: String
    /// Creates a kind from its word.
    public init(rawValue: String) { self.rawValue = rawValue }
    /// Creates a kind from its word.
    public init(stringLiteral value: String) { rawValue = value }

    /// Images of which some carry the secret style.
    public static let embed: Kind = "embed"
    /// A trained or stolen network.
    public static let model: Kind = "model"
    /// What an owner registers before any dispute.
    public static let claim: Kind = "claim"
    /// The outcome of examining suspects.
    public static let verdict: Kind = "verdict"
    /// The results of an experiment.
    public static let experiment: Kind = "experiment"
  }

  /// The name of the file in its folder.
  public static let fileName = "manifest.json"
  /// The version of the layout below, raised when a reader of an older one would be misled.
  public static let formatVersion = 1
  /// The most bytes read of a manifest; hundreds of thousands of inputs fit.
  public static let sizeLimit = 64 << 20

  /// The stage that wrote the folder.
  public var kind: Kind
  /// The version of Hallmark that wrote it.
  public var toolVersion: String
  /// The settings of the stage, by name.
  public var settings: [String: JSONValue]
  /// The seeds of all random numbers, by what they decide.
  public var seeds: [String: UInt64]
  /// The SHA-256 of everything that was read, by what it is.
  public var inputs: [String: Digest]

  /// Describes a folder that this version of Hallmark is about to write.
  public init(
    kind: Kind,
    settings: [String: JSONValue] = [:],
    seeds: [String: UInt64] = [:],
    inputs: [String: Digest] = [:]
  ) {
    self.kind = kind
    self.toolVersion = hallmarkVersion
    self.settings = settings
    self.seeds = seeds
    self.inputs = inputs
  }

  /// Describes a folder by settings that are a type of their own.
  ///
  /// - Throws: `EncodingError` if the settings do not encode as an object.
  public init(
    kind: Kind,
    encoding settings: some Encodable,
    seeds: [String: UInt64] = [:],
    inputs: [String: Digest] = [:]
  ) throws {
    guard case .object(let fields) = try JSONValue(encoding: settings) else {
      throw EncodingError.invalidValue(
        settings,
        .init(codingPath: [], debugDescription: "settings must encode as an object")
      )
    }
    self.init(kind: kind, settings: fields, seeds: seeds, inputs: inputs)
  }

  /// The bytes of `manifest.json`: sorted keys, one field a line.
  public var fileBytes: [UInt8] { json.prettyBytes }

  /// Writes `manifest.json` into a folder.
  ///
  /// Write it last: its presence says that the stage finished.
  ///
  /// - Throws: `ArtifactError.system`.
  public func write(to folder: URL) throws {
    try AtomicFile.write(fileBytes, to: folder.appendingPathComponent(Manifest.fileName))
  }

  /// Reads the manifest of a folder.
  ///
  /// - Parameters:
  ///   - folder: A folder that Hallmark wrote; its contents are not trusted.
  ///   - kind: The stage that must have written it; nil takes any.
  /// - Returns: The manifest, complete and of this format version.
  /// - Throws: `ArtifactError` naming the file and the field at fault.
  public static func read(from folder: URL, kind: Kind? = nil) throws -> Manifest {
    let url = folder.appendingPathComponent(fileName)
    guard FileManager.default.fileExists(atPath: url.path) else {
      throw ArtifactError.missingManifest(folder: folder.path)
    }
    let bytes = try RegularFile(at: url).contents(limit: sizeLimit)
    let json: JSONValue
    do {
      json = try JSONValue(parsing: bytes)
    } catch let problem as JSONSyntaxError {
      throw ArtifactError.notJSON(path: url.path, problem: problem)
    }
    let manifest = try Manifest(json, path: url.path)
    if let kind, manifest.kind != kind {
      throw ArtifactError.wrongKind(
        path: url.path,
        expected: kind.rawValue,
        found: manifest.kind.rawValue
      )
    }
    return manifest
  }
}

extension Manifest: Codable {
  /// Reads a manifest from any decoder.
  public init(from decoder: any Decoder) throws {
    try self.init(JSONValue(from: decoder), path: Manifest.fileName)
  }

  /// Writes a manifest to any encoder.
  public func encode(to encoder: any Encoder) throws {
    try json.encode(to: encoder)
  }

  private var json: JSONValue {
    .object([
      "format": .integer(Int128(Manifest.formatVersion)),
      "kind": .string(kind.rawValue),
      "hallmark": .string(toolVersion),
      "settings": .object(settings),
      "seeds": .object(seeds.mapValues { .integer(Int128($0)) }),
      "inputs": .object(inputs.mapValues { .string($0.description) }),
    ])
  }

  private init(_ json: JSONValue, path: String) throws(ArtifactError) {
    let fields = ManifestFields(path: path, fields: try json.fields(named: "(all)", in: path))
    // The version comes first: another version may have other fields.
    let format = try fields["format"]
    guard format == .integer(Int128(Manifest.formatVersion)) else {
      throw .unknownFormatVersion(
        path: path,
        found: String(decoding: format.compactBytes.prefix(40), as: UTF8.self),
        supported: Manifest.formatVersion
      )
    }
    kind = Kind(rawValue: try fields.string("kind"))
    toolVersion = try fields.string("hallmark")
    settings = try fields.object("settings")
    seeds = try fields.map("seeds", to: "an integer in 0 ..< 2^64") {
      if case .integer(let value) = $0 { UInt64(exactly: value) } else { nil }
    }
    inputs = try fields.map("inputs", to: "64 hexadecimal digits") {
      if case .string(let text) = $0 { try? Digest(hexadecimal: text) } else { nil }
    }
  }
}

/// The top fields of a manifest, with errors that name the file and the field.
private struct ManifestFields {
  let path: String
  let fields: [String: JSONValue]

  subscript(name: String) -> JSONValue {
    get throws(ArtifactError) {
      guard let value = fields[name] else { throw .missingField(path: path, field: name) }
      return value
    }
  }

  func string(_ name: String) throws(ArtifactError) -> String {
    let value = try self[name]
    guard case .string(let text) = value else {
      throw .wrongFieldType(
        path: path,
        field: name,
        expected: "a string",
        found: value.typeName
      )
    }
    return text
  }

  func object(_ name: String) throws(ArtifactError) -> [String: JSONValue] {
    try self[name].fields(named: name, in: path)
  }

  func map<Value>(
    _ name: String,
    to expected: String,
    _ convert: (JSONValue) -> Value?
  ) throws(ArtifactError) -> [String: Value] {
    var result: [String: Value] = [:]
    for (key, json) in try object(name) {
      guard let value = convert(json) else {
        throw .wrongFieldType(
          path: path,
          field: "\(name).\(key)",
          expected: expected,
          found: String(decoding: json.compactBytes.prefix(80), as: UTF8.self)
        )
      }
      result[key] = value
    }
    return result
  }
}

extension JSONValue {
  fileprivate func fields(
    named name: String,
    in path: String
  ) throws(ArtifactError) -> [String: JSONValue] {
    guard case .object(let fields) = self else {
      throw .wrongFieldType(path: path, field: name, expected: "an object", found: typeName)
    }
    return fields
  }
}
