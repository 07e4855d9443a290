internal import Statistics

/// Tests whether a suspect repeats the victim's own mistakes.
///
/// Whoever learns from a model's answers learns its mistakes too, also on pictures without any style. Models
/// that were trained apart make common mistakes, for some pictures are hard for all; but which of the others a
/// model makes is decided by its seed. Editors date manuscripts, and courts find copied maps, by shared errors
/// in this way.
///
/// *Siblings* are models that the examiner trains as the owner says the victim was: on the same pictures, with as
/// many of them marked, each from a seed and in a style of its own, both drawn at random. If that is so, and the
/// suspect has nothing to do with the victim, the victim is to it as any of the siblings is.
///
/// ## The statistic
///
/// Among victim and siblings a model's *peculiar* mistakes are those that none of the others makes: it names a wrong
/// class for a picture, and nobody else names that class there. The statistic is the share of the victim's
/// peculiar mistakes that the suspect repeats, less the mean of its shares of the siblings'. A suspect that repeats
/// more of everybody's, for it is worse or its data are alike, gains nothing.
///
/// Common mistakes are left out: how many of them two models share depends on how good both are. Counting all
/// mistakes, or each by how few others make it, finds thieves as well, and innocents of another recipe than the
/// siblings' too: that was tried on small models that no rate is reported of.
///
/// ## The p-value
///
/// The larger of two. Student's t with R - 1 degrees of freedom gives the chance that one more sibling is as far
/// ahead, if shares are normal; it knows how siblings differ. Fisher's exact test, of the victim's mistakes
/// against all siblings' together, is right for a few repeated mistakes too; it takes all models as alike. Simulated
/// (scripts/shared_mistakes_simulation.py) with 30 to 300 mistakes each, 1 to 15 % of them repeated, and siblings alike
/// or not, the larger one was at most 0.01 in 0.03 to 1.6 % of 4,000 draws, t alone in up to 3.4 %. So it is an
/// approximation, and none below 10⁻⁶ is stated. The rank of the victim among the siblings,
/// (1 + #{shares of a sibling's ≥ that of the victim's}) / (R + 1), is exact, and no smaller than 1 / (R + 1).
///
/// ## What it takes for granted
///
/// See <doc:SharedMistakes>: that siblings and victim share a recipe, that the victim's file is older than the
/// suspect and was made for no suspect, and that both did not learn from a third model. So it takes no part in
/// a verdict.
public struct SharedMistakesTest: Sendable, Hashable, Codable {
  /// The fewest siblings.
  public static let leastSiblingCount = 5
  /// The fewest peculiar mistakes of the victim and of each sibling.
  public static let leastMistakeCount = 20

  /// log₁₀ of the least p-value that is stated: how far an approximation holds is known only as far as it was tried.
  public static let leastLog10P = -6.0

  /// Creates the test.
  public init() {}

  /// Runs the test on what models name.
  ///
  /// - Parameters:
  ///   - suspect: The class that the suspect names for each picture.
  ///   - victim: The same for the victim.
  ///   - siblings: The same for each sibling.
  ///   - labels: The true classes.
  /// - Returns: What was found.
  /// - Throws: `VerificationError.badSetting` for fewer than five siblings or lists of different lengths;
  ///   `VerificationError.tooFewMistakes` if the victim or a sibling makes too few of its own.
  /// - Complexity: O(R² · n) for n pictures.
  public func run(
    suspect: [Int],
    victim: [Int],
    siblings: [[Int]],
    labels: [Int]
  ) throws -> SharedMistakesEvidence {
    try require(
      siblings.count >= Self.leastSiblingCount,
      "the number of siblings",
      siblings.count,
      "\(Self.leastSiblingCount) or more"
    )
    for answers in [suspect, victim] + siblings {
      try require(
        answers.count == labels.count,
        "the number of answers",
        answers.count,
        "\(labels.count), one for each picture"
      )
    }
    let models = [victim] + siblings
    let shares = try models.indices.map { index in
      let mistakes = Self.peculiarMistakes(of: index, among: models, labels)
      guard mistakes.count >= Self.leastMistakeCount else {
        throw VerificationError.tooFewMistakes(
          model: index == 0 ? "victim" : "sibling \(index)",
          count: mistakes.count,
          expected: Self.leastMistakeCount,
          pictures: labels.count
        )
      }
      return SharedMistakesEvidence.Share(
        mistakes: mistakes.count,
        repeated: mistakes.count { suspect[$0] == models[index][$0] }
      )
    }
    func accuracy(_ answers: [Int]) -> Double {
      Double(zip(answers, labels).count { $0 == $1 }) / Double(labels.count)
    }
    return try SharedMistakesEvidence(
      victim: shares[0],
      siblings: Array(shares.dropFirst()),
      pictureCount: labels.count,
      victimAccuracy: accuracy(victim),
      siblingAccuracies: siblings.map(accuracy)
    )
  }

  /// The pictures for which a model names a wrong class that none of the others names.
  private static func peculiarMistakes(
    of index: Int,
    among models: [[Int]],
    _ labels: [Int]
  ) -> [Int] {
    let own = models[index]
    return labels.indices.filter { picture in
      own[picture] != labels[picture] && models.count { $0[picture] == own[picture] } == 1
    }
  }
}
