import Torch

extension PackedSigns {
  /// Computes Σ s_i t_i for every row s of these and every row t of others.
  ///
  /// Exact: |m| − 2 |m ∧ (n ⊕ n′)| with m the entries that are zero in neither row and n, n′ the negative ones,
  /// counted 512 bits at once where the processor can (AVX-512 VPOPCNTDQ).
  ///
  /// - Parameter other: Rows of the same length.
  /// - Returns: Row-major, `rowCount` × `other.rowCount` whole numbers.
  /// - Throws: `VerificationError.featuresDiffer` if the rows have another length.
  /// - Complexity: N · N′ · D / 64 words, on all threads.
  public func innerProducts(with other: PackedSigns) throws -> [Int64] {
    try check(other)
    return try blocksOfRows { bits.products($0, with: other.bits, 0..<other.rowCount) }
      .flatMap { $0 }
  }

  /// Computes Σ s_i t_i for all pairs of rows.
  ///
  /// - Returns: Row-major, symmetric, `rowCount` × `rowCount` whole numbers; the diagonal counts the entries
  ///   that are not zero.
  /// - Complexity: N² · D / 128 words.
  public func gramMatrix() throws -> [Int64] {
    let parts = try blocksOfRows { rows in
      (rows, bits.products(rows, with: bits, 0..<rows.upperBound))
    }
    var gram = [Int64](repeating: 0, count: rowCount * rowCount)
    for (rows, products) in parts {
      for (index, row) in rows.enumerated() {
        for column in 0...row {
          let product = products[index * rows.upperBound + column]
          gram[row * rowCount + column] = product
          gram[column * rowCount + row] = product
        }
      }
    }
    return gram
  }

  /// Computes Σ s_i t_i for each row and the row of others at the same place.
  ///
  /// - Throws: `VerificationError.featuresDiffer` if there are more or fewer rows or they have another length.
  func pairedProducts(with other: PackedSigns) throws -> [Int64] {
    try check(other)
    guard other.rowCount == rowCount else {
      throw VerificationError.featuresDiffer(found: other.rowCount, expected: rowCount)
    }
    return (0..<rowCount).map { bits.products($0..<$0 + 1, with: other.bits, $0..<$0 + 1)[0] }
  }

  private static let rowsAtOnce = 64

  private func blocksOfRows<Part: Sendable>(
    _ compute: @Sendable (Range<Int>) -> Part
  ) throws -> [Part] {
    let blocks = stride(from: 0, to: rowCount, by: Self.rowsAtOnce)
      .map { $0..<min($0 + Self.rowsAtOnce, rowCount) }
    let threads = Runtime.threadCount
    return try stride(from: 0, to: blocks.count, by: threads).flatMap { first in
      let group = Array(blocks[first..<min(first + threads, blocks.count)])
      return try Runtime.onThreads(group.count) { compute(group[$0]) }
    }
  }
}
