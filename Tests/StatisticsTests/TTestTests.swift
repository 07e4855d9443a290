import Foundation
import Statistics
import Testing

@Suite struct TTestTests {
  private struct Outcome: Decodable {
    var difference: Double
    var t: Double
    var nu: Double
    var log10Greater: Double
    var log10TwoSided: Double
  }

  private struct GoldenTest: Decodable {
    var first: [Double]
    var second: [Double]
    var paired: Outcome?
    var welch: Outcome

    enum CodingKeys: String, CodingKey {
      case first, second, paired, welch
    }
  }

  @Test func samplesAgreeWithFiftyDigits() throws {
    let tests: [GoldenTest] = try golden("t_tests.json")
    #expect(tests.count == 8)
    for test in tests {
      for alternative in [Alternative.greater, .twoSided] {
        let welch = try WelchTTest.test(
          test.first,
          against: test.second,
          alternative: alternative
        )
        expect(welch, test.welch)
        if let paired = test.paired {
          let result = try PairedTTest.test(
            test.first,
            against: test.second,
            alternative: alternative
          )
          expect(result, paired)
        }
      }
    }
  }

  private func expect(_ result: TTestResult, _ outcome: Outcome) {
    let expected =
      result.alternative == .greater ? outcome.log10Greater : outcome.log10TwoSided
    #expect(abs(result.meanDifference - outcome.difference) < 1e-15)
    // One sample has a spread of 10⁻⁵ around 0.5, so its differences carry 11 digits.
    #expect(abs(result.t / outcome.t - 1) < 1e-10)
    #expect(abs(result.degreesOfFreedom / outcome.nu - 1) < 1e-10)
    #expect(abs(result.log10P - expected) < 1e-9)
    #expect(abs(log10(result.pValue) - expected) < 1e-9)
  }

  /// Differences that are all equal, and the p-value each test must then give.
  @Test(arguments: [
    (0.1, 0.0, 0.0), (-0.1, 1, 0), (0, 1, 1), (1e-300, 0, 0), (-1e-300, 1, 0),
  ])
  func noSpread(shift: Double, greater: Double, twoSided: Double) throws {
    for count in 2...40 {
      let base = Array(repeating: 0.0, count: count)
      let shifted = base.map { $0 + shift }
      for (alternative, p) in [(Alternative.greater, greater), (.twoSided, twoSided)] {
        for result in [
          try PairedTTest.test(shifted, against: base, alternative: alternative),
          try WelchTTest.test(shifted, against: base, alternative: alternative),
        ] {
          #expect(result.pValue == p)
          #expect(result.log10P == (p == 0 ? -.infinity : 0))
          #expect(result.meanDifference == shift)
          #expect(result.t == (shift == 0 ? 0 : shift * .infinity))
        }
      }
    }
  }

  @Test func aModelAgainstItself() throws {
    let values = [0.1, 0.5, 0.9, 0.3]
    #expect(try PairedTTest.test(values, against: values).pValue == 1)
    let welch = try WelchTTest.test(values, against: values)
    #expect(welch.t == 0)
    #expect(welch.pValue == 1)
  }

  @Test func scaleDoesNotMatter() throws {
    let (first, second) = ([0.5, 0.75, 1, 0.25], [0.125, 0.5, 0.25, 0.375])
    let paired = try PairedTTest.test(first, against: second)
    let welch = try WelchTTest.test(first, against: second)
    for scale in [0x1p-900, 0x1p-400, 0x1p400, 0x1p1000] {
      let (a, b) = (first.map { $0 * scale }, second.map { $0 * scale })
      #expect(try PairedTTest.test(a, against: b).log10P == paired.log10P)
      #expect(try WelchTTest.test(a, against: b).log10P == welch.log10P)
    }
  }

  @Test func sidesBelongTogether() throws {
    let (first, second) = ([0.5, 0.75, 1, 0.25], [0.125, 0.5, 0.25, 0.375])
    let greater = try PairedTTest.test(first, against: second)
    let less = try PairedTTest.test(second, against: first)
    let both = try PairedTTest.test(first, against: second, alternative: .twoSided)
    #expect(abs(greater.pValue + less.pValue - 1) < 1e-15)
    #expect(abs(both.pValue - 2 * greater.pValue) < 1e-15)
  }

  @Test(
    arguments: [
      ([], [], .tooFewValues(count: 0, needed: 2)),
      ([1], [1], .tooFewValues(count: 1, needed: 2)),
      ([1, 2], [1, 2, 3], .unequalCounts(first: 2, second: 3)),
      ([1, .nan], [1, 2], .notFinite(index: 1)),
      ([1, 2], [-.infinity, 2], .notFinite(index: 0)),
      ([1, .infinity], [1, .infinity], .notFinite(index: 1)),
      ([.greatestFiniteMagnitude, 1], [-.greatestFiniteMagnitude, 2], .notFinite(index: 0)),
    ] as [([Double], [Double], StatisticsError)]
  )
  func refusedPairs(first: [Double], second: [Double], error: StatisticsError) {
    #expect(throws: error) { try PairedTTest.test(first, against: second) }
  }

  @Test(
    arguments: [
      ([1], [1, 2, 3], .tooFewValues(count: 1, needed: 2)),
      ([1, .nan], [1, 2], .notFinite(index: 1)),
      ([.nan, 1], [1, 2], .notFinite(index: 0)),
      ([1, 2], [1, 2, .infinity], .notFinite(index: 2)),
    ] as [([Double], [Double], StatisticsError)]
  )
  func refusedSamples(first: [Double], second: [Double], error: StatisticsError) {
    #expect(throws: error) { try WelchTTest.test(first, against: second) }
  }

  /// Under H₀ the paired p-value is uniform: 20,000 trials at m = 10.
  @Test(arguments: [Alternative.greater, .twoSided])
  func falsePositivesOccurAtTheStatedRate(alternative: Alternative) throws {
    var generator = Generator(state: 20_000)
    let trials = 20_000
    var p: [Double] = []
    for _ in 0..<trials {
      let (first, second) = (generator.normals(10), generator.normals(10))
      p.append(
        try PairedTTest.test(first, against: second, alternative: alternative).pValue
      )
    }
    // Central 1 − 10⁻⁶ intervals of Binomial(20000, α), by scipy.stats.binom.ppf.
    for (significance, bounds) in [(0.01, 135...272), (0.05, 853...1154), (0.5, 9654...10346)] {
      #expect(bounds.contains(p.count { $0 < significance }))
    }
    // Kolmogorov's distance, with a chance of 10⁻⁶ to exceed 2.7/√n.
    let distance = p.sorted().enumerated().map { abs($1 - (Double($0) + 0.5) / Double(trials)) }
    #expect(try #require(distance.max()) < 2.7 / Double(trials).squareRoot())
  }
}
