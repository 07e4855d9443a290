/// The kernels of a layer or of some of its channels, row by row: `[rows, columns, taps]`.
///
/// A row is an output channel, a column an input channel, the taps are the kernel's.
struct WeightBlock {
  private(set) var rows: Int
  private(set) var columns: Int
  let taps: Int
  private(set) var values: [Float]

  init(rows: Int, columns: Int, values: [Float]) {
    self.rows = rows
    self.columns = columns
    taps = values.count / max(1, rows * columns)
    self.values = values
  }

  /// Multiplies each kernel by a factor of its row and one of its column.
  mutating func scale(rows rowFactors: [Double], columns columnFactors: [Double]) {
    var position = 0
    for row in 0..<rows {
      for column in 0..<columns {
        let factor = rowFactors[row] * columnFactors[column]
        for _ in 0..<taps {
          values[position] = Float(Double(values[position]) * factor)
          position += 1
        }
      }
    }
  }

  /// Scales rows and columns until all rows have one root mean square, and all columns (Sinkhorn and
  /// Knopp, 1967, on the squares).
  ///
  /// Whatever positive factors rows and columns had before, the outcome is the same.
  mutating func balance(rounds: Int = 10) {
    let energy = kernelEnergies()
    var rowFactors = [Double](repeating: 1, count: rows)
    var columnFactors = [Double](repeating: 1, count: columns)
    for _ in 0..<rounds {
      for column in 0..<columns {
        var sum = 0.0
        for row in 0..<rows { sum += rowFactors[row] * energy[row * columns + column] }
        columnFactors[column] = sum > 0 ? Double(rows) / sum : 0
      }
      for row in 0..<rows {
        var sum = 0.0
        for column in 0..<columns { sum += columnFactors[column] * energy[row * columns + column] }
        rowFactors[row] = sum > 0 ? Double(columns) / sum : 0
      }
    }
    scale(rows: rowFactors.map { $0.squareRoot() }, columns: columnFactors.map { $0.squareRoot() })
  }

  /// The sum of squares of every kernel.
  private func kernelEnergies() -> [Double] {
    (0..<rows * columns).map { kernel in
      values[kernel * taps..<(kernel + 1) * taps].reduce(0) { $0 + Double($1) * Double($1) }
    }
  }

  /// Returns some rows and columns in a given order; none given means all as they are.
  func selecting(rows rowOrder: [Int]? = nil, columns columnOrder: [Int]? = nil) -> WeightBlock {
    let rowOrder = rowOrder ?? Array(0..<rows)
    let columnOrder = columnOrder ?? Array(0..<columns)
    var chosen: [Float] = []
    chosen.reserveCapacity(rowOrder.count * columnOrder.count * taps)
    for row in rowOrder {
      for column in columnOrder {
        let start = (row * columns + column) * taps
        chosen += values[start..<start + taps]
      }
    }
    return WeightBlock(rows: rowOrder.count, columns: columnOrder.count, values: chosen)
  }

  /// Subtracts, tap by tap, the mean over the columns of each row, or over the rows of each column.
  ///
  /// What all channels share belongs to no channel: it says nothing about a numbering.
  mutating func centre(overColumns: Bool, overRows: Bool) {
    if overColumns { centre(lines: rows, step: columns * taps, count: columns, stride: taps) }
    if overRows { centre(lines: columns, step: taps, count: rows, stride: columns * taps) }
  }

  private mutating func centre(lines: Int, step: Int, count: Int, stride: Int) {
    for line in 0..<lines {
      for tap in 0..<taps {
        let start = line * step + tap
        var sum = 0.0
        for i in 0..<count { sum += Double(values[start + i * stride]) }
        let mean = Float(sum / Double(max(1, count)))
        for i in 0..<count { values[start + i * stride] -= mean }
      }
    }
  }

  /// Scales the whole to a sum of squares of 1, or leaves zeros.
  mutating func normalise() {
    let norm = values.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    guard norm > 0 else { return }
    for i in values.indices { values[i] = Float(Double(values[i]) / norm) }
  }

  /// Scales every row to a sum of squares of 1, or leaves zeros.
  mutating func normaliseRows() {
    let length = columns * taps
    for row in 0..<rows {
      let range = row * length..<(row + 1) * length
      let norm = values[range].reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
      guard norm > 0 else { continue }
      for i in range { values[i] = Float(Double(values[i]) / norm) }
    }
  }
}
