import Networks

/// One layer of the victim and of the suspect, ready to be correlated under many numberings.
struct LayerPair {
  let name: String
  /// What numbers the rows, and the columns; nil where the numbering is given.
  let output: Int?
  let input: Int?
  private let victim: WeightBlock
  private let suspect: WeightBlock

  var rowCount: Int { victim.rows }
  var columnCount: Int { victim.columns }

  /// Centres both blocks along the free numberings and scales them to unit length.
  init(_ weight: ChannelGraph.Weight, victim: WeightBlock, suspect: WeightBlock) {
    name = weight.name
    output = weight.output?.index
    input = weight.input?.index
    func prepared(_ block: WeightBlock) -> WeightBlock {
      var block = block
      block.centre(overColumns: weight.input != nil, overRows: weight.output != nil)
      block.normalise()
      return block
    }
    self.victim = prepared(victim)
    self.suspect = prepared(suspect)
  }

  /// The correlation of the victim's block with the suspect's under a numbering of its channels.
  ///
  /// - Parameters:
  ///   - rows: For each row of the victim the row of the suspect.
  ///   - columns: For each column of the victim the column of the suspect.
  /// - Returns: In [-1, 1]; 0 if one of the blocks is constant.
  /// - Complexity: One multiplication for each weight; nothing is moved or allocated.
  func correlation(rows: [Int], columns: [Int]) -> Double {
    let (taps, length) = (victim.taps, victim.columns * victim.taps)
    return victim.values.withUnsafeBufferPointer { victim in
      suspect.values.withUnsafeBufferPointer { suspect in
        var sum = 0.0
        for (row, other) in rows.enumerated() {
          let a = UnsafeBufferPointer(rebasing: victim[row * length..<(row + 1) * length])
          let b = UnsafeBufferPointer(rebasing: suspect[other * length..<(other + 1) * length])
          sum += taps == 9 ? dotOfNines(a, b, columns) : dot(a, b, columns, taps)
        }
        return sum
      }
    }
  }
}

/// Σ over columns and taps of a[column] · b[order[column]].
private func dot(
  _ a: UnsafeBufferPointer<Float>,
  _ b: UnsafeBufferPointer<Float>,
  _ order: [Int],
  _ taps: Int
) -> Double {
  var sum: Float = 0
  for (column, other) in order.enumerated() {
    for tap in 0..<taps { sum += a[column * taps + tap] * b[other * taps + tap] }
  }
  return Double(sum)
}

/// The same for kernels of 3×3, where almost all weights are: eight taps at once and the ninth.
private func dotOfNines(
  _ a: UnsafeBufferPointer<Float>,
  _ b: UnsafeBufferPointer<Float>,
  _ order: [Int]
) -> Double {
  var eights = SIMD8<Float>.zero
  var ninths: Float = 0
  let (a, b) = (UnsafeRawBufferPointer(a), UnsafeRawBufferPointer(b))
  for (column, other) in order.enumerated() {
    let (i, j) = (column * 36, other * 36)
    eights +=
      a.loadUnaligned(fromByteOffset: i, as: SIMD8<Float>.self)
      * b.loadUnaligned(fromByteOffset: j, as: SIMD8<Float>.self)
    ninths +=
      a.loadUnaligned(fromByteOffset: i + 32, as: Float.self)
      * b.loadUnaligned(fromByteOffset: j + 32, as: Float.self)
  }
  return Double(eights.sum() + ninths)
}
