public import Torch

/// The signs of gradients: one row for each image, entries -1, 0 or +1 in a byte each.
public typealias SignMatrix = GradientMatrix<Int8>

/// Gradients, or their signs: one row for each image.
public struct GradientMatrix<Entry: TensorElement & Hashable>: Sendable, Hashable {
  /// The number of images N.
  public let rowCount: Int
  /// The number of features D of each.
  public let columnCount: Int
  /// The entries row by row, `rowCount * columnCount` of them.
  public let entries: [Entry]

  /// Creates a matrix from its entries.
  ///
  /// - Throws: `VerificationError.wrongEntryCount` if they are not `rowCount * columnCount`.
  public init(rowCount: Int, columnCount: Int, entries: [Entry]) throws {
    let (count, overflow) = rowCount.multipliedReportingOverflow(by: columnCount)
    guard rowCount >= 0, columnCount >= 0, !overflow, entries.count == count else {
      throw VerificationError.wrongEntryCount(
        found: entries.count,
        rows: rowCount,
        columns: columnCount
      )
    }
    self.rowCount = rowCount
    self.columnCount = columnCount
    self.entries = entries
  }

  /// Returns some rows, in the given order.
  ///
  /// - Parameter rows: Positions in `0..<rowCount`; a position may repeat.
  /// - Returns: As many rows as positions.
  /// - Throws: `VerificationError.noSuchRow` for other positions.
  public func selecting(_ rows: some Collection<Int>) throws -> GradientMatrix {
    var chosen: [Entry] = []
    chosen.reserveCapacity(rows.count * columnCount)
    for row in rows {
      guard (0..<rowCount).contains(row) else {
        throw VerificationError.noSuchRow(row, count: rowCount)
      }
      chosen += entries[row * columnCount..<(row + 1) * columnCount]
    }
    return try GradientMatrix(rowCount: rows.count, columnCount: columnCount, entries: chosen)
  }

  /// Returns this matrix with the rows of another below.
  ///
  /// - Throws: `VerificationError.featuresDiffer` if the rows have another length.
  public func appending(_ other: GradientMatrix) throws -> GradientMatrix {
    guard other.columnCount == columnCount else {
      throw VerificationError.featuresDiffer(found: other.columnCount, expected: columnCount)
    }
    return try GradientMatrix(
      rowCount: rowCount + other.rowCount,
      columnCount: columnCount,
      entries: entries + other.entries
    )
  }

  /// Returns a range of rows as float32.
  ///
  /// - Parameters:
  ///   - rows: Positions in `0..<rowCount`.
  ///   - device: Where the tensor shall live.
  /// - Returns: Shape `[rows, columnCount]`.
  /// - Throws: `VerificationError.noSuchRow` for other positions; `TorchError`.
  public func tensor(rows: Range<Int>, on device: Device = .cpu) throws -> Tensor {
    guard (0...rowCount).contains(rows.lowerBound), rows.upperBound <= rowCount else {
      throw VerificationError.noSuchRow(rows.upperBound, count: rowCount)
    }
    let size = columnCount * MemoryLayout<Entry>.stride
    return try entries.withUnsafeBytes { bytes in
      try Tensor(
        bytes: UnsafeRawBufferPointer(
          rebasing: bytes[rows.lowerBound * size..<rows.upperBound * size]
        ),
        dtype: Entry.dtype,
        shape: [rows.count, columnCount],
        device: device
      )
    }.to(.float32)
  }
}
