extension EvidenceReport {
  /// A model, what is known about it, and what the test says about it.
  public struct Suspect: Sendable {
    /// What the model is called; may be a file name from somebody else.
    public var name: String
    /// What is known about where it comes from.
    public var role: Role
    /// Accuracy on pictures as they come, in [0, 1].
    public var cleanAccuracy: Double?
    /// Accuracy on marked pictures that no model was trained on, in [0, 1].
    public var markedAccuracy: Double?
    /// What the published test says; nil if the model was not tested.
    public var outcome: Outcome?
    /// What Hallmark's own tests found; nil if they were not run.
    public var findings: SuspectFindings?

    /// Describes a model.
    public init(
      name: String,
      role: Role,
      cleanAccuracy: Double? = nil,
      markedAccuracy: Double? = nil,
      outcome: Outcome? = nil,
      findings: SuspectFindings? = nil
    ) {
      self.name = name
      self.role = role
      self.cleanAccuracy = cleanAccuracy
      self.markedAccuracy = markedAccuracy
      self.outcome = outcome
      self.findings = findings
    }
  }

  /// Where a model comes from, as far as the author of the report knows.
  public enum Role: Sendable, Hashable {
    /// The owner's own model V.
    case victim
    /// The model B that suspects are compared with.
    case benign
    /// A model stolen on purpose, by the attack of that name.
    case stolen(attack: String)
    /// A model known to have nothing to do with the victim.
    case innocent
    /// A suspect of unknown origin.
    case unknown
  }

  /// The result of the repeated test for one suspect.
  public struct Outcome: Sendable {
    /// Δμ, the mean posterior of the suspect minus that of the benign model B, in [−1, 1].
    public var meanDifference: Double
    /// The median over the draws of log₁₀ p; −∞ is allowed.
    public var medianLog10P: Double
    /// The share of draws with p < α, in [0, 1].
    public var rejectionRate: Double
    /// Whether the test, draws combined as `Test.combination` says, calls the model stolen.
    public var isAccused: Bool
    /// log₁₀ p of each draw, for the chart; may be empty.
    public var log10P: [Double]

    /// Creates a result.
    public init(
      meanDifference: Double,
      medianLog10P: Double,
      rejectionRate: Double,
      isAccused: Bool,
      log10P: [Double] = []
    ) {
      self.meanDifference = meanDifference
      self.medianLog10P = medianLog10P
      self.rejectionRate = rejectionRate
      self.isAccused = isAccused
      self.log10P = log10P
    }
  }

  /// How the suspects were tested; the defaults are the published test.
  public struct Test: Sendable {
    /// The statistic and its side, such as "paired t-test, one-sided".
    public var name: String
    /// The number m of pictures in a draw.
    public var sampleSize: Int
    /// The number of draws.
    public var repeats: Int
    /// The significance level α, in (0, 1).
    public var significance: Double
    /// How the draws become one answer, such as "median p".
    public var combination: String

    /// Describes a test.
    public init(
      name: String = "paired t-test, one-sided",
      sampleSize: Int = 10,
      repeats: Int = 40,
      significance: Double = 0.01,
      combination: String = "median p"
    ) {
      self.name = name
      self.sampleSize = sampleSize
      self.repeats = repeats
      self.significance = significance
      self.combination = combination
    }
  }
}
