/// Bounds for a rate whose trials come in groups that are alike inside, such as trials on one model.
///
/// Whole groups are drawn with replacement, as many as there are, and the rate of all their trials is computed
/// anew each time (Davison and Hinkley, *Bootstrap Methods and their Application*, 1997, section 3.8). The bounds
/// are percentiles, and as good as there are many groups; with few they are too narrow.
public struct ClusterBootstrap: Hashable, Sendable, Codable {
  /// One group.
  public struct Group: Hashable, Sendable {
    /// How many of its trials succeeded.
    public let successes: Int
    /// How many trials it has, at least 1.
    public let trials: Int

    /// Creates a group.
    public init(successes: Int, trials: Int) {
      self.successes = successes
      self.trials = trials
    }
  }

  /// The lower bound.
  public let lower: Double
  /// The upper bound.
  public let upper: Double

  /// Computes the bounds.
  ///
  /// - Parameters:
  ///   - groups: At least one.
  ///   - confidence: In (0, 1).
  ///   - draws: How often groups are drawn; 1 or more.
  ///   - generator: Draws them.
  /// - Throws: `StatisticsError.tooFewValues`, `.badCounts`, `.badProbability` or `.noRepeats`.
  public init(
    _ groups: [Group],
    confidence: Double = 0.95,
    draws: Int = 2_000,
    using generator: inout some RandomNumberGenerator
  ) throws(StatisticsError) {
    guard !groups.isEmpty else { throw .tooFewValues(count: 0, needed: 1) }
    guard confidence > 0, confidence < 1 else { throw .badProbability(confidence) }
    guard draws >= 1 else { throw .noRepeats }
    for group in groups where group.trials < 1 || !(0...group.trials).contains(group.successes) {
      throw .badCounts(successes: group.successes, trials: group.trials)
    }
    var rates: [Double] = []
    for _ in 0..<draws {
      var (successes, trials) = (0, 0)
      for _ in groups {
        let group = groups[Int(generator.next(upperBound: UInt64(groups.count)))]
        successes += group.successes
        trials += group.trials
      }
      rates.append(Double(successes) / Double(trials))
    }
    let summary = try Summary(of: rates)
    lower = try summary.quantile((1 - confidence) / 2)
    upper = try summary.quantile((1 + confidence) / 2)
  }
}
