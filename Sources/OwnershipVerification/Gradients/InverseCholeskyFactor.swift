import Torch

/// M = L⁻¹ for the Cholesky factor L of a symmetric positive definite matrix C = L Lᵀ, so that C⁻¹ = Mᵀ M.
struct InverseCholeskyFactor {
  /// Lower triangular, shape `[n, n]`, float64.
  private let factor: Tensor

  /// Factorises by halves.
  ///
  /// With the blocks A, B and D of C, M₁ of A, W = M₁ B and M₂ of D − Wᵀ W,
  /// ```
  /// M = [      M₁        0 ]
  ///     [−M₂ Wᵀ M₁      M₂ ]
  /// ```
  /// so that nearly all work is in products of matrices, which libtorch does. W is no longer than D allows,
  /// so little is lost to rounding. (Inverting A itself loses as much again as C is badly conditioned.)
  ///
  /// - Parameter matrix: C, shape `[n, n]`, float64.
  /// - Throws: `VerificationError.badSetting` if C is not positive definite; `TorchError`.
  /// - Complexity: n³ operations.
  init(of matrix: Tensor) throws {
    factor = try Self.factor(of: matrix)
  }

  /// C⁻¹ x.
  func solved(_ x: [Double]) throws -> [Double] {
    let column = try Tensor(x, shape: [x.count, 1])
    return try factor.permuted([1, 0]).matmul(factor.matmul(column)).elements()
  }

  /// The diagonal of C⁻¹.
  func inverseDiagonal() throws -> [Double] {
    try (factor * factor).sum(over: [0]).elements()
  }

  private static func factor(of matrix: Tensor) throws -> Tensor {
    let count = matrix.shape[0]
    guard count > 64 else {
      return try Tensor(smallFactor(of: matrix.elements(), count: count), shape: [count, count])
    }
    let (head, tail) = (0..<count / 2, count / 2..<count)
    let upper = try matrix[head].narrowed(1, to: tail)
    let first = try factor(of: matrix[head].narrowed(1, to: head))
    let width = try first.matmul(upper)
    let transposed = try width.permuted([1, 0])
    let second = try factor(of: matrix[tail].narrowed(1, to: tail) - transposed.matmul(width))
    let corner = try -second.matmul(transposed.matmul(first))
    let zeros = try Tensor(repeating: 0, shape: upper.shape, dtype: .float64)
    return try Tensor.concatenating([
      Tensor.concatenating([first, zeros], along: 1),
      Tensor.concatenating([corner, second], along: 1),
    ])
  }

  /// Row by row: row i of L from those above, and with it row i of M.
  private static func smallFactor(of matrix: [Double], count: Int) throws -> [Double] {
    var (lower, inverse) = (matrix, [Double](repeating: 0, count: count * count))
    func dot(_ a: Int, _ b: Int, _ length: Int) -> Double {
      (0..<length).reduce(0) { $0 + lower[a * count + $1] * lower[b * count + $1] }
    }
    for row in 0..<count {
      for column in 0..<row {
        let rest = lower[row * count + column] - dot(row, column, column)
        lower[row * count + column] = rest / lower[column * count + column]
      }
      let pivot = lower[row * count + row] - dot(row, row, row)
      try require(pivot > 0, "pivot of the matrix to factorise", pivot, "above 0; raise the ridge")
      let diagonal = pivot.squareRoot()
      lower[row * count + row] = diagonal
      for column in 0..<row {
        let sum = (column..<row).reduce(0) {
          $0 + lower[row * count + $1] * inverse[$1 * count + column]
        }
        inverse[row * count + column] = -sum / diagonal
      }
      inverse[row * count + row] = 1 / diagonal
    }
    return inverse
  }
}
