import CTorchShim

/// Rows of signs as bits: a plane of bits for entries that are not zero, then one for negative entries.
///
/// Bits past the last entry are zero, so they count in no product.
package struct SignBits: Sendable, Hashable {
  /// 64-bit words in a plane of a row.
  package let wordCount: Int
  /// Row after row, the two planes of each after one another.
  package private(set) var words: [UInt64]

  /// The words of a plane of a row.
  package static func wordCount(of columnCount: Int) -> Int {
    columnCount / 64 + (columnCount % 64 > 0 ? 1 : 0)
  }

  /// Creates rows without any sign set.
  ///
  /// - Parameters:
  ///   - rowCount: How many, at least 0.
  ///   - columnCount: The number of entries of a row, at least 0; together no more than memory holds.
  package init(rowCount: Int, columnCount: Int) {
    wordCount = Self.wordCount(of: columnCount)
    words = Array(repeating: 0, count: 2 * wordCount * rowCount)
  }

  /// Takes over words.
  package init(words: [UInt64], wordCount: Int) {
    self.words = words
    self.wordCount = wordCount
  }

  /// Sets the signs of some columns, which must not have been set before.
  ///
  /// - Parameters:
  ///   - numbers: One row for each row here, float32 on the processor, shape `[N, count]`.
  ///   - column: The first column.
  /// - Returns: Whether all numbers are finite; NaN has no sign and counts as 0.
  /// - Throws: `TorchError` if the shape does not fit.
  package mutating func pack(_ numbers: Tensor, atColumn column: Int) throws(TorchError) -> Bool {
    let capacity = words.count
    let result = words.withUnsafeMutableBufferPointer { words in
      Result { () throws(TorchError) in
        try checked {
          ts_tensor_pack_signs(
            numbers.pointer,
            words.baseAddress,
            capacity,
            Int64(wordCount),
            Int64(column),
            $0
          )
        }
      }
    }
    return try result.get() != 0
  }

  /// Computes Σ a_i b_i exactly for rows of this and other rows, by counting bits.
  ///
  /// - Parameters:
  ///   - rows: Rows of this.
  ///   - other: Rows with as many words.
  ///   - otherRows: Rows of the other.
  /// - Returns: Row-major, `rows.count` × `otherRows.count` sums.
  package func products(
    _ rows: Range<Int>,
    with other: SignBits,
    _ otherRows: Range<Int>
  ) -> [Int64] {
    let count = rows.count * otherRows.count
    guard count > 0, wordCount > 0, wordCount == other.wordCount else {
      return Array(repeating: 0, count: count)
    }
    let size = 2 * wordCount
    return words[rows.lowerBound * size..<rows.upperBound * size].withUnsafeBufferPointer { a in
      other.words[otherRows.lowerBound * size..<otherRows.upperBound * size]
        .withUnsafeBufferPointer { b in
          [Int64](unsafeUninitializedCapacity: count) { products, initialised in
            ts_signs_products(
              a.baseAddress,
              Int64(rows.count),
              b.baseAddress,
              Int64(otherRows.count),
              Int64(wordCount),
              products.baseAddress
            )
            initialised = count
          }
        }
    }
  }
}
