import Torch

/// The signs of gradients in two bits each: rows of -1, 0 and +1 whose inner products are exact.
///
/// A row is two planes of bits: which entries are not zero, and which are negative. Zeros need the
/// first: they are few (0.2 % to 1.3 % of all gradients of WRN-16-1 on CIFAR-10, up to 3 % in one row, mostly of
/// channels that a ReLU has silenced) but hardly a row is without any, and a list of them would have no
/// bound for a network that somebody else made. All 36,489,290 gradients of WRN-28-10 take 9.1 MB.
public struct PackedSigns: Sendable, Hashable {
  /// The number of images N.
  public let rowCount: Int
  /// The number of gradients D of each.
  public let columnCount: Int

  let bits: SignBits

  init(rowCount: Int, columnCount: Int, bits: SignBits) {
    self.rowCount = rowCount
    self.columnCount = columnCount
    self.bits = bits
  }

  /// Packs signs that take a byte each.
  ///
  /// - Throws: `TorchError` if there is no memory.
  public init(_ signs: SignMatrix) throws {
    var rows = PackedRows(columnCount: signs.columnCount, capacity: signs.rowCount)
    for start in stride(from: 0, to: signs.rowCount, by: 256) {
      let range = start..<min(start + 256, signs.rowCount)
      var part = SignBits(rowCount: range.count, columnCount: signs.columnCount)
      _ = try part.pack(signs.tensor(rows: range), atColumn: 0)
      rows.append(part, count: range.count)
    }
    self = rows.finished
  }

  /// The bytes that the rows take.
  public var byteCount: Int { 8 * bits.words.count }

  /// The signs of one row, -1, 0 or +1.
  ///
  /// - Throws: `VerificationError.noSuchRow` for a row that there is not.
  public func signs(inRow row: Int) throws -> [Int8] {
    guard (0..<rowCount).contains(row) else {
      throw VerificationError.noSuchRow(row, count: rowCount)
    }
    let start = 2 * bits.wordCount * row
    return (0..<columnCount).map { column in
      let (word, place) = (start + column / 64, UInt64(column % 64))
      let isNegative = bits.words[word + bits.wordCount] >> place & 1 == 1
      return bits.words[word] >> place & 1 == 0 ? 0 : isNegative ? -1 : 1
    }
  }

  /// Returns some rows, in the given order.
  ///
  /// - Parameter rows: Positions in `0..<rowCount`; a position may repeat.
  /// - Returns: As many rows as positions.
  /// - Throws: `VerificationError.noSuchRow` for other positions.
  public func selecting(_ rows: some Collection<Int>) throws -> PackedSigns {
    let size = 2 * bits.wordCount
    var chosen = PackedRows(columnCount: columnCount, capacity: rows.count)
    for row in rows {
      guard (0..<rowCount).contains(row) else {
        throw VerificationError.noSuchRow(row, count: rowCount)
      }
      chosen.append(bits.words[row * size..<(row + 1) * size], count: 1)
    }
    return chosen.finished
  }

  /// Returns these rows with those of another below.
  ///
  /// - Throws: `VerificationError.featuresDiffer` if the rows have another length.
  public func appending(_ other: PackedSigns) throws -> PackedSigns {
    try check(other)
    var rows = PackedRows(columnCount: columnCount, capacity: rowCount + other.rowCount)
    rows.append(bits, count: rowCount)
    rows.append(other.bits, count: other.rowCount)
    return rows.finished
  }

  func check(_ other: PackedSigns) throws {
    guard other.columnCount == columnCount else {
      throw VerificationError.featuresDiffer(
        found: other.columnCount,
        expected: columnCount
      )
    }
  }
}

/// Packed rows that are added batch by batch.
struct PackedRows {
  private let columnCount: Int
  private let wordCount: Int
  private var words: [UInt64] = []
  private(set) var count = 0

  /// Reserves memory for as many rows as are expected.
  init(columnCount: Int, capacity: Int) {
    self.columnCount = columnCount
    wordCount = SignBits.wordCount(of: columnCount)
    words.reserveCapacity(2 * wordCount * capacity)
  }

  mutating func append(_ bits: SignBits, count: Int) { append(bits.words[...], count: count) }

  mutating func append(_ rows: ArraySlice<UInt64>, count: Int) {
    words += rows
    self.count += count
  }

  var finished: PackedSigns {
    PackedSigns(
      rowCount: count,
      columnCount: columnCount,
      bits: SignBits(words: words, wordCount: wordCount)
    )
  }
}
