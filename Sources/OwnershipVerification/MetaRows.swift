import Datasets
import Torch

/// The rows that a meta-classifier is trained on, and as released those set aside.
struct MetaRows {
  /// Rows with their classes.
  struct Part {
    /// 1 for the victim, 0 for the benign model.
    let labels: [Int64]
    private let raw: (Range<Int>) throws -> Tensor
    private let standard: ColumnStatistics?

    fileprivate init<Entry>(
      _ rows: GradientMatrix<Entry>,
      labels: [Int64],
      isStandardized: Bool
    ) throws {
      raw = { try rows.tensor(rows: $0) }
      self.labels = labels
      standard = isStandardized ? try ColumnStatistics(of: raw(0..<rows.rowCount)) : nil
    }

    /// The number of rows.
    var count: Int { labels.count }

    /// Ranges that together are all rows, of a few hundred each, so that float32 copies stay small.
    var blocks: [Range<Int>] {
      stride(from: 0, to: count, by: 512).map { $0..<min($0 + 512, count) }
    }

    /// Some rows as the network sees them in training, shape `[rows, D]`.
    func tensor(_ rows: Range<Int>) throws -> Tensor {
      let raw = try raw(rows)
      return try standard?.standardized(raw) ?? raw
    }
  }

  let training: Part
  let heldOut: Part?
  let featureCount: Int

  /// Puts the rows of both models together.
  ///
  /// As released, a fifth of each model's rows is set aside; which fifth is drawn for each model by
  /// itself, so what one model's rows set aside show, the other was trained on.
  init<Entry>(
    victim: GradientMatrix<Entry>,
    benign: GradientMatrix<Entry>,
    settings: MetaClassifierSettings
  ) throws {
    featureCount = victim.columnCount
    guard settings.asReleased else {
      training = try Part(
        victim.appending(benign),
        labels: Self.labels(victim.rowCount, benign.rowCount),
        isStandardized: false
      )
      heldOut = nil
      return
    }
    let (victimTrain, victimTest) = Self.split(victim.rowCount, model: 1, seed: settings.seed)
    let (benignTrain, benignTest) = Self.split(benign.rowCount, model: 0, seed: settings.seed)
    // The public code trims both parts set aside to the same length.
    let testCount = min(victimTest.count, benignTest.count)
    training = try Part(
      victim.selecting(victimTrain).appending(benign.selecting(benignTrain)),
      labels: Self.labels(victimTrain.count, benignTrain.count),
      isStandardized: true
    )
    heldOut = try Part(
      victim.selecting(Array(victimTest.prefix(testCount)))
        .appending(benign.selecting(Array(benignTest.prefix(testCount)))),
      labels: Self.labels(testCount, testCount),
      isStandardized: true
    )
  }

  private static func labels(_ victim: Int, _ benign: Int) -> [Int64] {
    Array(repeating: 1, count: victim) + Array(repeating: 0, count: benign)
  }

  private static func split(
    _ count: Int,
    model: UInt64,
    seed: UInt64
  ) -> (training: [Int], heldOut: [Int]) {
    var random = KeyedRandom("meta-classifier split", seed, model)
    let order = random.permutation(of: count)
    return (Array(order.dropFirst(count / 5)), Array(order.prefix(count / 5)))
  }
}

/// What brings rows to length 1 and then columns to mean 0 and variance 1.
private struct ColumnStatistics {
  private let mean: Tensor
  private let deviation: Tensor

  init(of rows: Tensor) throws {
    let rows = try Self.normalized(rows)
    mean = try rows.mean(over: [0])
    // Most columns of compact features are nearly always +1. One that is always +1 has a deviation of
    // zero but for rounding; a single row that differs gives some 10⁻⁴.
    deviation = try rows.variance(over: [0], unbiased: false).squareRoot().clamped(to: 1e-6...1)
  }

  func standardized(_ rows: Tensor) throws -> Tensor {
    try (Self.normalized(rows) - mean) / deviation
  }

  /// Rows of length 1; a row of zeros stays.
  private static func normalized(_ rows: Tensor) throws -> Tensor {
    let length = try (rows * rows).sum(over: [1], keeping: true).squareRoot()
    return try rows / length.maximum(Tensor(repeating: 1, shape: []))
  }
}
