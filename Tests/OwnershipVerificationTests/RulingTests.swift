import Artifacts
import OwnershipVerification
import Testing

/// The verdict as a function of the tests' results.
@Suite struct RulingTests {
  /// Decoys with scores 0, 1, …; the secret reaches all but some of them.
  private func grounds(
    decoys: Int = 999,
    below: Int = 0,
    attempt: Int = 1,
    candidates: Int = 1,
    keys: Int = 1,
    lineage: Double? = nil,
    isExact: Bool = true,
    m: Int = 100,
    correct: Int = 800
  ) throws -> Grounds {
    let scores = (0..<decoys).map { Double($0) }
    let secret = Double(decoys - below) - 0.5
    return Grounds(
      styleKey: try StyleKeyTest(attempt: attempt, candidates: candidates, draws: 9_999)
        .run(Array(repeating: secret, count: keys), against: scores),
      basis: .init(pictureCount: m, cleanCount: 1_000, cleanCorrect: correct, chance: 0.1),
      lineage: lineage.map { .init(statistic: 0.3, pValue: $0, isExact: isExact) },
      published: .init(deltaMu: 0.9, pValue: 1e-12, isStandard: true)
    )
  }

  /// One test: its p-value, corrected for the attempt (2 p for the first), decides alone.
  @Test(arguments: [(0, Ruling.Outcome.stolen), (4, .stolen), (5, .notShown), (400, .notShown)])
  func oneTestDecidesAtItsLevel(below: Int, outcome: Ruling.Outcome) throws {
    let ruling = try Ruling(on: grounds(below: below))
    #expect(ruling.outcome == outcome)
    #expect(ruling.sharesAncestry == nil)
    #expect(ruling.tests[0].pValue == Double(below + 1) / 1_000)
    #expect(ruling.tests[0].correctedPValue == min(1, 2 * Double(below + 1) / 1_000))
    #expect(ruling.obstacles.isEmpty)
  }

  /// Two tests: Holm halves the level of the smaller p-value, and leaves the other its own if that rejects.
  @Test(arguments: [
    (1, 0.5, Ruling.Outcome.stolen, false), (3, 0.5, .notShown, false),
    (3, 0.001, .stolen, true), (3, 0.0051, .notShown, false), (400, 0.001, .notShown, true),
    (0, 0.009, .stolen, true), (400, 0.009, .notShown, false),
  ])
  func twoTestsShareTheLevel(
    below: Int,
    lineage: Double,
    outcome: Ruling.Outcome,
    sharesAncestry: Bool
  ) throws {
    let ruling = try Ruling(on: grounds(below: below, lineage: lineage))
    #expect(ruling.outcome == outcome)
    #expect(ruling.sharesAncestry == sharesAncestry)
  }

  @Test func lineageAloneIsNoTheft() throws {
    let ruling = try Ruling(on: grounds(below: 400, lineage: 0.001))
    #expect(ruling.outcome == .notShown)
    #expect(ruling.sentence.contains("share ancestry"))
    #expect(ruling.sentence.contains("a public model that two parties fine-tuned"))
    #expect(ruling.sentence(on: ruling.tests[1]).contains("(exact if"))
    let measured = try Ruling(on: grounds(below: 400, lineage: 0.001, isExact: false))
    #expect(measured.sentence(on: measured.tests[1]).contains("by measurement, not exact"))
  }

