import Statistics

/// What a verdict on one suspect is made from: the results of tests, and what they rest on.
public struct Grounds: Sendable, Hashable {
  /// What suspect and pictures were like.
  public struct Basis: Sendable, Hashable {
    /// m, the number of pictures in each style.
    public var pictureCount: Int
    /// How many clean pictures the suspect was asked about.
    public var cleanCount: Int
    /// How many of them it got right.
    public var cleanCorrect: Int
    /// What answering always the same class would get right of them, in [0, 1].
    public var chance: Double

    /// What the suspect makes of decoys; nil if it is not known.
    public var decoys: OnDecoys?

    /// States the numbers.
    public init(
      pictureCount: Int,
      cleanCount: Int,
      cleanCorrect: Int,
      chance: Double,
      decoys: OnDecoys? = nil
    ) {
      self.pictureCount = pictureCount
      self.cleanCount = cleanCount
      self.cleanCorrect = cleanCorrect
      self.chance = chance
      self.decoys = decoys
    }
  }

  /// What a suspect makes of the decoys all together, in shares of pictures.
  public struct OnDecoys: Sendable, Hashable {
    /// The share that it gets right.
    public var accuracy: Double
    /// What answering always the same class would get right.
    public var chance: Double
    /// The share that the examiner's benign models get right; nil if there is none.
    public var benignAccuracy: Double?

    /// Whether the suspect recognises next to nothing where others recognise something: whoever knows painted
    /// pictures when they come can answer them badly on purpose.
    var isBlind: Bool {
      let lead = accuracy - chance
      return lead <= Ruling.leastLeadOnDecoys
        || benignAccuracy.map { lead < ($0 - chance) / 2 } ?? false
    }

    /// States the numbers.
    public init(accuracy: Double, chance: Double, benignAccuracy: Double?) {
      self.accuracy = accuracy
      self.chance = chance
      self.benignAccuracy = benignAccuracy
    }
  }

  /// The outcome of the lineage test, as far as the verdict needs it.
  public struct Lineage: Sendable, Hashable {
    /// The mean correlation of the layers.
    public var statistic: Double
    /// Both readings' p-value.
    public var pValue: Double
    /// Whether the reading that decided is exact.
    public var isExact: Bool

    /// States the numbers.
    public init(statistic: Double, pValue: Double, isExact: Bool) {
      self.statistic = statistic
      self.pValue = pValue
      self.isExact = isExact
    }
  }

  /// The outcome of the shared-mistakes test.
  public struct SharedMistakes: Sendable, Hashable {
    /// By how much the suspect repeats the victim's mistakes more than the siblings', in shares.
    public var statistic: Double
    /// Its approximate p-value.
    public var pValue: Double
    /// Whether there were about as many siblings and pictures as where its rate was measured: 8 and 9,000 at least.
    public var isStandard: Bool

    /// States the numbers.
    public init(statistic: Double, pValue: Double, isStandard: Bool = false) {
      self.statistic = statistic
      self.pValue = pValue
      self.isStandard = isStandard
    }
  }

  /// The outcome of the published test.
  public struct Published: Sendable, Hashable {
    /// Δμ.
    public var deltaMu: Double
    /// Its p-value.
    public var pValue: Double
    /// Whether it is the test whose rate was measured: paired, one-sided, m = 10, median of 40 draws.
    public var isStandard: Bool

    /// States the numbers.
    public init(deltaMu: Double, pValue: Double, isStandard: Bool = false) {
      self.deltaMu = deltaMu
      self.pValue = pValue
      self.isStandard = isStandard
    }
  }

  /// The outcome of the style-key test.
  public var styleKey: StyleKeyResult
  /// What suspect and pictures were like.
  public var basis: Basis
  /// What the style-key test scored; nil if it is not known.
  public var measure: StyleMeasure?
  /// The outcome of the lineage test, if it was run.
  public var lineage: Lineage?
  /// The outcome of the shared-mistakes test, if it was run; no part of the verdict.
  public var sharedMistakes: SharedMistakes?
  /// The outcome of the published test, if it was run; shown, and not heeded.
  public var published: Published?

  /// Takes the results of tests.
  public init(
    styleKey: StyleKeyResult,
    basis: Basis,
    lineage: Lineage? = nil,
    sharedMistakes: SharedMistakes? = nil,
    published: Published? = nil
  ) {
    self.styleKey = styleKey
    self.basis = basis
    self.lineage = lineage
    self.sharedMistakes = sharedMistakes
    self.published = published
  }

