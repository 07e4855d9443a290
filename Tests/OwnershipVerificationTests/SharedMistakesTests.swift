import Datasets
import OwnershipVerification
import Testing

/// Whether a suspect repeats the victim's own mistakes, on made-up answers.
@Suite struct SharedMistakesTests {
  /// Ten classes in turn.
  private static func labels(_ count: Int) -> [Int] { (0..<count).map { $0 % 10 } }

  /// Answers that are right but for some pictures, of which the next class is named.
  private static func answers(wrongOn pictures: some Sequence<Int>, of count: Int) -> [Int] {
    var answers = labels(count)
    for picture in pictures { answers[picture] = (answers[picture] + 1) % 10 }
    return answers
  }

  /// The victim errs on 0 to 39, five siblings on the forties that follow; the suspect repeats 20 mistakes of the
  /// victim's, and 2, 4, 6, 8 and 5 of the siblings'.
  ///
  /// The siblings' shares have mean 0.125 and deviation 0.0559017, so t = 0.375 / (0.0559017 √1.2) = 6.1237244, whose
  /// tail is 0.0018011 with 4 degrees of freedom (scipy.stats.t.sf). Fisher's is 5.5 · 10⁻⁷
  /// (scipy.stats.hypergeom.sf(19, 240, 45, 40)).
  @Test func theStatisticAndItsTail() throws {
    let found = try SharedMistakesTest().run(
      suspect: Self.answers(
        wrongOn: [0..<20, 40..<42, 80..<84, 120..<126, 160..<168, 200..<205].joined(),
        of: 400
      ),
      victim: Self.answers(wrongOn: 0..<40, of: 400),
      siblings: Self.siblings(of: 40),
      labels: Self.labels(400)
    )
    #expect(found.victim.mistakes == 40)
    #expect(found.victim.repeated == 20)
    #expect(found.siblings.map(\.repeated) == [2, 4, 6, 8, 5])
    #expect(abs(found.statistic - 0.375) < 1e-12)
    #expect(abs((found.t ?? 0) - 6.123_724) < 1e-6)
    #expect(abs(found.pValue - 0.001_801_1) < 1e-7)
    #expect(found.rankPValue == 1.0 / 6)
    #expect((found.pictureCount, found.victimAccuracy) == (400, 0.9))
    #expect(found.difference == nil)
    #expect(found.sentence.contains("repeats 20 (50 %)") && found.sentence.contains("5 % to 20 %"))
  }

  /// The victim itself makes all of its own mistakes, and none that is a sibling's own.
  @Test func aCopyRepeatsEverything() throws {
    let victim = Self.answers(wrongOn: 0..<40, of: 400)
    let found = try SharedMistakesTest().run(
      suspect: victim,
      victim: victim,
      siblings: Self.siblings(of: 40),
      labels: Self.labels(400)
    )
    #expect((found.statistic, found.t, found.log10P) == (1, nil, -6))
  }

  /// Where siblings are alike by chance, t says too much, and Fisher's test the rest.
  @Test func aFewRepeatedMistakesAreNoProof() throws {
    let found = try SharedMistakesTest().run(
      suspect: Self.answers(wrongOn: [0, 1, 40], of: 400),
      victim: Self.answers(wrongOn: 0..<30, of: 400),
      siblings: Self.siblings(of: 30),
      labels: Self.labels(400)
    )
    #expect((found.t ?? 0) > 3.6)
    // scipy.stats.hypergeom.sf(1, 180, 3, 30)
    #expect(abs(found.pValue - 0.072_511) < 1e-6)
    let alike = try SharedMistakesTest().run(
      suspect: Self.answers(wrongOn: [0, 1], of: 400),
      victim: Self.answers(wrongOn: 0..<30, of: 400),
      siblings: Self.siblings(of: 30),
      labels: Self.labels(400)
    )
    // scipy.stats.hypergeom.sf(1, 180, 2, 30)
    #expect(alike.t == nil && abs(alike.pValue - 0.027_001_9) < 1e-6)
  }

  /// Five models that err on pictures of their own, from 40, 80 and so on.
  private static func siblings(of count: Int) -> [[Int]] {
    stride(from: 40, through: 200, by: 40).map { answers(wrongOn: $0..<$0 + count, of: 400) }
  }

  /// Mistakes that two of them make count for neither, in another class for both.
  @Test func commonMistakesDoNotCount() throws {
    let common = 300..<380
    let siblings = [40, 80, 120, 160, 200].map { start in
      Self.answers(wrongOn: [start..<start + 30, common].joined(), of: 400)
    }
    var victim = Self.answers(wrongOn: [0..<30, common].joined(), of: 400)
    let suspect = Self.answers(wrongOn: [0..<10, 40..<45, 80..<86, common].joined(), of: 400)
    func run() throws -> SharedMistakesEvidence {
      try SharedMistakesTest()
        .run(suspect: suspect, victim: victim, siblings: siblings, labels: Self.labels(400))
    }
    #expect(try run().victim.mistakes == 30)
    #expect(try run().victim.repeated == 10)
    // Another wrong class than everybody's is the victim's own mistake.
    for picture in common.prefix(5) { victim[picture] = (victim[picture] + 1) % 10 }
    #expect(try run().victim.mistakes == 35)
    #expect(try run().victim.repeated == 10)
  }