  /// Shared mistakes are said beside: they change no outcome and take nothing off the other tests' level.
  @Test func sharedMistakesTakeNoPart() throws {
    for (below, outcome) in [(4, Ruling.Outcome.stolen), (5, .notShown)] {
      var grounds = try grounds(below: below)
      let without = try Ruling(on: grounds)
      #expect(without.repeatsMistakes == nil)
      grounds.sharedMistakes = .init(statistic: 0.347, pValue: 1e-5)
      let ruling = try Ruling(on: grounds)
      #expect((ruling.outcome, ruling.repeatsMistakes) == (outcome, true))
      #expect(ruling.tests[0] == without.tests[0])
      #expect(ruling.sentence.hasPrefix(without.sentence))
      #expect(ruling.sentence.contains("It repeats the victim's own mistakes"))
      let finding = try #require(ruling.tests.first { $0.test == .sharedMistakes })
      #expect(!finding.decides && !finding.isExact)
      #expect(ruling.sentence(on: finding).contains("by 34.7 points, p = 1 × 10⁻⁵ (approximate)"))
    }
    var grounds = try grounds(below: 400, candidates: 5)
    grounds.sharedMistakes = .init(statistic: 0.1, pValue: 0.002)
    #expect(try Ruling(on: grounds).repeatsMistakes == true)
    grounds.sharedMistakes = .init(statistic: 0.1, pValue: 0.002_1)
    let ruling = try Ruling(on: grounds)
    #expect(ruling.repeatsMistakes == false)
    let sentence = ruling.sentence(on: ruling.tests[1])
    #expect(
      sentence.contains("10.0 points above") && sentence.contains("take above α"),
      "\(sentence)"
    )
    grounds.sharedMistakes = .init(statistic: -0.034, pValue: 0.8)
    let negative = try Ruling(on: grounds)
    #expect(negative.sentence(on: negative.tests[1]).contains("is 3.4 points below the mean"))
    #expect(negative.sentence(on: negative.tests[1]).contains("is not shown"))
  }

  @Test func theAttemptIsPaidFor() throws {
    #expect(try Ruling(on: grounds(attempt: 2)).outcome == .stolen)
    // 3 · 4 · 0.001 > 0.01: no score could do.
    let third = try Ruling(on: grounds(attempt: 3))
    #expect(third.outcome == .cannotTell)
    #expect(third.obstacles == [.noPower(decoys: 999, neededDecoys: 1_199)])
    #expect(third.smallestEffect == nil)
    #expect(try Ruling(on: grounds(decoys: 1_199, attempt: 3)).outcome == .stolen)
  }

  /// The best of many models has to be as much better: both tests pay for the choice.
  @Test func theChoiceOfTheAccusedIsPaidFor() throws {
    #expect(try Ruling(on: grounds(candidates: 5)).outcome == .stolen)
    let sixth = try Ruling(on: grounds(candidates: 6))
    #expect(sixth.outcome == .cannotTell)
    #expect(sixth.obstacles == [.noPower(decoys: 999, neededDecoys: 1_199)])
    #expect(try Ruling(on: grounds(decoys: 1_199, candidates: 6)).outcome == .stolen)
    let lineage = { try Ruling(on: self.grounds(below: 400, candidates: $0, lineage: 0.001)) }
    #expect(try lineage(5).sharesAncestry == true)
    #expect(try lineage(6).sharesAncestry == false)
  }

  /// What is asked for is just enough, with one test and with two.
  @Test(arguments: [(nil, 199), (0.5, 399), (0.001, 199)] as [(Double?, Int)])
  func tooFewDecoysCannotTell(lineage: Double?, needed: Int) throws {
    let few = try Ruling(on: grounds(decoys: needed - 1, lineage: lineage))
    #expect(few.outcome == .cannotTell)
    #expect(few.obstacles == [.noPower(decoys: needed - 1, neededDecoys: needed)])
    #expect(try Ruling(on: grounds(decoys: needed, lineage: lineage)).outcome == .stolen)
  }

  @Test func decoysThatScoreAlikeCannotTell() throws {
    var alike = try grounds()
    alike.styleKey = try StyleKeyTest().run([0], against: Array(repeating: 0, count: 999))
    #expect(try Ruling(on: alike).obstacles == [.noSpread(decoys: 999)])
  }

  @Test func fewPicturesOrChanceCannotTell() throws {
    #expect(try Ruling(on: grounds(below: 9, m: 20)).outcome == .notShown)
    let few = try Ruling(on: grounds(below: 9, m: 19))
    #expect(few.outcome == .cannotTell)
    #expect(few.obstacles == [.tooFewPictures(count: 19)])
    // 124 of 1,000 show more than 10 % with 99 % confidence, 123 do not.
    #expect(try Ruling(on: grounds(below: 9, correct: 124)).outcome == .notShown)
    let poor = try Ruling(on: grounds(below: 9, correct: 123))
    #expect(poor.outcome == .cannotTell)
    guard case .nearChance(123, 1_000, let bound, 0.1) = poor.obstacles.first else {
      Issue.record("\(poor.obstacles)")
      return
    }
    #expect((0.09...0.1).contains(bound))
    #expect(poor.sentence.contains("123 of 1000"))
  }

  /// Few pictures and poor answers cost power; a small p-value is as small with them, and a suspect that
  /// answers clean pictures at random does not get away by it.
  @Test func whatIsShownIsShown() throws {
    let ruling = try Ruling(on: grounds(m: 5, correct: 9))
    #expect(ruling.outcome == .stolen)
    #expect(ruling.obstacles.isEmpty)
  }

  @Test func severalKeysMayHaveTooFewDecoys() throws {
    // C(7, 2) = 21 ways to choose: the least p is 1/21.
    let ruling = try Ruling(on: grounds(decoys: 5, keys: 2))
    #expect(ruling.obstacles == [.noPower(decoys: 5, neededDecoys: nil)])
    #expect(ruling.sentence.contains("examine with more"))
  }

  /// The power that is stated is the power that there is.
  @Test(arguments: [nil, 0.5, 0.001] as [Double?])
  func theSmallestEffectIsJustFound(lineage: Double?) throws {
    let any = try grounds(lineage: lineage)
    let effect = try #require(try Ruling(on: any).smallestEffect)
    let scores = any.styleKey.decoys
    let mean = scores.reduce(0, +) / 999
    let deviation = (scores.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 998).squareRoot()
    for (offset, outcome) in [(0.01, Ruling.Outcome.stolen), (-0.01, .notShown)] {
      var tried = any
      tried.styleKey = try StyleKeyTest()
        .run([mean + effect * deviation + offset], against: scores)
      #expect(try Ruling(on: tried).outcome == outcome)
    }
  }

  /// Who guesses at decoys shows nothing by passing; a small p-value stands.
  @Test(arguments: [
    (0.1, true), (0.109, true), (0.12, true), (0.169, true), (0.171, false), (1, false),
  ])
  func whoDoesNotRecogniseDecoysCannotBeTold(accuracy: Double, isBlind: Bool) throws {
    var thief = try grounds(below: 0)
    thief.basis.decoys = .init(accuracy: accuracy, chance: 0.1, benignAccuracy: 0.24)
    #expect(try Ruling(on: thief).outcome == .stolen)
    var other = try grounds(below: 400)
    other.basis.decoys = thief.basis.decoys
    let ruling = try Ruling(on: other)
    #expect(ruling.outcome == (isBlind ? .cannotTell : .notShown))
    #expect(ruling.obstacles.count == (isBlind ? 1 : 0))
    #expect(ruling.sentence.contains("the examiner's models get 24 %") == isBlind)
    // Without models to compare with, or with such as recognise little themselves, a point above chance is enough.
    for benign in [nil, 0.11] {
      other.basis.decoys = .init(accuracy: accuracy, chance: 0.1, benignAccuracy: benign)
      #expect((try Ruling(on: other).outcome == .cannotTell) == (accuracy < 0.11))
    }
  }

  /// Accuracy ends at 1: where decoys come so near to it that no secret could stand out, nothing was shown.
  @Test func scoresThatCannotStandOutCannotTell() throws {
    let decoys = (0..<999).map { Double($0) / 999 }
    for (ceiling, outcome) in [
      (nil, Ruling.Outcome.notShown), (1.1, .notShown), (0.9, .cannotTell),
    ] {
      let result = try StyleKeyTest().run([0.5], against: decoys, ceiling: ceiling)
      var grounds = try grounds(below: 400)
      grounds.styleKey = result
      let ruling = try Ruling(on: grounds)
      #expect(ruling.outcome == outcome)
      #expect(ruling.obstacles == (outcome == .cannotTell ? [.noRoom(decoys: 999)] : []))
      #expect((ruling.smallestEffect == nil) == (outcome == .cannotTell))
    }
  }

  /// A rate of false accusations is shown for what it was measured on, and for nothing else.
  @Test func ratesAreThoseOfTheTestThatRan() throws {
    var grounds = try grounds(below: 400)
    #expect(try Ruling(on: grounds).tests[0].falseAccusations == nil)
    for (measure, accused) in [(StyleMeasure.margin, 6), (.accuracy, 4)] {
      grounds.measure = measure
      #expect(try Ruling(on: grounds).tests[0].falseAccusations?.accused == accused)
    }
    var four = try self.grounds(keys: 4)
    four.measure = .margin
    #expect(try Ruling(on: four).tests[0].falseAccusations?.trials == 848)
    var beside = try self.grounds(below: 400, lineage: 0.5)
    beside.measure = .margin
    #expect(try Ruling(on: beside).tests[0].falseAccusations?.accused == 3)
    grounds.measure = .margin
    var asReleased = grounds
    asReleased.published?.isStandard = false
    #expect(try Ruling(on: asReleased).tests.last?.falseAccusations == nil)
    let otherLevel = try Ruling(on: grounds, significance: 0.05)
    #expect(otherLevel.tests.allSatisfy { $0.falseAccusations == nil })
    for var other in try [
      self.grounds(attempt: 2), self.grounds(candidates: 2), self.grounds(keys: 3),
      self.grounds(m: 49), self.grounds(decoys: 198),
    ] {
      other.measure = .margin
      #expect(
        try Ruling(on: other).tests[0].falseAccusationSentence
          == "not measured with these settings"
      )
    }
  }

  /// Whatever the numbers: the published test changes nothing, and nobody is called innocent.
  @Test(arguments: [0, 400], [nil, 0.001, 0.5] as [Double?])
  func publishedTestIsNotHeeded(below: Int, lineage: Double?) throws {
    var with = try grounds(below: below, lineage: lineage)
    let ruling = try Ruling(on: with)
    with.published = nil
    let without = try Ruling(on: with)
    #expect(ruling.outcome == without.outcome)
    #expect(ruling.tests.dropLast() == without.tests[...])
    #expect(ruling.tests.last?.test == .metaClassifier && ruling.tests.last?.decides == false)
    #expect(ruling.tests.last?.falseAccusations?.rate == 1)
    let verdict = ruling.sentence + ruling.powerSentence
    #expect(!verdict.lowercased().contains("innocent"))
  }

  @Test func comesBackFromJSON() throws {
    for ruling in [
      try Ruling(on: grounds(lineage: 0.001)),
      try Ruling(on: grounds(below: 9, attempt: 3, m: 5, correct: 9)),
    ] {
      let json = try JSONValue(encoding: ruling)
      #expect(try JSONValue(parsing: json.compactBytes).decode(as: Ruling.self) == ruling)
    }
    let text = try JSONValue(encoding: Ruling(on: grounds(below: 9, m: 5))).compactText
    #expect(text.contains(#""outcome":"cannot tell""#))
  }

  @Test func severalKeysAreRankedTogether() throws {
    let ruling = try Ruling(on: grounds(decoys: 99, keys: 4))
    #expect(ruling.outcome == .stolen)
    #expect(ruling.sentence(on: ruling.tests[0]).contains("Together the 4 secret styles"))
  }

  @Test(arguments: [0, 1, -1, .nan] as [Double])
  func refusesOtherLevels(significance: Double) throws {
    let any = try grounds()
    #expect(throws: VerificationError.self) { try Ruling(on: any, significance: significance) }
  }
}
