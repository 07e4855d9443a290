import Statistics
import Testing

@Suite struct SummaryTests {
  @Test func knownValues() throws {
    let summary = try Summary(of: [4, 1, 3, 2])
    #expect(summary.count == 4)
    #expect(summary.mean == 2.5)
    #expect(abs((summary.standardDeviation ?? 0) - 1.2909944487358056) < 1e-15)
    #expect(summary.median == 2.5)
    #expect(summary.minimum == 1)
    #expect(summary.maximum == 4)
  }

  /// As numpy.quantile([1, 2, 4, 8, 16], …) gives them.
  @Test(arguments: [(0.0, 1.0), (0.1, 1.4), (0.25, 2), (0.5, 4), (0.9, 12.8), (1, 16)])
  func quantiles(probability: Double, expected: Double) throws {
    let summary = try Summary(of: [16, 1, 8, 2, 4])
    #expect(abs(try summary.quantile(probability) - expected) < 1e-14)
  }

  @Test func oneValue() throws {
    let summary = try Summary(of: [0.3])
    #expect(summary.standardDeviation == nil)
    #expect(summary.median == 0.3)
    #expect(try summary.quantile(0.7) == 0.3)
  }

  @Test func equalValuesHaveNoSpread() throws {
    for count in 2...100 {
      let summary = try Summary(of: Array(repeating: 0.1, count: count))
      #expect(summary.standardDeviation == 0)
      #expect(summary.mean == 0.1)
    }
  }

  @Test func largeOffsetLosesNoDigits() throws {
    let summary = try Summary(of: [1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16])
    #expect(summary.mean == 1e9 + 10)
    #expect(abs((summary.standardDeviation ?? 0) - 30.0.squareRoot()) < 1e-14)
  }

  @Test func refused() throws {
    #expect(throws: StatisticsError.tooFewValues(count: 0, needed: 1)) { try Summary(of: []) }
    #expect(throws: StatisticsError.notFinite(index: 1)) { try Summary(of: [1, .nan]) }
    let summary = try Summary(of: [1, 2])
    for probability in [-0.1, 1.1, .nan] {
      #expect(throws: StatisticsError.self) { try summary.quantile(probability) }
    }
  }
}
