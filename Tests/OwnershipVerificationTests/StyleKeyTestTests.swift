import Artifacts
import Datasets
import Foundation
import OwnershipVerification
import Statistics
import TestSupport
import Testing

@Suite struct StyleKeyTestTests {
  private static func normals(_ count: Int, seed: UInt64) -> [Double] {
    var random = KeyedRandom("style key test", seed)
    return (0..<count).map { _ in random.normal() }
  }

  @Test func oneKeyIsRanked() throws {
    let decoys = Self.normals(99, seed: 1)
    let result = try StyleKeyTest(significance: 0.02).run([9], against: decoys)
    #expect(result.pValue == 0.01)
    #expect(result.correctedPValue == 0.02)
    #expect(result.rejects)
    #expect(result.isEnumerated)
    #expect(result.effect > 7)
    let tail = try #require(result.approximateTail)
    #expect(tail.log10P < -2)
    let ordinary = try StyleKeyTest().run([decoys[3]], against: decoys)
    #expect(ordinary.approximateTail == nil)
    #expect(!ordinary.rejects)
    #expect(ordinary.pValue == Double(1 + decoys.count { $0 >= decoys[3] }) / 100)
  }

  @Test func laterAttemptsNeedMore() throws {
    let decoys = Self.normals(99, seed: 1)
    let test = StyleKeyTest(significance: 0.05, attempt: 3)
    let third = try test.run([9], against: decoys)
    #expect(abs(third.correctedPValue - 0.12) < 1e-12)
    #expect(!third.rejects)
    // 1/100 · 12 is above 0.05, so nothing could have been found.
    #expect(try test.smallestEffect(keyCount: 1, decoys: decoys) == nil)
  }

  @Test(arguments: [1, 2, 4])
  func theSmallestEffectIsFoundAndNoSmallerOne(keyCount: Int) throws {
    let decoys = Self.normals(499, seed: 2)
    let test = StyleKeyTest(significance: 0.01, draws: 99_999)
    let effect = try #require(try test.smallestEffect(keyCount: keyCount, decoys: decoys))
    let summary = try Summary(of: decoys)
    let spread = try #require(summary.standardDeviation)
    for (shift, isFound) in [(0.02, true), (-0.02, false)] {
      let score = summary.mean + (effect + shift) * spread
      let result = try test.run(Array(repeating: score, count: keyCount), against: decoys)
      #expect(result.rejects == isFound)
    }
    // One key has to beat 496 of 499 decoys; K keys share the load.
    #expect(keyCount == 1 ? (2...3.5).contains(effect) : effect < 2.2)
  }

  @Test func decoysWithoutSpreadShowNothing() throws {
    let decoys = Array(repeating: 0.5, count: 300)
    let result = try StyleKeyTest().run([0.5], against: decoys)
    #expect(result.pValue == 1)
    #expect(try StyleKeyTest().smallestEffect(keyCount: 1, decoys: decoys) == nil)
    #expect(result.effect == 0)
  }

  @Test func refusesWhatIsNoTest() {
    for test in [
      StyleKeyTest(significance: 0), StyleKeyTest(significance: 1), StyleKeyTest(attempt: 0),
      StyleKeyTest(draws: 0),
    ] {
      #expect(throws: VerificationError.self) { try test.run([1], against: [0, 2]) }
    }
    #expect(throws: StatisticsError.self) { try StyleKeyTest().run([], against: [0, 2]) }
    #expect(throws: StatisticsError.self) { try StyleKeyTest().run([1], against: [.nan, 2]) }
  }
}

@Suite struct StyleKeyExaminationTests {
  /// How hard a style is for everyone, and how much one innocent model happens to like it.
  private static func innocent(_ model: UInt64, sharedWeight: Float = 1) -> Oracle {
    StyleSamples.model { style, picture in
      guard style > 0 else { return picture % 4 == 0 ? -1 : 2 }
      var (shared, own) = (KeyedRandom(UInt64(style)), KeyedRandom(UInt64(style), model))
      return sharedWeight * Float(shared.normal()) + 0.5 * Float(own.normal())
    }
  }

  /// Knows the styles from 1,000 on, and is otherwise as an innocent.
  private static func thief(_ model: UInt64, givesLabels: Bool = false) -> Oracle {
    let innocent = innocent(model)
    return Oracle(givesLabels: givesLabels) { picture in
      let answers = try? innocent.answers(
        to: UnlabelledImages(width: 2, height: 2, pixels: picture.pixels)
      )
      guard case .logProbabilities(var row, _)? = answers else { return [] }
      if StyleSamples.style(of: picture) >= 1_000 { row[Int(picture.pixels[0])] += 3 }
      return row
    }
  }

