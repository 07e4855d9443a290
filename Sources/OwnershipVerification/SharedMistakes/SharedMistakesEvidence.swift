internal import Glibc
internal import Statistics

/// What the shared-mistakes test found: whether a suspect repeats the victim's own mistakes.
///
/// A small p-value says, if the test's assumptions hold, that one of the two learned from the other's answers or
/// weights, or both from a third model's. It does not say which, nor that anything was stolen.
public struct SharedMistakesEvidence: Sendable, Hashable, Codable {
  /// How many of a model's peculiar mistakes the suspect repeats.
  public struct Share: Sendable, Hashable, Codable {
    /// The mistakes that none of the others makes.
    public let mistakes: Int
    /// How many of them the suspect makes too.
    public let repeated: Int

    /// repeated / mistakes.
    public var rate: Double { Double(repeated) / Double(mistakes) }
  }

  /// `shared-mistakes`.
  public let test: String
  /// The share of the victim's peculiar mistakes that the suspect repeats, less the mean of the siblings'.
  public let statistic: Double
  /// The statistic in standard errors of a prediction; nil if the siblings' shares are equal.
  public let t: Double?
  /// log₁₀ of the approximate p-value.
  public let log10P: Double
  /// The exact p-value of the victim's rank among the siblings, at least 1 / (R + 1).
  public let rankPValue: Double
  /// The victim's mistakes.
  public let victim: Share
  /// The siblings'.
  public let siblings: [Share]
  /// The number of pictures.
  public let pictureCount: Int
  /// The victim's accuracy on them; as the siblings', if they were trained as the victim was.
  public let victimAccuracy: Double
  /// The siblings' accuracies.
  public let siblingAccuracies: [Double]

  /// The approximate p-value.
  public var pValue: Double { pow(10, log10P) }

  enum CodingKeys: String, CodingKey {
    case test, statistic, t, victim, siblings
    case log10P = "log10_p"
    case rankPValue = "rank_p_value"
    case pictureCount = "pictures"
    case victimAccuracy = "victim_accuracy"
    case siblingAccuracies = "sibling_accuracies"
  }

  init(
    victim: Share,
    siblings: [Share],
    pictureCount: Int,
    victimAccuracy: Double,
    siblingAccuracies: [Double]
  ) throws {
    test = "shared-mistakes"
    let rates = siblings.map(\.rate)
    statistic = try victim.rate - Summary(of: rates).mean
    t = Prediction(from: rates)?.errors(of: victim.rate)
    let tail = try t.map {
      try StudentT(degreesOfFreedom: Double(siblings.count - 1)).log10Survival($0)
    }
    let exact = try FisherExactTest.log10Tail(
      successes: victim.repeated,
      of: victim.mistakes,
      others: siblings.reduce(0) { $0 + $1.repeated },
      of: siblings.reduce(0) { $0 + $1.mistakes }
    )
    log10P = max(exact, tail ?? exact, SharedMistakesTest.leastLog10P)
    let ahead = rates.count { $0 >= victim.rate }
    rankPValue = Double(1 + ahead) / Double(siblings.count + 1)
    self.victim = victim
    self.siblings = siblings
    self.pictureCount = pictureCount
    self.victimAccuracy = victimAccuracy
    self.siblingAccuracies = siblingAccuracies
  }

  /// What was counted, in a sentence for people who do not do statistics.
  public var sentence: String {
    let rates = siblings.map(\.rate)
    return """
      Of \(victim.mistakes) mistakes that the victim alone makes on \(pictureCount) pictures, the suspect repeats \
      \(victim.repeated) (\(Ruling.percent(victim.rate))); of such mistakes of each of \(siblings.count) models that were \
      trained as the owner says the victim was, \(Ruling.percent(rates.min() ?? 0)) to \
      \(Ruling.percent(rates.max() ?? 0)). Rank \(rates.count { $0 >= victim.rate } + 1) of \(siblings.count + 1).
      """
  }

  /// What of the victim is unlike its siblings; nil if nothing is, as far as this can tell.
  ///
  /// Its accuracy, or the number of its peculiar mistakes, is further from theirs than one more sibling's would be in
  /// one case of 100 (Student's t). Then it was trained otherwise than they were, and the p-value means nothing: in a
  /// trial a victim and an innocent that both lacked the siblings' augmentation came to 2 · 10⁻⁵. The fewer siblings,
  /// the less is seen: five let 4.6 standard errors pass, eight 3.5.
  public var difference: String? {
    if Self.isApart(victimAccuracy, from: siblingAccuracies) {
      return """
        it gets \(Ruling.percent(victimAccuracy)) of the pictures right, they \
        \(Ruling.percent(siblingAccuracies.min() ?? 0)) to \(Ruling.percent(siblingAccuracies.max() ?? 0))
        """
    }
    let counts = siblings.map(\.mistakes)
    guard Self.isApart(Double(victim.mistakes), from: counts.map(Double.init)) else { return nil }
    return """
      it makes \(victim.mistakes) mistakes of its own, they \(counts.min() ?? 0) to \(counts.max() ?? 0)
      """
  }

  private static func isApart(_ value: Double, from others: [Double]) -> Bool {
    guard let prediction = Prediction(from: others),
      let distribution = try? StudentT(degreesOfFreedom: Double(others.count - 1))
    else { return others.contains { $0 != value } }
    return 2 * distribution.survival(abs(prediction.errors(of: value))) < 0.01
  }
}

/// Where one more of some normal numbers would lie.
private struct Prediction {
  private let mean: Double
  private let error: Double

  /// Nil if the numbers do not differ.
  init?(from values: [Double]) {
    guard let summary = try? Summary(of: values), let deviation = summary.standardDeviation,
      deviation > 0
    else { return nil }
    mean = summary.mean
    error = deviation * (1 + 1 / Double(values.count)).squareRoot()
  }

  /// How many standard errors of a prediction a value is above the mean.
  func errors(of value: Double) -> Double { (value - mean) / error }
}
