import Datasets
public import Statistics

/// The hypothesis test between a suspect's posteriors and the benign model's.
///
/// H₀: μ_S ≤ μ_B (Li et al., AAAI 2022, Definition 2), where μ is the mean posterior of the class
/// "victim" over m marked images. One draw of m = 10 gives p-values that vary by orders of magnitude, so
/// m images are drawn R times, the same for both models.
public struct HypothesisTest: Sendable, Hashable, Codable {
  /// Which test is run on each draw, and how the draws combine.
  public enum Method: String, Sendable, Hashable, Codable, CaseIterable {
    /// The paper's: paired, one-sided; the median of log₁₀ p over the draws counts.
    case pairedT = "paired-t"
    /// Unpaired with unequal variances, one-sided; the median counts.
    case welch
    /// The public code's (`ownership_verification.py`): Welch, two-sided, and the harmonic mean of the
    /// p-values counts. Calls a suspect with a lower μ than the benign model's stolen too.
    case asReleased = "as-released"
  }

  /// Which test is run on each draw, and how the draws combine.
  public var method: Method
  /// m, the number of images in a draw; at least 2.
  public var sampleSize: Int
  /// R, the number of draws.
  public var repeats: Int
  /// α, in (0, 1): p below it is called stolen.
  public var significance: Double
  /// Decides the draws.
  public var seed: UInt64

  /// Creates a test; the defaults are the paper's numbers.
  public init(
    _ method: Method = .pairedT,
    sampleSize: Int = 10,
    repeats: Int = 40,
    significance: Double = 0.01,
    seed: UInt64 = 1
  ) {
    self.method = method
    self.sampleSize = sampleSize
    self.repeats = repeats
    self.significance = significance
    self.seed = seed
  }

  enum CodingKeys: String, CodingKey {
    case method, repeats, seed
    case sampleSize = "m"
    case significance = "alpha"
  }

  /// Checks every number, and that there are images enough.
  ///
  /// - Parameter imageCount: How many images there are to draw from.
  /// - Throws: `VerificationError.badSetting`.
  public func validate(imageCount: Int) throws {
    try validate()
    try require(
      sampleSize <= imageCount,
      "m",
      sampleSize,
      "at most the \(imageCount) images that the claim holds out: choose a smaller --m, or make a claim of more"
    )
  }

  /// Checks every number.
  ///
  /// - Throws: `VerificationError.badSetting`.
  public func validate() throws {
    try require(sampleSize >= 2, "m", sampleSize, "2 or more")
    try require((1...100_000).contains(repeats), "repeats", repeats, "1 to 100,000")
    try require(
      significance > 0 && significance < 1,
      "alpha",
      significance,
      "a probability in (0, 1)"
    )
  }

  /// Whether large differences in one direction or in both speak against H₀.
  public var alternative: Alternative { method == .asReleased ? .twoSided : .greater }

  /// Runs the test.
  ///
  /// - Parameters:
  ///   - suspect: Posteriors of the suspect, one for each image.
  ///   - benign: Posteriors of the benign model for the same images in the same order.
  /// - Returns: All draws and what sums them up.
  /// - Throws: `VerificationError.badSetting`; `StatisticsError` if a posterior is not finite.
  public func run(suspect: [Double], benign: [Double]) throws -> RepeatedTestResult {
    try validate(imageCount: suspect.count)
    let test = RepeatedTest(
      method: method == .pairedT ? .paired : .welch,
      alternative: alternative,
      sampleSize: sampleSize,
      repeats: repeats,
      significance: significance
    )
    var random = KeyedRandom("verification draws", seed)
    return try test.run(suspect, against: benign, using: &random)
  }

  /// The one log₁₀ p that stands for all draws: their median or, as released, log₁₀ of their harmonic
  /// mean.
  public func log10P(of result: RepeatedTestResult) -> Double {
    method == .asReleased ? result.harmonicMeanLog10P : result.medianLog10P
  }
}