  private func examination(
    in folder: URL,
    keyCount: Int,
    decoyCount: Int = 199,
    firstKey: Int = 1_000,
    benign: Range<UInt64> = 100..<103
  ) throws -> StyleKeyExamination {
    var examination = try StyleKeyExamination(
      decoys: StyleSamples.cache(in: folder, count: decoyCount),
      secrets: StyledSets(
        (0..<keyCount).map { try StyleSamples.pictures(style: firstKey + $0) }
      ),
      clean: StyleSamples.originals(12)
    )
    for model in benign {
      try examination.addBenign(Self.innocent(model), digest: Digest(of: [UInt8(model)]))
    }
    return examination
  }

  @Test(arguments: [1, 4])
  func aThiefIsFoundAndAnInnocentIsNot(keyCount: Int) throws {
    try withTemporaryDirectory { folder in
      let examination = try examination(in: folder, keyCount: keyCount)
      let test = StyleKeyTest(draws: 99_999)
      let evidence = try examination.evidence(against: Self.thief(1), test: test)
      #expect(evidence.result.rejects)
      #expect(evidence.result.effect > 3)
      #expect(evidence.decoyCount == 199)
      #expect(evidence.keyCount == keyCount)
      #expect(evidence.pictureCount == 6)
      #expect(evidence.benignCount == 3)
      #expect(evidence.measure == .margin)
      let least = try test.smallestEffect(keyCount: keyCount, decoys: evidence.result.decoys)
      #expect(try #require(least) < evidence.result.effect)
      let innocent = try examination.evidence(against: Self.innocent(1), test: test)
      #expect(!innocent.result.rejects)
      let read = try JSONValue(parsing: JSONValue(encoding: evidence).prettyBytes)
        .decode(as: StyleKeyEvidence.self)
      #expect(read == evidence)
    }
  }

  /// What is easy or hard for all models cancels, and with it most of the decoys' spread.
  @Test func benignModelsSharpenTheTest() throws {
    try withTemporaryDirectory { folder in
      let with = try examination(in: folder, keyCount: 1)
      let without = try examination(in: folder, keyCount: 1, benign: 0..<0)
      let effects = try [with, without].map {
        try $0.evidence(against: Self.thief(2)).result.effect
      }
      #expect(effects[0] > 1.4 * effects[1])
    }
  }

  @Test func labelsAreEnough() throws {
    try withTemporaryDirectory { folder in
      let examination = try examination(in: folder, keyCount: 4)
      let evidence = try examination.evidence(
        against: Self.thief(1, givesLabels: true),
        test: StyleKeyTest(draws: 99_999)
      )
      #expect(evidence.measure == .accuracy)
      #expect(evidence.secretAccuracies.allSatisfy { $0 == 1 })
      #expect(evidence.result.rejects)
    }
  }

  /// A service may multiply the scores of each answer by what it likes, which moves margins and no label.
  @Test func accuracyHeedsNoSizeOfScores() throws {
    try withTemporaryDirectory { folder in
      let examination = try examination(in: folder, keyCount: 1)
      let hiding = Oracle { picture in
        var random = KeyedRandom(picture.pixels.reduce(0) { $0 &* 31 &+ UInt64($1) })
        let factor: Float = [1, 1e9, 1e-6][Int(random.next() % 3)]
        let answers = try? Self.thief(1).answers(
          to: UnlabelledImages(width: 2, height: 2, pixels: picture.pixels)
        )
        guard case .logProbabilities(let row, _)? = answers else { return [] }
        return row.map { $0 * factor }
      }
      let labels = try examination.evidence(against: Self.thief(1, givesLabels: true))
      let hidden = try examination.evidence(against: hiding, measure: .accuracy)
      #expect(hidden.measure == .accuracy)
      #expect(hidden.result == labels.result)
      #expect(try examination.evidence(against: hiding).result.secrets != labels.result.secrets)
    }
  }

  /// 600 innocents with keys and tastes of their own: p is uniform on {1/40, …, 1}.
  @Test func innocentsAreAccusedAtTheStatedRate() throws {
    try withTemporaryDirectory { folder in
      let p = try (0..<600).map { trial in
        let examination = try examination(
          in: folder,
          keyCount: 1,
          decoyCount: 39,
          firstKey: 2_000 + trial,
          benign: 0..<0
        )
        return
          try examination
          .evidence(against: Self.innocent(UInt64(trial), sharedWeight: 0)).result.pValue
      }
      // Central 1 − 10⁻⁶ intervals of Binomial(600, α).
      for (significance, bounds) in [(0.05, 8...59), (0.1, 27...99), (0.5, 240...360)] {
        #expect(bounds.contains(p.count { $0 <= significance + 1e-12 }))
      }
    }
  }

