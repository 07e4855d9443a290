public import Artifacts
internal import Glibc
import Datasets
import Statistics
import Torch

/// The outcome of the published test for one suspect.
///
/// With R draws the single p is the median over the draws or, as released, their harmonic mean:
/// `combination` says which. No verdict rests on it, for it accuses innocent models of the same structure: 34
/// of 34 in `docs/evidence.md`. See `Ruling`.
public struct PublishedTestResult: Sendable, Hashable {
  /// The suspect's file or name.
  public let suspect: String
  /// The test run on each draw: `paired-t` or `welch`.
  public let test: String
  /// `one-sided` (μ_S > μ_B) or `two-sided`.
  public let sidedness: String
  /// How the draws make one p: `median` or `harmonic-mean`.
  public let combination: String
  /// Δμ, the mean over the draws of the mean difference of posteriors, in [-1, 1].
  public let deltaMu: Double
  /// log₁₀ p; -∞ where all differences are equal and positive.
  public let log10P: Double
  /// m, the number of images in a draw.
  public let sampleSize: Int
  /// R, the number of draws.
  public let repeats: Int
  /// α.
  public let significance: Double
  /// Whether p < α.
  public let accuses: Bool
  /// The share of draws with p < α.
  public let rejectionRate: Double
  /// log₁₀ of the harmonic mean of the draws' p-values; -∞ if one of them is zero.
  public let harmonicMeanLog10P: Double
  /// log₁₀ p of every draw, in order.
  public let log10PDraws: [Double]
  /// The degrees of freedom m - 1 of the paired test; Welch's differ from draw to draw.
  public let degreesOfFreedom: Int?
  /// Which gradients were compared.
  public let features: GradientFeatures
  /// Whether the meta-classifier was trained as the public code does.
  public let metaClassifierAsReleased: Bool
  /// How many images there were to draw from.
  public let imageCount: Int
  /// Decides the draws.
  public let seed: UInt64
  /// SHA-256 of the suspect's file, if there is one.
  public let suspectDigest: Digest?
  /// SHA-256 of the claim's manifest.
  public let claimDigest: Digest
  /// SHA-256 of the victim's model file, as the claim states it.
  public let victimDigest: Digest?
  /// SHA-256 of the benign model's file, as the claim states it.
  public let benignDigest: Digest?
  /// The version of Hallmark.
  public let hallmarkVersion: String
  /// The version of libtorch.
  public let libtorchVersion: String

  /// p; 0 where `log10P` is below -308, the smallest that a normal double holds.
  public var pValue: Double { log10P < -308 ? 0 : min(1, pow(10, log10P)) }

  init(
    of result: RepeatedTestResult,
    test: HypothesisTest,
    suspect: String,
    digest: Digest?,
    claim: Claim
  ) {
    self.suspect = suspect
    self.test = test.method == .pairedT ? "paired-t" : "welch"
    sidedness = test.alternative == .greater ? "one-sided" : "two-sided"
    combination = test.method == .asReleased ? "harmonic-mean" : "median"
    deltaMu = result.meanDifference
    log10P = test.log10P(of: result)
    sampleSize = test.sampleSize
    repeats = test.repeats
    significance = test.significance
    accuses = log10P < log10(test.significance)
    rejectionRate = result.rejectionRate
    harmonicMeanLog10P = result.harmonicMeanLog10P
    log10PDraws = result.log10P
    degreesOfFreedom = test.method == .pairedT ? test.sampleSize - 1 : nil
    features = claim.features
    metaClassifierAsReleased = claim.metaClassifier.settings.asReleased
    imageCount = claim.heldOut.count
    seed = test.seed
    suspectDigest = digest
    claimDigest = claim.digest
    victimDigest = claim.inputs["victim"]
    benignDigest = claim.inputs["benign"]
    hallmarkVersion = Artifacts.hallmarkVersion
    libtorchVersion = Runtime.version
  }
}

extension PublishedTestResult: Codable {
  private enum CodingKeys: String, CodingKey {
    case suspect, test, sidedness, combination, m, repeats, alpha, stolen, features, seed
    case deltaMu = "delta_mu"
    case pValue = "p_value"
    case pValueBound = "p_value_bound"
    case log10P = "log10_p"
    case rejectionRate = "rejection_rate"
    case harmonicMeanLog10P = "harmonic_mean_log10_p"
    case log10PDraws = "log10_p_draws"
    case degreesOfFreedom = "degrees_of_freedom"
    case metaClassifierAsReleased = "meta_classifier_as_released"
    case imageCount = "images"
    case suspectDigest = "suspect_digest"
    case claimDigest = "claim_digest"
    case victimDigest = "victim_digest"
    case benignDigest = "benign_digest"
    case hallmarkVersion = "hallmark_version"
    case libtorchVersion = "libtorch_version"
  }

