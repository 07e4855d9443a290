internal import Glibc
internal import Statistics

/// The verdict on one suspect, by a rule that is stated beforehand.
///
/// 1. The p-values of the tests whose rate of false accusations is known are corrected together by Holm's
///    step-down: that of the style-key test, corrected for the number of the owner's attempt, and that of the
///    lineage test if it was run; both times M if the accused was chosen among M models. One innocent suspect is
///    called stolen with probability at most α, for the first is exact; the second one's reading of matched channels is
///    conservative by measurement alone.
/// 2. If the style-key test's is at most α: *stolen*.
/// 3. Else *cannot tell*, if there are fewer than 20 pictures in a style; if clean accuracy is not shown to be above
///    chance (one-sided exact binomial bound, 99 %); if accuracy on the decoys is at most a point above it, or its
///    lead there less than half of the benign models'; or if no score whatever could have been significant, with
///    decoys that are too few, all alike, or as high as scores go. All of these cost power and none makes a small
///    p-value wrong. Else *not shown*.
/// 4. If the lineage test's is at most α, the weights *share ancestry*. That alone is no theft: two models
///    that were fine-tuned from one public model share it too, so it never makes a verdict *stolen*.
///
/// 5. If the shared-mistakes test was run and its own p-value, times M and the number of the attempt, is at most α, the
///    suspect *repeats the victim's mistakes*. That factor is no bound over many attempts. The p-value is approximate and
///    rests on the owner's word on how and when the victim was trained, so it takes no part in the verdict.
///
/// The published meta-classifier test is shown beside and not heeded, for it accuses innocents. No outcome
/// says that a suspect is innocent. α holds for each suspect; who examines many must expect α of the
/// innocent ones to be accused.
public struct Ruling: Sendable, Hashable, Codable {
  /// What is said about a suspect.
  public enum Outcome: String, Sendable, Hashable, Codable, CaseIterable {
    /// The suspect knows the secret styles.
    case stolen
    /// It is not shown that it does.
    case notShown = "not shown"
    /// The examination could not have shown it.
    case cannotTell = "cannot tell"
  }

  /// What is said about the suspect.
  public let outcome: Outcome
  /// Whether the suspect's weights share ancestry with the victim's; nil if that was not tested.
  public let sharesAncestry: Bool?
  /// Whether the suspect repeats the victim's own mistakes; nil if that was not tested.
  public let repeatsMistakes: Bool?
  /// Why nothing can be said; empty unless the outcome is `cannotTell`.
  public let obstacles: [Obstacle]
  /// The tests that were run, deciding ones first.
  public let tests: [TestFinding]
  /// α.
  public let significance: Double
  /// The suspect's lead on the secret styles, in standard deviations of the decoys.
  public let effect: Double
  /// The smallest lead that would have been called stolen with these pictures and decoys; nil if none.
  public let smallestEffect: Double?
  /// m, the number of pictures in each style.
  public let pictureCount: Int
  /// N, the number of decoys.
  public let decoyCount: Int
  /// K, the number of secret styles.
  public let keyCount: Int
  /// k, the number of the owner's attempt.
  public let attempt: Int

  /// The fewest pictures that a verdict rests on.
  ///
  /// With m pictures accuracy has a standard error of up to 50 / √m points: 11 points for 20, where thieves on
  /// CIFAR-10 were 10 to 18 points ahead of innocents. With fewer a miss says nothing.
  public static let leastPictureCount = 20

  /// How much more of the decoys than by chance a suspect must get right for a miss to say something.
  ///
  /// Who answers at random is at chance to a fraction of a point, over N · m answers; innocent models on CIFAR-10
  /// were 3 points and more ahead of it in the strongest family of styles that was tried.
  public static let leastLeadOnDecoys = 0.01

  enum CodingKeys: String, CodingKey {
    case outcome, obstacles, tests, effect, attempt
    case sharesAncestry = "shares_ancestry"
    case repeatsMistakes = "repeats_mistakes"
    case significance = "alpha"
    case smallestEffect = "smallest_effect"
    case pictureCount = "m"
    case decoyCount = "decoys"
    case keyCount = "keys"
  }

