import Foundation
import Statistics
import Testing

@Suite struct IntervalTests {
  private struct GoldenInterval: Decodable {
    var successes: Int
    var trials: Int
    var confidence: Double
    var lower: Double
    var upper: Double
  }

  private struct GoldenBand: Decodable {
    var count: Int
    var coverage: Double
    var lower: [Double]
    var upper: [Double]
  }

  /// The beta function's factor loses digits as n grows: eight are left at a million.
  @Test func clopperPearsonAgreesWithScipy() throws {
    let intervals: [GoldenInterval] = try golden("clopper_pearson.json")
    #expect(intervals.count > 100)
    for item in intervals {
      let bounds = try ClopperPearson(
        successes: item.successes,
        trials: item.trials,
        confidence: item.confidence
      )
      let note: Comment = "\(item.successes) of \(item.trials) at \(item.confidence)"
      #expect(abs(bounds.lower - item.lower) <= 1e-8 * item.lower, note)
      #expect(abs(bounds.upper - item.upper) <= 1e-8 * item.upper, note)
      #expect((bounds.lower...bounds.upper).contains(bounds.rate))
    }
  }

  @Test(arguments: [(1, 0), (-1, 3), (4, 3), (0, 0), (1, .max)])
  func refusesWhatIsNoRate(successes: Int, trials: Int) {
    #expect(throws: StatisticsError.badCounts(successes: successes, trials: trials)) {
      try ClopperPearson(successes: successes, trials: trials)
    }
  }

  @Test func theBandAgreesWithScipy() throws {
    for item in try golden("order_statistics.json") as [GoldenBand] {
      let p = Array(repeating: 0.5, count: item.count)
      let points = try UniformQuantiles(of: p, coverage: item.coverage).points
      #expect(zip(points, item.lower).allSatisfy { abs($0.lower - $1) < 1e-12 })
      #expect(zip(points, item.upper).allSatisfy { abs($0.upper - $1) < 1e-12 })
    }
  }

  @Test func pointsAreSorted() throws {
    let quantiles = try UniformQuantiles(of: [0.9, 0.1, 0.2])
    #expect(quantiles.points.map(\.observed) == [0.1, 0.2, 0.9])
    #expect(quantiles.points.map(\.expected) == [0.25, 0.5, 0.75])
  }

  @Test func theBandShowsATestThatAccusesTooOften() throws {
    var generator = Generator(state: 6)
    let uniform = (0..<500).map { _ in Double.random(in: 0..<1, using: &generator) }
    let honest = try UniformQuantiles(of: uniform)
    // Each point lies below the band with a chance of 2.5 %, neighbours together.
    #expect(honest.points.count { $0.observed < $0.lower } < 50)
    let eager = try UniformQuantiles(of: uniform.map { $0 * $0 })
    #expect(eager.points.count { $0.observed < $0.lower } > 400)
  }

  @Test func refusesWhatIsNoPValue() {
    #expect(throws: StatisticsError.badProbability(2)) { try UniformQuantiles(of: [0.1, 2]) }
    #expect(throws: StatisticsError.badProbability(1)) {
      try UniformQuantiles(of: [0.1], coverage: 1)
    }
    #expect(throws: StatisticsError.tooFewValues(count: 0, needed: 1)) {
      try UniformQuantiles(of: [])
    }
  }
}
