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
