internal import Artifacts
public import Foundation

/// Which folder name stands for which label.
///
/// Sorted folder names are a trap: "10" comes before "2". Whoever's labels are numbers, or whose
/// model was trained with another order, names the classes in their order here.
public struct ClassMap: Sendable, Equatable {
  /// The names of the classes; the order gives the labels.
  public let classNames: [String]

  /// Creates a map from names in the order of their labels.
  ///
  /// - Throws: `DatasetError` if there is no name, or one is empty or there twice.
  public init(_ classNames: [String]) throws {
    try self.init(classNames, from: "class names")
  }

  /// Creates a map from labels by name.
  ///
  /// - Throws: `DatasetError` unless the labels are 0, 1, 2 … without a gap, each once.
  public init(_ labels: [String: Int]) throws {
    try self.init(labels, from: "class names")
  }

  /// Reads a map from a JSON file: `["cat", "dog"]` or `{"cat": 0, "dog": 1}`.
  ///
  /// - Throws: `DatasetError`, naming the file, if it cannot be read or does not hold such a map.
  public init(contentsOf file: URL) throws {
    let bytes = try DatasetError.reading { try RegularFile(at: file).contents(limit: 1 << 20) }
    // Not Foundation's reader, which takes one of two equal names.
    let json: JSONValue
    do {
      json = try JSONValue(parsing: bytes)
    } catch {
      throw DatasetError.malformedClassMap(
        file: file.path,
        reason: "neither a list of names nor a map from names to whole numbers: \(error)"
      )
    }
    if let names = try? json.decode(as: [String].self) {
      try self.init(names, from: file.path)
    } else if let labels = try? json.decode(as: [String: Int].self) {
      try self.init(labels, from: file.path)
    } else {
      throw DatasetError.malformedClassMap(
        file: file.path,
        reason: "neither a list of names nor a map from names to whole numbers"
      )
    }
  }

  private init(_ classNames: [String], from source: String) throws {
    try ClassMap.check(classNames, in: source)
    self.classNames = classNames
  }

  private init(_ labels: [String: Int], from source: String) throws {
    let ordered = labels.sorted { ($0.value, $0.key) < ($1.value, $1.key) }
    for (expected, entry) in ordered.enumerated() where entry.value != expected {
      throw DatasetError.malformedClassMap(
        file: source,
        reason: "label \(entry.value) of '\(entry.key.printable())' should be \(expected)"
      )
    }
    try self.init(ordered.map(\.key), from: source)
  }

  static func check(_ classNames: [String], in source: String) throws {
    guard !classNames.isEmpty else {
      throw DatasetError.malformedClassMap(file: source, reason: "there is no class")
    }
    var seen: Set<String> = []
    for (label, name) in classNames.enumerated() {
      guard !name.isEmpty else {
        throw DatasetError.malformedClassMap(file: source, reason: "class \(label) has no name")
      }
      guard name.utf8.count <= JSONScanner.keyLimit else {
        throw DatasetError.malformedClassMap(
          file: source,
          reason: "the name of class \(label) has more than \(JSONScanner.keyLimit) bytes"
        )
      }
      guard seen.insert(name).inserted else {
        throw DatasetError.malformedClassMap(
          file: source,
          reason: "'\(name.printable())' is there twice"
        )
      }
    }
  }
}