  /// Models that err on hard pictures at random: p is at most 5 % in 5 % of trials at most, which is 20 of 400, and in
  /// 30 of them only by a chance of one in a hundred.
  @Test func innocentsAreAccusedAsOftenAsStated() throws {
    var random = KeyedRandom("shared mistakes of nobody", 1)
    let count = 1_500
    let labels = Self.labels(count)
    let trials = 400
    var (small, tiny) = (0, 0)
    for _ in 0..<trials {
      // How hard each picture is, and which wrong class it resembles.
      let hardness = (0..<count).map { _ in random.uniform(in: 0...9) }
      func model() -> [Int] {
        labels.indices.map { picture in
          guard random.uniform(in: 0...19) < hardness[picture] else { return labels[picture] }
          let offset = random.uniform() < 1.0 / 3 ? 2 : 1
          return (labels[picture] + offset) % 10
        }
      }
      let models = (0..<7).map { _ in model() }
      let found = try SharedMistakesTest().run(
        suspect: models[6],
        victim: models[5],
        siblings: Array(models[0..<5]),
        labels: labels
      )
      if found.pValue <= 0.05 { small += 1 }
      if found.pValue <= 0.01 { tiny += 1 }
    }
    #expect((1...30).contains(small), "\(small) of \(trials) at 5 %")
    #expect(tiny <= 10, "\(tiny) of \(trials) at 1 %")
  }

  /// A victim that is worse than its siblings, or errs elsewhere, was trained otherwise.
  @Test func aVictimOfAnotherRecipeIsSeen() throws {
    let siblings = (0..<6).map { index in
      Self.answers(
        wrongOn: [100 * index..<100 * index + 30 + index, 700..<760].joined(),
        of: 1_000
      )
    }
    func difference(_ mistakes: [Range<Int>]) throws -> String? {
      try SharedMistakesTest().run(
        suspect: Self.answers(wrongOn: [0..<3, 100..<105, 860..<870].joined(), of: 1_000),
        victim: Self.answers(wrongOn: mistakes.joined(), of: 1_000),
        siblings: siblings,
        labels: Self.labels(1_000)
      ).difference
    }
    #expect(try difference([860..<892, 700..<760]) == nil)
    let worse = try #require(try difference([860..<960, 700..<760]))
    #expect(worse.contains("84 %") && worse.contains("90.5 % to 91 %"), "\(worse)")
    let elsewhere = try #require(try difference([860..<952]))
    #expect(elsewhere.contains("92 mistakes of its own, they 30 to 35"), "\(elsewhere)")
  }

  @Test func whatDoesNotSufficeIsRefused() throws {
    let victim = Self.answers(wrongOn: 0..<30, of: 400)
    let siblings = Self.siblings(of: 30)
    func words(_ suspect: [Int], _ victim: [Int], _ siblings: [[Int]]) throws -> String {
      let error = try #require(throws: VerificationError.self) {
        try SharedMistakesTest()
          .run(suspect: suspect, victim: victim, siblings: siblings, labels: Self.labels(400))
      }
      return "\(error)"
    }
    let right = Self.labels(400)
    #expect(
      try words(right, victim, Array(siblings.prefix(4))).contains("is 4, expected 5 or more")
    )
    #expect(try words([1], victim, siblings).contains("is 1, expected 400"))
    #expect(try words(right, right, siblings).contains("the victim makes 0 mistakes"))
    let few = try words(right, victim, siblings + [Self.answers(wrongOn: 300..<319, of: 400)])
    #expect(
      few.contains("the sibling 6 makes 19 mistakes") && few.contains("it takes 20"),
      "\(few)"
    )
  }

  /// Of probabilities the likeliest class counts, the first of equal ones.
  @Test func labelsAreTheLikeliestClasses() throws {
    let pictures = try StyleSamples.originals()
    let rows: [[Float]] = [[0, 2, 1], [3, 3, 1], [-.infinity, 0, 0]]
    var turn = 0
    let suspect = Oracle { _ in
      turn += 1
      return rows[(turn - 1) % 3]
    }
    #expect(try suspect.labels(of: pictures) == [1, 0, 1, 1, 0, 1])
    #expect(
      try Oracle(givesLabels: true) { _ in [0, 0, 1] }.labels(of: pictures)
        == Array(repeating: 2, count: 6)
    )
    let broken = Oracle { _ in [.nan, 0, 0] }
    #expect(throws: VerificationError.self) { try broken.labels(of: pictures) }
  }
}
