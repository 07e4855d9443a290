import Foundation
import Statistics
import Testing

@Suite struct RepeatedTestTests {
  /// A generator that goes through the same values again and again.
  private static func values(_ shift: Double) -> ([Double], [Double]) {
    var generator = Generator(state: 5)
    let first = (0..<60).map { _ in shift + 0.2 * generator.normal() }
    return (first, (0..<60).map { _ in 0.2 * generator.normal() })
  }

  @Test func allPairsAtOnceEqualTheSingleTest() throws {
    let (first, second) = Self.values(0.1)
    var generator = Generator(state: 1)
    let result = try RepeatedTest(sampleSize: 60, repeats: 5).run(
      first,
      against: second,
      using: &generator
    )
    let single = try PairedTTest.test(first, against: second)
    for (log10P, difference) in zip(result.log10P, result.meanDifferences) {
      #expect(abs(log10P - single.log10P) < 1e-10)
      #expect(abs(difference - single.meanDifference) < 1e-14)
    }
    #expect(abs(result.medianLog10P - single.log10P) < 1e-10)
    #expect(abs(result.harmonicMeanLog10P - single.log10P) < 1e-10)
  }

  @Test func summariesFollowFromTheDraws() throws {
    let (first, second) = Self.values(0.3)
    var generator = Generator(state: 2)
    let result = try RepeatedTest(sampleSize: 10, repeats: 40, significance: 0.01).run(
      first,
      against: second,
      using: &generator
    )
    let p = result.log10P.map { pow(10, $0) }
    #expect(p.count == 40)
    #expect(Set(p).count > 35)
    let harmonic = 40 / p.map { 1 / $0 }.reduce(0, +)
    #expect(abs(result.harmonicMeanLog10P - log10(harmonic)) < 1e-12)
    let sorted = result.log10P.sorted()
    #expect(result.medianLog10P == (sorted[19] + sorted[20]) / 2)
    #expect(result.rejectionRate == Double(p.count { $0 < 0.01 }) / 40)
    #expect((0.1...0.9999).contains(result.rejectionRate))
    #expect(abs(result.meanDifference - result.meanDifferences.reduce(0, +) / 40) < 1e-14)
  }

  /// Pair i differs by 2^i, so each mean tells which pairs were drawn: m distinct ones.
  @Test func drawsAreWithoutReplacementAndCoverAllPairs() throws {
    let first = (0..<20).map { Double(1 << $0) }
    let second = Array(repeating: 0.0, count: 20)
    var generator = Generator(state: 3)
    let result = try RepeatedTest(sampleSize: 4, repeats: 4000).run(
      first,
      against: second,
      using: &generator
    )
    var counts = Array(repeating: 0, count: 20)
    for mean in result.meanDifferences {
      let drawn = Int((mean * 4).rounded())
      #expect(drawn.nonzeroBitCount == 4)
      for i in 0..<20 where drawn >> i & 1 == 1 { counts[i] += 1 }
    }
    // Each count is Binomial(4000, 1/5): 800 ± 25.3; five standard deviations.
    #expect(counts.allSatisfy { (673...927).contains($0) })
  }

  @Test func sameGeneratorSameDraws() throws {
    let (first, second) = Self.values(0.1)
    var one = Generator(state: 4)
    var two = one
    let test = RepeatedTest(method: .welch, alternative: .twoSided)
    let result = try test.run(first, against: second, using: &one)
    #expect(try test.run(first, against: second, using: &two) == result)
    #expect(try test.run(first, against: second, using: &one) != result)
  }

  @Test func saturatedModelsGiveNoNaN() throws {
    var generator = Generator(state: 6)
    let ones = Array(repeating: 1.0, count: 30)
    let zeros = Array(repeating: 0.0, count: 30)
    let stolen = try RepeatedTest().run(ones, against: zeros, using: &generator)
    #expect(stolen.medianLog10P == -.infinity)
    #expect(stolen.harmonicMeanLog10P == -.infinity)
    #expect(stolen.rejectionRate == 1)
    let same = try RepeatedTest().run(ones, against: ones, using: &generator)
    #expect(same.medianLog10P == 0)
    #expect(same.harmonicMeanLog10P == 0)
    #expect(same.rejectionRate == 0)
    let mixed = try RepeatedTest(sampleSize: 2).run(
      [1, 1, 1, 0.5],
      against: [0, 0, 0, 0],
      using: &generator
    )
    #expect(mixed.harmonicMeanLog10P == -.infinity)
    #expect(!mixed.medianLog10P.isNaN)
  }

  /// 10⁻²⁰⁰⁰ is far below every `Double`; its harmonic mean is not.
  @Test func harmonicMeanOfTinyValues() throws {
    var generator = Generator(state: 7)
    let first = (0..<400).map { 1 + 1e-6 * Double($0 % 7) }
    let second = Array(repeating: 0.0, count: 400)
    let result = try RepeatedTest(sampleSize: 390).run(first, against: second, using: &generator)
    let smallest = try #require(result.log10P.min())
    #expect(smallest < -1000)
    #expect(result.harmonicMeanLog10P >= smallest)
    #expect(result.harmonicMeanLog10P <= smallest + log10(40))
  }

  @Test(
    arguments: [
      (RepeatedTest(sampleSize: 1), .tooFewValues(count: 1, needed: 2)),
      (RepeatedTest(sampleSize: 61), .sampleTooLarge(sampleSize: 61, count: 60)),
      (RepeatedTest(repeats: 0), .noRepeats),
      (RepeatedTest(significance: 0), .badProbability(0)),
      (RepeatedTest(significance: 1), .badProbability(1)),
    ] as [(RepeatedTest, StatisticsError)]
  )
  func impossibleSettings(test: RepeatedTest, error: StatisticsError) {
    let (first, second) = Self.values(0)
    var generator = Generator(state: 8)
    #expect(throws: error) { try test.run(first, against: second, using: &generator) }
  }

  @Test func unequalCounts() {
    var generator = Generator(state: 9)
    #expect(throws: StatisticsError.unequalCounts(first: 2, second: 1)) {
      try RepeatedTest(sampleSize: 2).run([1, 2], against: [1], using: &generator)
    }
  }
}
