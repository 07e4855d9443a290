import Torch

/// A linear classifier of gradient signs: tells a victim's from a benign model's.
///
/// Kernel ridge regression. With n rows s_i of D signs and labels y_i, +1 for the victim and −1 for the benign
/// model, it minimises Σ (y_i − f(s_i))² + λ ‖f‖² over f(s) = wᵀ s / √D + b, where ‖f‖² = ‖w‖² + b². By the
/// representer theorem f(s) = Σ α_i (s_iᵀ s / D + 1), and α = (K + λ I)⁻¹ y with K_ij = s_iᵀ s_j / D + 1. Nothing but
/// inner products of rows is needed, whole numbers that `PackedSigns` counts, and there is no weight to train for
/// every pair of inputs and hidden units: a published `MetaClassifier` has D²/8 of them.
///
/// λ is the one with the least leave-one-out error on the training rows, which has a closed form:
/// y_i − f₋ᵢ(s_i) = α_i / ((K + λ I)⁻¹)_ii (Allen's PRESS).
///
/// As any classifier of two networks' gradients it knows those two only: see <doc:TheMetaClassifier>.
public struct LinearSignClassifier: Sendable {
  /// The n rows that it was trained on, the victim's first.
  public let rows: PackedSigns
  /// α, one number for each of the rows.
  public let coefficients: [Double]
  /// λ, as chosen.
  public let ridge: Double
  /// The share of the training rows on the right side when left out, in [0, 1].
  ///
  /// The other model's row of the same image stays in. Below one half where there is nothing to learn, since
  /// a class without one of its rows is the smaller one.
  public let leaveOneOutAccuracy: Double

  /// The values of λ that are tried unless told otherwise; K has a diagonal of about 2.
  public static let defaultRidges = [1e-4, 1e-3, 1e-2, 0.1, 1]
  /// The most rows in training; each value of λ costs about n³ operations, and K takes 8 n² bytes.
  public static let rowLimit = 20_000

  /// Trains a classifier.
  ///
  /// - Parameters:
  ///   - victim: Signs of the victim's gradients, one row or more; with other models of the owner's, if
  ///     there are several.
  ///   - benign: Signs of the benign model's gradients, as many features.
  ///   - ridges: The values of λ to choose from, each in 10⁻⁹...10⁹; the first of equal ones wins.
  /// - Returns: The classifier; the same for the same rows, build and number of threads.
  /// - Throws: `VerificationError` if rows or ridges do not fit; `TorchError`.
  /// - Complexity: n² · D / 128 words and n³ operations for each λ; 40 n² bytes of memory.
  public static func train(
    victim: PackedSigns,
    benign: PackedSigns,
    ridges: [Double] = defaultRidges
  ) throws -> LinearSignClassifier {
    try require(victim.columnCount >= 1, "number of gradient features", 0, "1 or more")
    let fewest = min(victim.rowCount, benign.rowCount)
    try require(fewest >= 1, "number of images for the classifier", fewest, "1 or more")
    try require(!ridges.isEmpty, "number of ridges", 0, "1 or more")
    for ridge in ridges {
      try require((1e-9...1e9).contains(ridge), "ridge", ridge, "in 1e-9...1e9")
    }
    let rows = try victim.appending(benign)
    try require(
      rows.rowCount <= rowLimit,
      "number of rows for the classifier",
      rows.rowCount,
      "\(rowLimit) or fewer"
    )
    let labels = (0..<rows.rowCount).map { $0 < victim.rowCount ? 1.0 : -1 }
    let kernel = try SignKernel(rows)
    let fits = try ridges.map { try RidgeFit(kernel, labels: labels, ridge: $0) }
    let best = fits.dropFirst().reduce(fits[0]) { $1.error < $0.error ? $1 : $0 }
    return LinearSignClassifier(
      rows: rows,
      coefficients: best.coefficients,
      ridge: best.ridge,
      leaveOneOutAccuracy: best.accuracy
    )
  }

  /// Computes f(s): near +1 for rows like the victim's, near −1 for rows like the benign model's.
  ///
  /// - Parameter signs: Rows of as many signs as the training rows.
  /// - Returns: One number for each row.
  /// - Throws: `VerificationError.featuresDiffer` if the rows have another length.
  /// - Complexity: n · D / 64 words for each row.
  public func decisionValues(of signs: PackedSigns) throws -> [Double] {
    let products = try signs.innerProducts(with: rows)
    let count = rows.rowCount
    return (0..<signs.rowCount).map { row in
      var sum = 0.0
      for index in 0..<count {
        let kernel = Double(products[row * count + index]) / Double(rows.columnCount) + 1
        sum += coefficients[index] * kernel
      }
      return sum
    }
  }
}

/// K of training rows.
private struct SignKernel {
  let count: Int
  /// Row-major.
  let entries: [Double]

  init(_ rows: PackedSigns) throws {
    count = rows.rowCount
    let scale = 1 / Double(rows.columnCount)
    entries = try rows.gramMatrix().map { Double($0) * scale + 1 }
  }
}

/// The regression with one λ, and how well it does on rows left out.
private struct RidgeFit {
  let ridge: Double
  let coefficients: [Double]
  /// The mean squared leave-one-out error.
  let error: Double
  let accuracy: Double

  init(_ kernel: SignKernel, labels: [Double], ridge: Double) throws {
    self.ridge = ridge
    let count = kernel.count
    var entries = kernel.entries
    for index in 0..<count { entries[index * count + index] += ridge }
    let factor = try InverseCholeskyFactor(of: Tensor(entries, shape: [count, count]))
    coefficients = try factor.solved(labels)
    let residuals = try zip(coefficients, factor.inverseDiagonal()).map { $0 / $1 }
    error = residuals.reduce(0) { $0 + $1 * $1 } / Double(count)
    let correct = zip(residuals, labels).count { residual, label in (label - residual) * label > 0 }
    accuracy = Double(correct) / Double(count)
  }
}
