import Foundation
import Statistics
import Testing

@Suite struct TailTests {
  private struct Golden: Decodable {
    var scores: [Double]
    var decoys: [Double]
    var effect: Double
    var normal: Double
    var pareto: Double?
  }

  @Test func tailsAgreeWithScipy() throws {
    let cases: [Golden] = try golden("tails.json")
    #expect(cases.count == 36)
    #expect(cases.count { $0.pareto != nil } > 15)
    for item in cases {
      let effect = try EffectSize.standardised(item.scores, against: item.decoys)
      #expect(abs(effect - item.effect) < 1e-12)
      let normal = try ApproximateTail.normal(item.scores, against: item.decoys)
      #expect(abs(normal.log10P - item.normal) < 1e-9 * (1 + abs(item.normal)))
      guard item.scores.count == 1 else { continue }
      let pareto = try ApproximateTail.generalisedPareto(item.scores[0], against: item.decoys)
      #expect((pareto == nil) == (item.pareto == nil))
      if let pareto, let expected = item.pareto {
        #expect(abs(pareto.log10P - expected) < 1e-9)
      }
    }
  }

  /// An exponential tail is a Pareto tail with ξ = 0, so its p is known.
  @Test func anExponentialTailIsFound() throws {
    var generator = Generator(state: 2)
    let decoys = (0..<5_000).map { _ in -log(1 - Double.random(in: 0..<1, using: &generator)) }
    let tail = try #require(try ApproximateTail.generalisedPareto(14, against: decoys))
    #expect(abs(tail.log10P + 14 / log(10)) < 1)
    #expect(tail.method == .generalisedPareto)
  }

  @Test func decoysWithoutSpread() throws {
    let equal = Array(repeating: 0.25, count: 40)
    #expect(try EffectSize.standardised([0.5], against: equal) == .infinity)
    #expect(try EffectSize.standardised([0.25], against: equal) == 0)
    #expect(try ApproximateTail.normal([0.5], against: equal).log10P == -.infinity)
    #expect(try ApproximateTail.normal([0.125], against: equal).log10P == 0)
    #expect(try ApproximateTail.generalisedPareto(0.5, against: equal) == nil)
  }

  @Test func refusesTooFewDecoys() {
    #expect(throws: StatisticsError.tooFewValues(count: 39, needed: 40)) {
      try ApproximateTail.generalisedPareto(1, against: Array(repeating: 0, count: 39))
    }
    #expect(throws: StatisticsError.tooFewValues(count: 1, needed: 2)) {
      try ApproximateTail.normal([1], against: [0])
    }
    #expect(throws: StatisticsError.tooFewValues(count: 0, needed: 1)) {
      try EffectSize.standardised([], against: [0, 1])
    }
  }
}

/// Fisher's exact test against scipy.stats.hypergeom.sf(a - 1, n + m, a + b, n).
@Suite struct FisherExactTestTests {
  @Test(arguments: [
    ([20, 40, 20, 160] as [Int], -5.952_575_630_629_1 as Double), ([0, 30, 3, 90], 0.0),
    ([5, 30, 0, 90], -3.126_239_669_628_718_2), ([100, 300, 250, 2_400], -22.171_044_612_299_625),
    ([30, 30, 90, 90], 0.0), ([3, 50, 12, 400], -0.645_441_552_404_681_4),
  ])
  func equalsSciPy(counts: [Int], log10P: Double) throws {
    let found = try FisherExactTest.log10Tail(
      successes: counts[0],
      of: counts[1],
      others: counts[2],
      of: counts[3]
    )
    #expect(abs(found - log10P) < 1e-9 * max(1, abs(log10P)), "\(found)")
  }

  @Test func impossibleCountsAreRefused() {
    for counts in [(3, 2, 0, 1), (-1, 2, 0, 1), (0, 2, 2, 1)] {
      #expect(throws: StatisticsError.self) {
        try FisherExactTest.log10Tail(
          successes: counts.0,
          of: counts.1,
          others: counts.2,
          of: counts.3
        )
      }
    }
  }
}
