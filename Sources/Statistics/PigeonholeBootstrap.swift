/// Bounds for a rate whose trials cross two kinds of things, such as models and keys: trials on one model are
/// alike, and so are trials for one key.
///
/// Models and keys are drawn anew with replacement, as many of each as there are, and every trial counts as
/// often as its model and its key were drawn together (Owen, Ann. Appl. Stat. 1, 2007, "The pigeonhole bootstrap").
/// The bounds are percentiles of the rate; with few models or keys they are rough. Where a trial is a pair of
/// models, models are drawn once for both roles (the vertex bootstrap: Snijders and Borgatti, Connections 22, 1999,
/// "Non-parametric standard errors and tests for network statistics").
public struct PigeonholeBootstrap: Hashable, Sendable, Codable {
  /// One trial.
  public struct Trial: Hashable, Sendable {
    /// Names its model.
    public let row: String
    /// Names its key.
    public let column: String
    /// Whether it counts.
    public let isSuccess: Bool

    /// Creates a trial.
    public init(row: String, column: String, isSuccess: Bool) {
      self.row = row
      self.column = column
      self.isSuccess = isSuccess
    }
  }

  /// The lower bound.
  public let lower: Double
  /// The upper bound.
  public let upper: Double

  /// Computes the bounds.
  ///
  /// - Parameters:
  ///   - trials: At least one.
  ///   - sharingNames: Whether rows and columns name the same things, such as the two models of a pair: a
  ///     thing is then drawn equally often in both roles.
  ///   - confidence: In (0, 1).
  ///   - draws: How often models and keys are drawn; 1 or more. A draw without any trial is left out.
  ///   - generator: Draws them.
  /// - Throws: `StatisticsError.tooFewValues`, `.badProbability` or `.noRepeats`.
  /// - Complexity: O(trials · draws).
  public init(
    _ trials: [Trial],
    sharingNames: Bool = false,
    confidence: Double = 0.95,
    draws: Int = 2_000,
    using generator: inout some RandomNumberGenerator
  ) throws(StatisticsError) {
    guard !trials.isEmpty else { throw .tooFewValues(count: 0, needed: 1) }
    guard confidence > 0, confidence < 1 else { throw .badProbability(confidence) }
    guard draws >= 1 else { throw .noRepeats }
    let (rows, columns) = Self.numbers(trials, sharingNames: sharingNames)
    var rates: [Double] = []
    for _ in 0..<draws {
      let rowCounts = Self.drawn(rows.count, using: &generator)
      let columnCounts = sharingNames ? rowCounts : Self.drawn(columns.count, using: &generator)
      var (successes, total) = (0, 0)
      for (index, trial) in trials.enumerated() {
        let weight = rowCounts[rows.of[index]] * columnCounts[columns.of[index]]
        total += weight
        if trial.isSuccess { successes += weight }
      }
      if total > 0 { rates.append(Double(successes) / Double(total)) }
    }
    let summary = try Summary(of: rates)
    lower = try summary.quantile((1 - confidence) / 2)
    upper = try summary.quantile((1 + confidence) / 2)
  }

  private static func numbers(
    _ trials: [Trial],
    sharingNames: Bool
  ) -> (rows: (of: [Int], count: Int), columns: (of: [Int], count: Int)) {
    guard sharingNames else {
      return (numbers(trials.map(\.row)), numbers(trials.map(\.column)))
    }
    let both = numbers(trials.map(\.row) + trials.map(\.column))
    return (
      (Array(both.of[..<trials.count]), both.count), (Array(both.of[trials.count...]), both.count)
    )
  }

  /// Numbers names in the order of their first appearance.
  private static func numbers(_ names: [String]) -> (of: [Int], count: Int) {
    var numbers: [String: Int] = [:]
    let all = names.map { name in
      let number = numbers[name] ?? numbers.count
      numbers[name] = number
      return number
    }
    return (all, numbers.count)
  }

  /// How often each of n things is drawn in n draws.
  private static func drawn(
    _ count: Int,
    using generator: inout some RandomNumberGenerator
  ) -> [Int] {
    var counts = [Int](repeating: 0, count: count)
    for _ in 0..<count { counts[Int(generator.next(upperBound: UInt64(count)))] += 1 }
    return counts
  }
}