  /// Takes what tests found.
  public init(
    styleKey: StyleKeyEvidence,
    lineage: LineageEvidence?,
    sharedMistakes: SharedMistakesEvidence? = nil,
    published: PublishedTestResult?
  ) {
    self.init(
      styleKey: styleKey.result,
      basis: Basis(
        pictureCount: styleKey.pictureCount,
        cleanCount: styleKey.cleanCount,
        cleanCorrect: Int((styleKey.clean.accuracy * Double(styleKey.cleanCount)).rounded()),
        chance: styleKey.chance,
        decoys: OnDecoys(
          accuracy: Self.mean(styleKey.decoyAccuracies),
          chance: styleKey.paintedChance,
          benignAccuracy: styleKey.benignDecoyAccuracies.isEmpty
            ? nil : Self.mean(styleKey.benignDecoyAccuracies)
        )
      ),
      lineage: lineage.map {
        Lineage(statistic: $0.statistic, pValue: $0.pValue, isExact: $0.isExact)
      },
      sharedMistakes: sharedMistakes.map {
        SharedMistakes(
          statistic: $0.statistic,
          pValue: $0.pValue,
          isStandard: $0.siblings.count >= 8 && $0.pictureCount >= 9_000
        )
      },
      published: published.map {
        Published(
          deltaMu: $0.deltaMu,
          pValue: $0.pValue,
          isStandard: $0.test == "paired-t" && $0.sidedness == "one-sided"
            && $0.combination == "median" && $0.sampleSize == 10 && $0.repeats == 40
            && !$0.metaClassifierAsReleased
        )
      }
    )
    measure = styleKey.measure
  }

  private static func mean(_ values: [Double]) -> Double {
    values.reduce(0, +) / Double(max(1, values.count))
  }
}

/// Why nothing can be said about a suspect.
public enum Obstacle: Sendable, Hashable, Codable {
  /// m is below `Ruling.leastPictureCount`.
  case tooFewPictures(count: Int)
  /// Clean accuracy is not shown to be above what answering always the same class would get.
  case nearChance(correct: Int, of: Int, lowerBound: Double, chance: Double)
  /// The suspect gets pictures in the decoys' styles right hardly more often than answering always the same
  /// class would, or much less often than the examiner's models.
  case blindToStyles(accuracy: Double, chance: Double, benignAccuracy: Double?)
  /// All decoys score alike.
  case noSpread(decoys: Int)
  /// Decoys score so high that getting all of the secret styles right would not stand out.
  case noRoom(decoys: Int)
  /// No score whatever would have been called significant; how many decoys it takes is known for one key.
  case noPower(decoys: Int, neededDecoys: Int?)

  /// The obstacle in half a sentence.
  public var reason: String {
    switch self {
    case .tooFewPictures(let count):
      """
      \(count) pictures in each style are too few: with fewer than \(Ruling.leastPictureCount), chance moves \
      accuracy by 11 points or more, as much as a thief is ahead
      """
    case .nearChance(let correct, let count, let bound, let chance):
      """
      the suspect gets \(correct) of \(count) clean pictures right, which shows no more than \
      \(Ruling.percent(bound)), and always answering one class would get \(Ruling.percent(chance))
      """
    case .blindToStyles(let accuracy, let chance, let benign):
      """
      the suspect gets \(Ruling.percent(accuracy)) of the pictures in the decoys' styles right, and always answering \
      one class would get \(Ruling.percent(chance))\
      \(benign.map { "; the examiner's models get \(Ruling.percent($0)), and less than half of their lead is too little" } ?? "")
      """
    case .noRoom(let decoys):
      """
      it does so well on the \(decoys) decoys that getting everything right in the secret style would not stand out
      """
    case .noPower(let decoys, let needed?):
      """
      \(decoys) decoys are too few for any score to be significant; it takes at least \(needed), and an examination \
      that is made again is one more try
      """
    case .noPower(let decoys, nil):
      """
      with this attempt, α, number of keys and of models to choose among \(decoys) decoys are too few for any score to be significant; \
      examine with more
      """
    case .noSpread(let decoys):
      "its answers to all \(decoys) decoys score alike, so no score could have been significant"
    }
  }
}