  /// Where p is zero because nothing spread, all that can be said of it.
  private static let leastPValue = 1e-300

  /// Reads a verdict.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    suspect = try values.decode(String.self, forKey: .suspect)
    test = try values.decode(String.self, forKey: .test)
    sidedness = try values.decode(String.self, forKey: .sidedness)
    combination = try values.decode(String.self, forKey: .combination)
    deltaMu = try values.decode(Double.self, forKey: .deltaMu)
    log10P = try values.decode(Double?.self, forKey: .log10P) ?? -.infinity
    sampleSize = try values.decode(Int.self, forKey: .m)
    repeats = try values.decode(Int.self, forKey: .repeats)
    significance = try values.decode(Double.self, forKey: .alpha)
    accuses = try values.decode(Bool.self, forKey: .stolen)
    rejectionRate = try values.decode(Double.self, forKey: .rejectionRate)
    harmonicMeanLog10P =
      try values.decode(Double?.self, forKey: .harmonicMeanLog10P) ?? -.infinity
    log10PDraws = try values.decode([Double?].self, forKey: .log10PDraws)
      .map { $0 ?? -.infinity }
    degreesOfFreedom = try values.decodeIfPresent(Int.self, forKey: .degreesOfFreedom)
    features = try values.decode(GradientFeatures.self, forKey: .features)
    metaClassifierAsReleased = try values.decode(Bool.self, forKey: .metaClassifierAsReleased)
    imageCount = try values.decode(Int.self, forKey: .imageCount)
    seed = try values.decode(UInt64.self, forKey: .seed)
    suspectDigest = try values.decodeIfPresent(Digest.self, forKey: .suspectDigest)
    claimDigest = try values.decode(Digest.self, forKey: .claimDigest)
    victimDigest = try values.decodeIfPresent(Digest.self, forKey: .victimDigest)
    benignDigest = try values.decodeIfPresent(Digest.self, forKey: .benignDigest)
    hallmarkVersion = try values.decode(String.self, forKey: .hallmarkVersion)
    libtorchVersion = try values.decode(String.self, forKey: .libtorchVersion)
  }

  /// Writes a verdict.
  ///
  /// JSON has no infinity: where `log10_p` is -∞ it becomes null, and `p_value_bound` is there and says
  /// that p < 1e-300. A `log10_p` below -308 is right where `p_value` is 0.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(suspect, forKey: .suspect)
    try values.encode(test, forKey: .test)
    try values.encode(sidedness, forKey: .sidedness)
    try values.encode(combination, forKey: .combination)
    try values.encode(deltaMu, forKey: .deltaMu)
    try values.encode(pValue, forKey: .pValue)
    try values.encode(log10P.isFinite ? log10P : nil, forKey: .log10P)
    if !log10P.isFinite { try values.encode(PublishedTestResult.leastPValue, forKey: .pValueBound) }
    try values.encode(sampleSize, forKey: .m)
    try values.encode(repeats, forKey: .repeats)
    try values.encode(significance, forKey: .alpha)
    try values.encode(accuses, forKey: .stolen)
    try values.encode(rejectionRate, forKey: .rejectionRate)
    try values.encode(
      harmonicMeanLog10P.isFinite ? harmonicMeanLog10P : nil,
      forKey: .harmonicMeanLog10P
    )
    try values.encode(
      log10PDraws.map { $0.isFinite ? $0 : nil },
      forKey: .log10PDraws
    )
    try values.encodeIfPresent(degreesOfFreedom, forKey: .degreesOfFreedom)
    try values.encode(features, forKey: .features)
    try values.encode(metaClassifierAsReleased, forKey: .metaClassifierAsReleased)
    try values.encode(imageCount, forKey: .imageCount)
    try values.encode(seed, forKey: .seed)
    try values.encodeIfPresent(suspectDigest, forKey: .suspectDigest)
    try values.encode(claimDigest, forKey: .claimDigest)
    try values.encodeIfPresent(victimDigest, forKey: .victimDigest)
    try values.encodeIfPresent(benignDigest, forKey: .benignDigest)
    try values.encode(hallmarkVersion, forKey: .hallmarkVersion)
    try values.encode(libtorchVersion, forKey: .libtorchVersion)
  }
}
