public import Artifacts

/// A published distribution of styles, from which secret styles and decoys are drawn alike.
///
/// Each of the 100 numbers of a style vector is normal and independent of the others: around the mean of
/// a palette of pictures, with a multiple of their standard deviation. Independent numbers keep draws far apart;
/// following the palette's covariance instead leaves some four directions that matter, and draws that
/// look alike, which would cost the test its power.
public struct StyleFamily: Sendable, Hashable {
  /// The mean of each number of a style vector, 100 numbers.
  public let mean: [Double]
  /// The standard deviation of each number, 100 numbers.
  public let deviation: [Double]
  /// SHA-256 of the family's numbers; commitments name it.
  public let digest: Digest

  /// Creates a family from two lists of 100 numbers.
  ///
  /// - Throws: `FeatureEmbeddingError.unsuitableVector` unless there are 100 means in -10...10 and 100
  ///   deviations in 0...10.
  public init(mean: [Double], deviation: [Double]) throws(FeatureEmbeddingError) {
    for (name, values, range) in [("mean", mean, -10.0...10), ("deviation", deviation, 0...10)] {
      guard values.count == StylePredictor.styleLength, values.allSatisfy(range.contains) else {
        throw .unsuitableVector(
          style: "\(name) of a family",
          reason: "it takes \(StylePredictor.styleLength) numbers in \(range)"
        )
      }
    }
    self.mean = mean
    self.deviation = deviation
    let numbers = (mean + deviation).flatMap { value in
      withUnsafeBytes(of: value.bitPattern.bigEndian) { Array($0) }
    }
    digest = Digest(of: KeyDerivation.framed([Array("hallmark style family v1".utf8), numbers]))
  }

  /// The family made from twenty pictures: old paintings, and manners drawn by code.
  ///
  /// The vectors are in the source, and `scripts/make_style_palette.py` makes them from the pictures.
  ///
  /// Of 8 draws with spread 1 the closest two lie 5.4 apart and with 1.5 8.4, where paintings alone with 1.5
  /// give 4.6; with 1.5 little is left of small pictures, with 1 they can still be told.
  ///
  /// - Parameter spread: How many times the palette's standard deviation; in 0...4.
  /// - Returns: The same family each time.
  /// - Throws: `FeatureEmbeddingError` if the spread is out of range or the build was damaged.
  public static func builtIn(spread: Double = 1) throws(FeatureEmbeddingError) -> StyleFamily {
    guard spread >= 0, spread <= 4 else {
      throw .invalidSetting(name: "spread", value: "\(spread)", allowed: "0 to 4")
    }
    let vectors = try StylePalette.entries().map(\.vector)
    let count = Double(vectors.count)
    var (mean, deviation) = ([Double](), [Double]())
    for index in 0..<StylePredictor.styleLength {
      let values = vectors.map { $0[index] }
      let middle = values.reduce(0, +) / count
      let squares = values.reduce(0) { $0 + ($1 - middle) * ($1 - middle) }
      mean.append(middle)
      deviation.append(spread * (squares / (count - 1)).squareRoot())
    }
    return try StyleFamily(mean: mean, deviation: deviation)
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
    return try Style(
      vector: zip(mean, deviation).map { Float($0 + $1 * normals.next()) },
      named: name
    )
  }
}
