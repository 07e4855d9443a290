/// P-values beside those that a valid test of true null hypotheses would give: a QQ plot's points.
public struct UniformQuantiles: Hashable, Sendable {
  /// One point of the plot.
  public struct Point: Hashable, Sendable, Codable {
    /// i / (n + 1), the mean of the i-th smallest of n uniform numbers.
    public let expected: Double
    /// The i-th smallest p-value.
    public let observed: Double
    /// The bounds of the band at this point.
    public let lower: Double
    /// The bounds of the band at this point.
    public let upper: Double
  }

  /// The points, ascending; as many as there are p-values.
  public let points: [Point]

  /// Sorts p-values and computes the band.
  ///
  /// The i-th smallest of n independent uniform numbers has the distribution Beta(i, n − i + 1); the
  /// band holds it, point by point, with the given probability.
  ///
  /// - Parameters:
  ///   - pValues: In [0, 1], at least one.
  ///   - coverage: In (0, 1).
  /// - Throws: `StatisticsError.tooFewValues` or `.badProbability`.
  /// - Complexity: O(n √n).
  public init(of pValues: [Double], coverage: Double = 0.95) throws(StatisticsError) {
    guard !pValues.isEmpty else { throw .tooFewValues(count: 0, needed: 1) }
    guard coverage > 0, coverage < 1 else { throw .badProbability(coverage) }
    if let wrong = pValues.first(where: { !($0 >= 0 && $0 <= 1) }) { throw .badProbability(wrong) }
    let sorted = pValues.sorted()
    let (n, tail) = (Double(sorted.count), (1 - coverage) / 2)
    points = sorted.enumerated().map { index, observed in
      let i = Double(index + 1)
      return Point(
        expected: i / (n + 1),
        observed: observed,
        lower: IncompleteBeta.quantile(tail, i, n - i + 1),
        upper: IncompleteBeta.quantile(1 - tail, i, n - i + 1)
      )
    }
  }
}
