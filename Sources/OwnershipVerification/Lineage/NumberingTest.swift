import Datasets
import Networks

/// A permutation test of one correlation against random re-numberings of channels.
struct NumberingTest {
  /// Which channels may be exchanged with which.
  enum Exchange {
    /// All of a space; the pairs are whole layers.
    case all
    /// Those of even number, and those of odd number, among themselves; the columns of a pair are the
    /// odd ones only.
    case withinParity
  }

  let pairs: [LayerPair]
  let spaces: [ChannelGraph.Space]
  let exchange: Exchange
  let seed: UInt64

  /// T, the plain mean of the layers' correlations.
  static func statistic(of correlations: [Double]) -> Double {
    correlations.reduce(0, +) / Double(max(1, correlations.count))
  }

  /// The correlation of every layer under the numbering as it is.
  func correlations() -> [Double] {
    correlations(under: spaces.map { Array(0..<$0.count) })
  }

  /// The statistic under each of some random re-numberings.
  func nullStatistics(draws: Int, onDraw: (Int) throws -> Void) throws -> [Double] {
    try (0..<draws).map { draw in
      var random = KeyedRandom("lineage numbering", seed, UInt64(draw))
      let orders = spaces.map { order(of: $0.count, using: &random) }
      try onDraw(draw)
      return Self.statistic(of: correlations(under: orders))
    }
  }

  private func order(of count: Int, using random: inout KeyedRandom) -> [Int] {
    guard exchange == .withinParity else { return random.permutation(of: count) }
    let even = random.permutation(of: (count + 1) / 2)
    let odd = random.permutation(of: count / 2)
    return (0..<count).map { $0 % 2 == 0 ? 2 * even[$0 / 2] : 2 * odd[$0 / 2] + 1 }
  }

  private func correlations(under orders: [[Int]]) -> [Double] {
    pairs.map { pair in
      pair.correlation(
        rows: pair.output.map { orders[$0] } ?? Array(0..<pair.rowCount),
        columns: pair.input.map { columns(of: orders[$0]) } ?? Array(0..<pair.columnCount)
      )
    }
  }

  private func columns(of order: [Int]) -> [Int] {
    guard exchange == .withinParity else { return order }
    return stride(from: 1, to: order.count, by: 2).map { order[$0] / 2 }
  }
}
