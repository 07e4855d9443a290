import Foundation
import Statistics
import Testing

@Suite struct JointRankTestTests {
  private struct Golden: Decodable {
    var secrets: [Double]
    var decoys: [Double]
    var subsets: Int
    var atLeast: Int
  }

  /// Sums of tenths differ in the last digit where they are equal in truth.
  @Test func enumerationAgreesWithExactArithmetic() throws {
    let cases: [Golden] = try golden("joint_ranks.json")
    #expect(cases.count == 7)
    for item in cases {
      var generator = Generator(state: 1)
      let result = try JointRankTest()
        .run(item.secrets, against: item.decoys, using: &generator)
      #expect(result.isEnumerated)
      #expect(result.subsetCount == item.subsets)
      #expect(result.subsetsAtLeast == item.atLeast)
      #expect(generator.state == 1)
    }
  }

  @Test func drawnSubsetsAgreeWithAllOfThem() throws {
    let cases: [Golden] = try golden("joint_ranks.json")
    for item in cases {
      var generator = Generator(state: 1)
      let test = JointRankTest(draws: 40_000, enumerationLimit: 0)
      let result = try test.run(item.secrets, against: item.decoys, using: &generator)
      let p = Double(item.atLeast) / Double(item.subsets)
      #expect(!result.isEnumerated)
      #expect(result.subsetCount == 40_001)
      // Five standard deviations of the share of draws.
      #expect(abs(result.pValue - p) < 5 * (p * (1 - p) / 40_000).squareRoot() + 1e-4)
    }
  }

  @Test(arguments: [
    (5.0, 0, 0.25), (3, 1, 0.5), (2.5, 1, 0.5), (2, 2, 0.75), (1, 3, 1), (-7, 3, 1),
  ])
  func decoysThatTieWithOneSecretCountAgainstTheClaim(
    secret: Double,
    atLeast: Int,
    p: Double
  ) throws {
    var generator = Generator(state: 1)
    let result = try JointRankTest().run([secret], against: [2, 1, 3], using: &generator)
    #expect(result.subsetsAtLeast == 1 + atLeast)
    #expect(result.pValue == p)
    #expect(result.isAtFloor == (atLeast == 0))
  }

  /// Under H₀, p is uniform on {1/20, …, 1}: 20,000 trials, and scores with many ties accuse less.
  @Test(arguments: [false, true])
  func oneSecretIsAccusedAtMostAtTheStatedRate(hasTies: Bool) throws {
    var generator = Generator(state: 3)
    let p = try (0..<20_000).map { _ in
      let scores = generator.normals(20).map { hasTies ? $0.rounded() : $0 }
      return try JointRankTest()
        .run([scores[0]], against: Array(scores.dropFirst()), using: &generator).pValue
    }
    // Central 1 − 2 · 10⁻⁶ intervals of Binomial(20000, α), by scipy.stats.binom.ppf.
    for (significance, bounds) in [(0.05, 857...1150), (0.1, 1801...2205), (0.5, 9664...10336)] {
      let accused = p.count { $0 <= significance + 1e-12 }
      #expect(accused <= bounds.upperBound)
      #expect(hasTies || accused >= bounds.lowerBound)
    }
  }

  /// A whole test of 4 secrets among 999 decoys, as users run it.
  @Test func fourSecretsThatStandOut() throws {
    var generator = Generator(state: 8)
    let decoys = generator.normals(999)
    let test = JointRankTest(draws: 99_999)
    let found = try test.run([2.5, 2, 3, 1.5], against: decoys, using: &generator)
    #expect(!found.isEnumerated)
    // Four normal numbers add up to 9 or more with probability 3.4 × 10⁻⁶.
    #expect(found.pValue < 2e-4)
    let ordinary = try test.run([0.1, -0.2, 0.4, -0.3], against: decoys, using: &generator)
    #expect((0.4...0.6).contains(ordinary.pValue))
  }

  /// Scores of one trial share a shift, as those on one model do; drawn subsets, 4,000 trials.
  @Test func falseAccusationsOccurAtMostAtTheStatedRate() throws {
    var generator = Generator(state: 5)
    let test = JointRankTest(draws: 99, enumerationLimit: 0)
    let p = try (0..<4_000).map { _ in
      let scores = generator.normals(23)
      return try test.run(
        Array(scores.prefix(3)),
        against: Array(scores.dropFirst(3)),
        using: &generator
      ).pValue
    }
    // Central 1 − 10⁻⁶ intervals of Binomial(4000, α), by scipy.stats.binom.ppf.
    for (significance, bounds) in [(0.01, 13...74), (0.05, 136...271), (0.5, 1845...2155)] {
      #expect(bounds.contains(p.count { $0 <= significance + 1e-12 }))
    }
  }

  @Test func refusesWhatIsNoTest() {
    var generator = Generator(state: 1)
    let none = StatisticsError.tooFewValues(count: 0, needed: 1)
    #expect(throws: none) { try JointRankTest().run([], against: [1], using: &generator) }
    #expect(throws: none) { try JointRankTest().run([1], against: [], using: &generator) }
    #expect(throws: StatisticsError.noRepeats) {
      try JointRankTest(draws: 0).run([1], against: [1], using: &generator)
    }
    #expect(throws: StatisticsError.notFinite(index: 2)) {
      try JointRankTest().run([1], against: [1, .nan], using: &generator)
    }
    #expect(throws: StatisticsError.notFinite(index: 0)) {
      try JointRankTest().run([1e308, 1e308], against: [1], using: &generator)
    }
  }
}
