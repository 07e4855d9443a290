import Torch

/// Tells models that know a style from those that do not, by the alignment of their gradients layer by layer.
///
/// A meta-classifier whose inputs mean the same in every network (``GradientAlignment``), so that it can learn from
/// several victims, each with a key of its own, and several innocents. Ridge regression on ±1, both classes
/// counting alike however many models there are of each: it minimises
/// ½ mean_V (1 − f)² + ½ mean_B (1 + f)² + λ ‖w‖² over f(x) = wᵀ z + b, z being the inputs
/// standardised by the training models.
public struct AlignmentClassifier: Sendable, Hashable {
  /// w, for standardised inputs.
  public let weights: [Double]
  private let mean: [Double]
  private let deviation: [Double]

  /// λ unless told otherwise; the inputs' covariance has a diagonal of 1.
  public static let defaultRidge = 0.1

  /// Trains a classifier.
  ///
  /// - Parameters:
  ///   - victims: One row of numbers for each model that knows a style, for example a layer's mean cosine each.
  ///   - innocents: As long rows of models that do not.
  ///   - ridge: λ, in 10⁻⁹...10⁹.
  /// - Throws: `VerificationError` if rows are missing, of different lengths or not finite; `TorchError`.
  public init(
    victims: [[Double]],
    innocents: [[Double]],
    ridge: Double = defaultRidge
  ) throws {
    let classes = [victims, innocents]
    let width = victims.first?.count ?? 0
    for rows in classes {
      try require(!rows.isEmpty, "number of models of a class", 0, "1 or more")
      for row in rows { try Self.check(row, width: width) }
    }
    try require(width >= 1, "number of inputs", width, "1 or more")
    try require((1e-9...1e9).contains(ridge), "ridge", ridge, "in 1e-9...1e9")
    // The mean over both classes of the mean over each.
    func average(_ value: ([Double]) -> Double) -> Double {
      classes.reduce(0) { sum, rows in
        sum + rows.reduce(0) { $0 + value($1) } / Double(2 * rows.count)
      }
    }
    let mean = (0..<width).map { column in average { $0[column] } }
    let deviation = (0..<width).map { column in
      let variance = average { ($0[column] - mean[column]) * ($0[column] - mean[column]) }
      // An input that never changes tells nothing, whatever it is divided by.
      return variance > 0 ? variance.squareRoot() : 1
    }
    func standard(_ row: [Double], _ column: Int) -> Double {
      (row[column] - mean[column]) / deviation[column]
    }
    var covariance = (0..<width * width).map { place in
      average { standard($0, place / width) * standard($0, place % width) }
    }
    for column in 0..<width { covariance[column * width + column] += ridge }
    // ½ mean_V z − ½ mean_B z, which is the mean of V as both together have mean 0.
    let difference = (0..<width).map { column in
      victims.reduce(0) { $0 + standard($1, column) } / Double(victims.count)
    }
    weights = try InverseCholeskyFactor(of: Tensor(covariance, shape: [width, width]))
      .solved(difference)
    self.mean = mean
    self.deviation = deviation
  }

  /// Computes f: near 1 for models like the victims, near −1 for models like the innocents.
  ///
  /// - Throws: `VerificationError` if the row has another length or is not finite.
  public func score(of row: [Double]) throws -> Double {
    try Self.check(row, width: weights.count)
    return weights.indices.reduce(0) { sum, column in
      sum + weights[column] * (row[column] - mean[column]) / deviation[column]
    }
  }

  private static func check(_ row: [Double], width: Int) throws {
    guard row.count == width else {
      throw VerificationError.featuresDiffer(found: row.count, expected: width)
    }
    for value in row { try require(value.isFinite, "an alignment", value, "a finite number") }
  }
}