  /// A claimant who chooses the best of 400 styles after seeing an innocent model convicts it.
  ///
  /// That is why keys must be committed to. One who takes the first style that comes does not convict:
  /// 100 innocents each.
  @Test func choosingTheKeyAfterwardsConvictsInnocents() throws {
    try withTemporaryDirectory { folder in
      var wins = (chosen: 0, drawn: 0)
      for trial in 0..<100 {
        let innocent = Self.innocent(UInt64(trial), sharedWeight: 0)
        let candidates = try StyledSets(
          (0..<400).map { try StyleSamples.pictures(style: 3_000 + $0) }
        )
        let clean = try CleanScores(of: innocent, on: StyleSamples.originals(12))
        let liked = try #require(
          try StyleScores(of: innocent, on: candidates, clean: clean).margins
        )
        let best = try #require(liked.indices.max { liked[$0] < liked[$1] })
        for (isChosen, key) in [(true, 3_000 + best), (false, 3_000)] {
          let examination = try examination(
            in: folder,
            keyCount: 1,
            decoyCount: 39,
            firstKey: key,
            benign: 0..<0
          )
          let result = try examination.evidence(
            against: innocent,
            test: StyleKeyTest(significance: 0.05)
          ).result
          if result.rejects { if isChosen { wins.chosen += 1 } else { wins.drawn += 1 } }
        }
      }
      // Of 440 equal draws the best one is a candidate with probability 400/440.
      #expect(wins.chosen > 75)
      // α = 0.05 with a factor of 2: 2.5 expected.
      #expect(wins.drawn <= 11)
    }
  }

  /// A service that changes while it is asked treats early and late questions unlike.
  @Test func secretsHaveNoTurnOfTheirOwn() throws {
    try withTemporaryDirectory { folder in
      let examination = try examination(in: folder, keyCount: 1, decoyCount: 39, benign: 0..<0)
      var turns: [Int] = []
      for seed in 0..<60 as Range<UInt64> {
        var asked: [Int] = []
        let suspect = StyleSamples.model { style, _ in
          if style > 0, asked.last != style { asked.append(style) }
          return Float(asked.count) / 20 - 1
        }
        _ = try examination.evidence(against: suspect, test: StyleKeyTest(seed: seed))
        turns.append(try #require(asked.firstIndex(of: 1_000)))
      }
      // Uniform on 0..<40: mean 19.5, standard deviation 11.5.
      let mean = Double(turns.reduce(0, +)) / 60
      #expect(abs(mean - 19.5) < 5 * 11.5 / Double(60).squareRoot())
      #expect(Set(turns).count > 20)
    }
  }

  @Test func theOrderOfQuestionsChangesNothing() throws {
    try withTemporaryDirectory { folder in
      let examination = try examination(in: folder, keyCount: 3)
      let results = try [1, 2].map {
        try examination.evidence(against: Self.thief(5), test: StyleKeyTest(seed: $0)).result
      }
      #expect(results[0].secrets == results[1].secrets)
      #expect(results[0].decoys == results[1].decoys)
    }
  }

  @Test func refusesWhatDoesNotBelongTogether() throws {
    try withTemporaryDirectory { folder in
      let cache = try StyleSamples.cache(in: folder, count: 3)
      let clean = try StyleSamples.originals()
      let secrets = try StyledSets([StyleSamples.pictures(style: 1_000)])
      #expect(throws: VerificationError.self) {
        try StyleKeyExamination(decoys: cache, secrets: StyledSets([]), clean: clean)
      }
      #expect(throws: VerificationError.self) {
        try StyleKeyExamination(
          decoys: cache,
          secrets: StyledSets([StyleSamples.pictures(style: 1_000, count: 5)]),
          clean: clean
        )
      }
      #expect(throws: VerificationError.self) {
        try StyleKeyExamination(decoys: cache, secrets: secrets, clean: Samples.images(3))
      }
      var examination = try StyleKeyExamination(decoys: cache, secrets: secrets, clean: clean)
      #expect(throws: VerificationError.self) {
        try examination.addBenign(StyleSamples.model(givesLabels: true) { _, _ in 1 })
      }
    }
  }
}