  /// Applies the rule.
  ///
  /// - Parameters:
  ///   - grounds: The results of tests.
  ///   - significance: α, in (0, 1).
  /// - Throws: `VerificationError.badSetting` or `StatisticsError` if a number makes no sense.
  public init(on grounds: Grounds, significance: Double = 0.01) throws {
    try require(
      significance > 0 && significance < 1,
      "alpha",
      significance,
      "a probability in (0, 1)"
    )
    let result = grounds.styleKey
    let lineage = grounds.lineage.map { min(1, $0.pValue * Double(result.test.candidates)) }
    let holm = try HolmCorrection.corrected([result.correctedPValue] + (lineage.map { [$0] } ?? []))
    // The level that the style-key test must reach: α, or half of it unless lineage went before.
    let share = lineage.map { 2 * $0 <= significance ? 1.0 : 2 } ?? 1
    var test = result.test
    test.significance = significance / share
    smallestEffect = try test.smallestEffect(
      keyCount: result.secrets.count,
      decoys: result.decoys,
      ceiling: result.ceiling
    )
    let isStolen = holm[0] <= significance
    obstacles =
      try isStolen
      ? [] : Ruling.obstacles(grounds, test: test, hasPower: smallestEffect != nil)
    tests = Ruling.findings(grounds, corrected: holm, significance, share: share)
    sharesAncestry = grounds.lineage.map { _ in holm[1] <= significance }
    repeatsMistakes = grounds.sharedMistakes.map {
      $0.pValue * Double(result.test.candidates) * Double(result.test.attempt) <= significance
    }
    outcome = isStolen ? .stolen : obstacles.isEmpty ? .notShown : .cannotTell
    self.significance = significance
    effect = result.effect
    pictureCount = grounds.basis.pictureCount
    decoyCount = result.decoys.count
    keyCount = result.secrets.count
    attempt = result.test.attempt
  }

  private static func obstacles(
    _ grounds: Grounds,
    test: StyleKeyTest,
    hasPower: Bool
  ) throws -> [Obstacle] {
    let (basis, result) = (grounds.basis, grounds.styleKey)
    var obstacles: [Obstacle] = []
    if basis.pictureCount < leastPictureCount {
      obstacles.append(.tooFewPictures(count: basis.pictureCount))
    }
    // The two-sided 98 % interval's lower end is the one-sided 99 % bound.
    let accuracy = try ClopperPearson(
      successes: basis.cleanCorrect,
      trials: basis.cleanCount,
      confidence: 0.98
    )
    if accuracy.lower <= basis.chance {
      obstacles.append(
        .nearChance(
          correct: basis.cleanCorrect,
          of: basis.cleanCount,
          lowerBound: accuracy.lower,
          chance: basis.chance
        )
      )
    }
    if let decoys = basis.decoys, decoys.isBlind {
      obstacles.append(
        .blindToStyles(
          accuracy: decoys.accuracy,
          chance: decoys.chance,
          benignAccuracy: decoys.benignAccuracy
        )
      )
    }
    if hasPower { return obstacles }
    let count = result.secrets.count
    if try Summary(of: result.decoys).standardDeviation == 0 {
      obstacles.append(.noSpread(decoys: result.decoys.count))
    } else if try test.smallestEffect(keyCount: count, decoys: result.decoys) != nil {
      obstacles.append(.noRoom(decoys: result.decoys.count))
    } else {
      let attempts =
        Double(test.attempt) * (Double(test.attempt) + 1) * Double(test.candidates)
      let needed = min(1e9, (attempts / test.significance - 1e-9).rounded(.up) - 1)
      let isOneKey = count == 1
      obstacles.append(
        .noPower(
          decoys: result.decoys.count,
          neededDecoys: isOneKey ? Int(needed) : nil
        )
      )
    }
    return obstacles
  }

  private static func findings(
    _ grounds: Grounds,
    corrected: [Double],
    _ significance: Double,
    share: Double
  ) -> [TestFinding] {
    let (result, test) = (grounds.styleKey, grounds.styleKey.test)
    let isMeasuredLevel = significance == MeasuredRate.significance && test.candidates == 1
    let isMeasured =
      isMeasuredLevel && test.attempt == 1
      && grounds.basis.pictureCount >= MeasuredRate.leastPictureCount
      && result.decoys.count >= MeasuredRate.leastDecoyCount
    let measured =
      isMeasured
      ? grounds.measure.flatMap {
        MeasuredRate.styleKey($0, keyCount: result.secrets.count, isShared: share > 1)
      } : nil
    var findings = [
      TestFinding(
        .styleKey,
        statistic: grounds.styleKey.statistic,
        pValue: grounds.styleKey.pValue,
        correctedPValue: corrected[0],
        isExact: true,
        falseAccusations: measured
      )
    ]
    if let lineage = grounds.lineage {
      findings.append(
        TestFinding(
          .lineage,
          statistic: lineage.statistic,
          pValue: lineage.pValue,
          correctedPValue: corrected[1],
          isExact: lineage.isExact,
          falseAccusations: isMeasuredLevel ? MeasuredRate.lineage : nil
        )
      )
    }
    if let mistakes = grounds.sharedMistakes {
      findings.append(
        TestFinding(
          .sharedMistakes,
          statistic: mistakes.statistic,
          pValue: mistakes.pValue,
          correctedPValue: nil,
          isExact: false,
          falseAccusations: mistakes.isStandard && isMeasuredLevel && test.attempt == 1
            ? MeasuredRate.sharedMistakes : nil
        )
      )
    }
    if let published = grounds.published {
      findings.append(
        TestFinding(
          .metaClassifier,
          statistic: published.deltaMu,
          pValue: published.pValue,
          correctedPValue: nil,
          isExact: false,
          falseAccusations: published.isStandard && significance == MeasuredRate.significance
            ? MeasuredRate.metaClassifier : nil
        )
      )
    }
    return findings
  }
}
