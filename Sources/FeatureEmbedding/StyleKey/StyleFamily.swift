public import Artifacts

/// A published distribution of styles, from which secret styles and decoys are drawn alike.
///
/// A style vector of 100 numbers is μ + Σ g_k d_k with independent standard normal g_k: normal, with the mean μ and
/// the covariance Σ d_k d_kᵀ. Which directions d_k suit is a matter of measuring: see
/// `hallmark reproduce style-family`.
public struct StyleFamily: Sendable, Hashable {
  /// μ, 100 numbers.
  public let mean: [Double]
  /// The d_k, 100 numbers each.
  public let directions: [[Double]]
  /// SHA-256 of the family's numbers; commitments name it.
  public let digest: Digest

  /// The most directions.
  public static let directionLimit = 1_000

  /// Creates a family.
  ///
  /// - Parameters:
  ///   - mean: μ, 100 numbers in -10...10.
  ///   - directions: 1 to 1,000 of 100 numbers in -10...10.
  /// - Throws: `FeatureEmbeddingError.unsuitableVector` for other numbers.
  public init(mean: [Double], directions: [[Double]]) throws(FeatureEmbeddingError) {
    guard (1...Self.directionLimit).contains(directions.count) else {
      throw .unsuitableVector(
        style: "directions of a family",
        reason: "it has \(directions.count), not 1 to \(Self.directionLimit)"
      )
    }
    for (name, values) in [("mean", mean)] + directions.map({ ("direction", $0) }) {
      guard values.count == StylePredictor.styleLength, values.allSatisfy((-10...10).contains)
      else {
        throw .unsuitableVector(
          style: "\(name) of a family",
          reason: "it takes \(StylePredictor.styleLength) numbers in -10...10"
        )
      }
    }
    self.mean = mean
    self.directions = directions
    let numbers = ([mean] + directions).map { values in
      values.flatMap { value in withUnsafeBytes(of: value.bitPattern.bigEndian) { Array($0) } }
    }
    digest = Digest(
      of: KeyDerivation.framed([Array("hallmark style family v2".utf8)] + numbers)
    )
  }

  /// The standard deviation of each number of a style vector, 100 numbers.
  public var deviation: [Double] {
    mean.indices.map { index in
      directions.reduce(0) { $0 + $1[index] * $1[index] }.squareRoot()
    }
  }

  /// The family made from twenty pictures, old paintings and manners drawn by code: their mean, and the
  /// spread that they have, in the directions in which they differ.
  ///
  /// Chosen by measuring (`hallmark reproduce style-family`, `docs/evidence.md`). Numbers that vary
  /// independently give styles that lie farther apart but look alike, for all of them break pictures up; seven
  /// paintings alone differ in too few directions, so that many decoys resemble the secret. The vectors are in the
  /// source; `scripts/make_style_palette.py` makes them from the pictures.
  ///
  /// - Returns: The same family each time.
  /// - Throws: `FeatureEmbeddingError` if the build was damaged.
  public static func builtIn() throws(FeatureEmbeddingError) -> StyleFamily {
    try made(from: .all, .correlated, spread: 1)
  }

  /// Which pictures a family is made from.
  package enum Palette: String, Sendable, CaseIterable {
    case all
    case paintings
  }

  /// How the numbers of a style vector vary together.
  package enum Variation: String, Sendable, CaseIterable {
    /// Each by itself, with the palette's standard deviation.
    case independent
    /// As those of the palette's pictures do, with the palette's covariance.
    case correlated
  }

  /// Makes a family from the palette.
  ///
  /// - Parameters:
  ///   - palette: The pictures.
  ///   - variation: How numbers vary together.
  ///   - spread: How many times the palette's standard deviation; in 0...4.
  /// - Returns: The family.
  /// - Throws: `FeatureEmbeddingError` if the spread is out of range or the build was damaged.
  package static func made(
    from palette: Palette,
    _ variation: Variation,
    spread: Double
  ) throws(FeatureEmbeddingError) -> StyleFamily {
    guard spread >= 0, spread <= 4 else {
      throw .invalidSetting(name: "spread", value: "\(spread)", allowed: "0 to 4")
    }
    let entries = try StylePalette.entries()
    let vectors = (palette == .all ? entries : Array(entries.prefix(StylePalette.paintingCount)))
      .map(\.vector)
    let mean = (0..<StylePredictor.styleLength).map { index in
      vectors.reduce(0) { $0 + $1[index] } / Double(vectors.count)
    }
    let scale = spread / Double(vectors.count - 1).squareRoot()
    let correlated = vectors.map { vector in zip(vector, mean).map { scale * ($0 - $1) } }
    let family = try StyleFamily(mean: mean, directions: correlated)
    guard variation == .independent else { return family }
    let deviation = family.deviation
    return try StyleFamily(
      mean: mean,
      directions: mean.indices.map { index in
        mean.indices.map { $0 == index ? deviation[index] : 0 }
      }
    )
  }

  /// Draws a style; the same seed gives the same style.
  ///
  /// - Parameters:
  ///   - seed: 32 bytes; whoever knows them knows the style.
  ///   - name: What people shall call it.
  /// - Returns: A style whose digest is that of its vector.
  /// - Throws: `FeatureEmbeddingError` if the seed has another length.
  public func style(seed: [UInt8], named name: String) throws -> Style {
    var normals = try SeededNormals(seed: seed)
    var vector = mean
    for direction in directions {
      let weight = normals.next()
      for index in vector.indices { vector[index] += weight * direction[index] }
    }
    return try Style(vector: vector.map { Float($0) }, named: name)
  }
}
