/// How often a test accused models known to be innocent.
public struct MeasuredRate: Sendable, Hashable, Codable {
  /// α of the test.
  public let significance: Double
  /// How many innocent models, or trials on them, were accused.
  public let accused: Int
  /// How many there were.
  public let trials: Int
  /// What they were.
  public let trialsOf: String

  enum CodingKeys: String, CodingKey {
    case accused, trials
    case significance = "alpha"
    case trialsOf = "trials_of"
  }

  /// accused / trials.
  public var rate: Double { Double(accused) / Double(trials) }

  /// The rate in words.
  public var sentence: String {
    "\(accused) of \(trials) accused at α = \(significance) (\(trialsOf))"
  }

  /// What was measured so far, by the name of the test; a test that is missing has not been measured.
  ///
  /// Enter only what docs/ or README.md give with the command that measures it.
  static let table: [TestFinding.Test: MeasuredRate] = [
    // Paired one-sided t-test, m = 10, median of 40 draws; 10,000 training pictures, WRN-16-1, γ = 10 %;
    // marked pictures that the meta-classifier had not seen. Other seeds and other data than the victim's.
    .metaClassifier: MeasuredRate(
      significance: 0.01,
      accused: 5,
      trials: 5,
      trialsOf: "innocent CIFAR-10 models"
    )
  ]
}
