public import Artifacts
public import Foundation
import SafeTensors
public import Torch

// A model is one safetensors file. Its tensors are PyTorch's `state_dict()`, its metadata says what
// the network is.
extension Classifier {
  private enum Key {
    static let format = "format"
    static let architecture = "architecture"
    static let classes = "classes"
    static let normalization = "normalization"
    static let pictureSize = "picture_size"
    static let origin = "origin"
  }

  /// Writes the model to a file, whole or not at all.
  ///
  /// - Throws: `NetworkError.notFiniteToWrite` for a model that could not be read again; `SafeTensorsError` if the disk fails.
  public func write(to file: URL) throws {
    if let tensor = try network.firstNotFinite {
      throw NetworkError.notFiniteToWrite(file: file, tensor: tensor)
    }
    let metadata = [
      Key.format: "pt",
      Key.architecture: "\(architecture)",
      Key.classes: JSONValue.array(classNames.map { .string($0) }).compactText,
      Key.normalization: try JSONValue(encoding: normalization).compactText,
      Key.pictureSize: "\(pictureSize)",
      Key.origin: origin.compactText,
    ]
    var writer = SafeTensorsWriter(metadata: metadata)
    for (name, tensor) in network.namedState {
      writer.add(name, tensor)
    }
    try writer.write(to: file)
  }

  /// Reads a model from a file that is not trusted.
  ///
  /// - Parameters:
  ///   - file: A safetensors file with Hallmark's metadata.
  ///   - device: Where the weights shall live.
  /// - Throws: `SafeTensorsError` if it is no such file; `NetworkError` if its metadata is
  ///   incomplete, its layers are not its architecture's, or a weight is not finite.
  public convenience init(contentsOf file: URL, device: Device = .cpu) throws {
    try self.init(SafeTensorsFile(contentsOf: file), at: file, device: device)
  }

  /// Reads a model from a file that is not trusted, and the digest of just that file.
  ///
  /// Whoever can write to its folder can put another file in its place between two openings.
  ///
  /// - Parameters:
  ///   - file: A safetensors file with Hallmark's metadata.
  ///   - device: Where the weights shall live.
  /// - Returns: The model, and SHA-256 of the file that it was read from.
  /// - Throws: As `init(contentsOf:device:)`.
  public static func read(
    contentsOf file: URL,
    device: Device = .cpu
  ) throws -> (model: Classifier, digest: Digest) {
    let source = try SafeTensorsFile(contentsOf: file)
    return (try Classifier(source, at: file, device: device), try source.digest())
  }

  private convenience init(_ source: SafeTensorsFile, at file: URL, device: Device) throws {
    let metadata = ModelMetadata(file: file, values: source.metadata)
    // A small file must not make a huge network.
    let architecture = try metadata.architecture(Key.architecture)
    let classNames = try metadata.classNames(Key.classes)
    let held = source.entries.reduce(0) { $0 + $1.byteCount } / 2
    guard architecture.parameterCount(classCount: classNames.count) <= held else {
      throw NetworkError.badMetadata(
        file: file,
        key: Key.architecture,
        value: "\(architecture)",
        expected: "a network of at most the \(held) numbers in the file"
      )
    }
    try self.init(
      architecture,
      classNames: classNames,
      normalization: metadata.json(Key.normalization, "three means and three deviations"),
      pictureSize: metadata.pictureSize(Key.pictureSize),
      seed: 0,
      device: device
    )
    origin =
      source.metadata[Key.origin].flatMap { try? JSONValue(parsing: Array($0.utf8)) } ?? .null
    try network.load(from: source, file: file, architecture: "\(architecture)")
  }
}

extension Tensor {
  /// Whether no element is infinite or NaN.
  fileprivate var isFinite: Bool {
    get throws { try (self - self).abs().sum().item() == 0 }
  }
}

extension Module {
  /// The name of the first tensor that holds an infinity or NaN; nil if none does.
  public var firstNotFinite: String? {
    get throws {
      try namedState.first { _, tensor in try tensor.dtype == .float32 && !tensor.isFinite }?.name
    }
  }

  /// Overwrites the network's tensors by those of a file, after checking all of them.
  func load(from source: SafeTensorsFile, file: URL, architecture: String) throws {
    // PyTorch leaves `num_batches_tracked` out of some exports; nothing reads it.
    let optional = ".num_batches_tracked"
    let present = Set(source.tensorNames)
    let expected = namedState.filter { present.contains($0.name) || !$0.name.hasSuffix(optional) }
    let difference = LayerDifference.first(
      between: source.entries.map { ($0.name, $0.shape) },
      and: expected.map { ($0.name, $0.tensor.shape) }
    )
    if let difference {
      throw NetworkError.layersDiffer(
        file: file,
        architecture: architecture,
        difference: difference
      )
    }
    for (name, tensor) in expected {
      let loaded = try source.load(name).to(tensor.dtype)
      if tensor.dtype == .float32 {
        guard try loaded.isFinite else {
          throw NetworkError.notFinite(file: file, tensor: name)
        }
        if name.hasSuffix(".running_var") {
          guard try (loaded.abs() - loaded).sum().item() == 0 else {
            throw NetworkError.negativeVariance(file: file, tensor: name)
          }
        }
      }
      try tensor.copyInPlace(from: loaded)
    }
  }
}

/// Reads entries of a model file's metadata, with errors that name file and entry.
private struct ModelMetadata {
  let file: URL
  let values: [String: String]

  func architecture(_ key: String) throws -> Architecture {
    guard let architecture = try? Architecture(text(key, "a known architecture")) else {
      throw bad(key, "wrn-<depth>-<width>, resnet-18, resnet-34 or vgg-19-bn")
    }
    return architecture
  }

  func classNames(_ key: String) throws -> [String] {
    let names: [String] = try json(key, "a list of names")
    guard Classifier.classCounts.contains(names.count),
      names.allSatisfy({ $0.utf8.count <= JSONScanner.keyLimit }), Set(names).count == names.count
    else {
      throw bad(key, "2 to 10,000 different names")
    }
    return names
  }

  func pictureSize(_ key: String) throws -> Classifier.PictureSize {
    let numbers = try text(key, "HEIGHTxWIDTH").split(separator: "x").map { Int($0) }
    guard numbers.count == 2, let height = numbers[0], let width = numbers[1],
      (1...4096).contains(height), (1...4096).contains(width)
    else { throw bad(key, "HEIGHTxWIDTH with 1 to 4096 pixels each") }
    return Classifier.PictureSize(height: height, width: width)
  }

  func json<Value: Decodable>(_ key: String, _ expected: String) throws -> Value {
    let bytes = Array(try text(key, expected).utf8)
    do {
      return try JSONValue(parsing: bytes).decode()
    } catch {
      throw bad(key, expected)
    }
  }

  private func text(_ key: String, _ expected: String) throws -> String {
    guard let value = values[key] else { throw bad(key, expected) }
    return value
  }

  private func bad(_ key: String, _ expected: String) -> NetworkError {
    .badMetadata(file: file, key: key, value: values[key], expected: expected)
  }
}
