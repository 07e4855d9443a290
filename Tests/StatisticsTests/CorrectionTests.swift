import Statistics
import Testing

@Suite struct CorrectionTests {
  @Test(arguments: [(0.01, 1, 0.02), (0.01, 2, 0.06), (0.001, 9, 0.09), (0.3, 2, 1), (0, 7, 0)])
  func laterAttemptsPayMore(p: Double, attempt: Int, expected: Double) throws {
    #expect(abs(try AttemptCorrection.corrected(p, attempt: attempt) - expected) < 1e-15)
  }

  /// Σ 1/(k (k + 1)) up to n is 1 − 1/(n + 1): never more than 1.
  @Test func theWeightsAddUpToOne() throws {
    var sum = 0.0
    for attempt in 1...10_000 {
      sum += 1e-12 / (try AttemptCorrection.corrected(1e-12, attempt: attempt))
    }
    #expect(abs(sum - (1 - 1 / 10_001)) < 1e-10)
    #expect(try AttemptCorrection.corrected(1e-9, attempt: .max) == 1)
  }

  /// An owner who registers 200 times and takes the best is rarely right: 2,000 owners.
  @Test func grindingDoesNotPay() throws {
    var generator = Generator(state: 4)
    let winners = try (0..<2_000).count { _ in
      try (1...200).contains { attempt in
        let p = Double.random(in: 0..<1, using: &generator)
        return try AttemptCorrection.corrected(p, attempt: attempt) <= 0.05
      }
    }
    // The 1 − 10⁻⁶ quantile of Binomial(2000, 0.05).
    #expect(winners <= 149)
    #expect(winners > 0)
  }

  @Test func refusesWhatIsNoAttempt() {
    #expect(throws: StatisticsError.badAttempt(0)) {
      try AttemptCorrection.corrected(0.1, attempt: 0)
    }
    #expect(throws: StatisticsError.badProbability(1.5)) {
      try AttemptCorrection.corrected(1.5, attempt: 1)
    }
  }

  /// The first by hand: 4 · 0.005, then 3 · 0.01, then 2 · 0.03, which its successor may not undercut.
  @Test(
    arguments: [
      ([0.01, 0.04, 0.03, 0.005], [0.03, 0.06, 0.06, 0.02]),
      ([0.5, 0.6], [1, 1]), ([0.2], [0.2]), ([], []), ([0.02, 0.02, 0], [0.04, 0.04, 0]),
    ] as [([Double], [Double])]
  )
  func holm(pValues: [Double], expected: [Double]) throws {
    let corrected = try HolmCorrection.corrected(pValues)
    #expect(corrected.count == expected.count)
    #expect(zip(corrected, expected).allSatisfy { abs($0 - $1) < 1e-15 })
  }

  @Test(arguments: [-0.1, 1.1, .nan] as [Double])
  func holmRefusesWhatIsNoProbability(p: Double) {
    #expect(throws: StatisticsError.self) { try HolmCorrection.corrected([0.1, p]) }
  }
}
