public import Artifacts
internal import Datasets
public import Foundation

/// A way of painting, as 100 numbers that `StyleTransformer` understands.
///
/// The owner keeps the style secret: whoever has it can repaint pictures, find the marked ones, or
/// teach any model the same feature. `builtIn` is known to all who have Hallmark; it is for trying the
/// method out, not for protecting anything.
public struct Style: Sendable, Hashable {
  /// What people call it: `built-in`, a file's name, or what its maker chose.
  public let name: String
  /// The 100 numbers that the style predictor gives, or a mixture or random draw of such vectors.
  public let vector: [Float]
  /// The SHA-256 of what the style was made from: the picture file's bytes, the name and version of a
  /// built-in style, or the vector's bytes (little-endian float32).
  public let digest: Digest

  /// Makes a style from a PNG or JPEG picture; its central square counts, resized to 256 × 256.
  ///
  /// - Parameters:
  ///   - file: A painting or any other picture with a clear manner.
  ///   - predictor: The network that finds the vector.
  /// - Throws: `DatasetError` naming the file if it is no picture, broken or too large.
  public init(picture file: URL, using predictor: StylePredictor) throws {
    // Read once, so that digest and vector are of the same bytes.
    let bytes = try RegularFile(at: file).contents(limit: PictureLimits.standard.fileBytes)
    let picture = try Image(encoded: bytes, named: file.path)
    try self.init(
      vector: predictor.vector(of: picture),
      named: file.deletingPathExtension().lastPathComponent,
      digest: Digest(of: bytes)
    )
  }

  /// Makes a style from a vector, for instance one drawn at random from a family of styles.
  ///
  /// - Throws: `FeatureEmbeddingError.unsuitableVector` unless there are 100 numbers in -1000...1000.
  public init(vector: [Float], named name: String) throws {
    let bytes = vector.flatMap { value in
      withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
    }
    try self.init(vector: vector, named: name, digest: Digest(of: bytes))
  }

  /// Makes a style whose vector and digest were stored.
  init(vector: [Float], named name: String, digest: Digest) throws {
    guard vector.count == StylePredictor.styleLength else {
      throw FeatureEmbeddingError.unsuitableVector(
        style: name,
        reason: "it has \(vector.count) numbers, not \(StylePredictor.styleLength)"
      )
    }
    // Paintings give numbers below 10; far larger ones overflow inside the network.
    if let wrong = vector.first(where: { !(-1000...1000).contains($0) }) {
      throw FeatureEmbeddingError.unsuitableVector(
        style: name,
        reason: "\(wrong) is outside -1000...1000"
      )
    }
    self.name = name
    self.vector = vector
    self.digest = digest
  }

  /// The style drawn by code, the same for everyone; see `BuiltInStyle`.
  ///
  /// - Throws: `TorchError` if there is no memory.
  public static func builtIn(using predictor: StylePredictor) throws -> Style {
    try Style(
      vector: predictor.vector(of: BuiltInStyle.picture()),
      named: BuiltInStyle.name,
      digest: Digest(of: Array("\(BuiltInStyle.name) \(BuiltInStyle.version)".utf8))
    )
  }

  /// Makes the style that a person asked for by words: `built-in`, or the path of a picture.
  ///
  /// - Throws: As `init(picture:using:)` does.
  public static func named(_ name: String, using predictor: StylePredictor) throws -> Style {
    name == BuiltInStyle.name
      ? try builtIn(using: predictor)
      : try Style(picture: URL(fileURLWithPath: name), using: predictor)
  }
}
