public import Artifacts

/// What the style-key test found about one suspect.
public struct StyleKeyEvidence: Sendable, Hashable, Codable {
  /// The p-value, the effect, the power and all scores.
  public let result: StyleKeyResult
  /// What was scored: margins, or accuracy where the suspect gives labels only or is no file.
  public let measure: StyleMeasure
  /// m, the number of pictures in each style.
  public let pictureCount: Int
  /// R, the number of benign models whose scores were subtracted.
  public let benignCount: Int
  /// The suspect on clean pictures.
  public let clean: CleanScores
  /// How many clean pictures there were.
  public let cleanCount: Int
  /// The share of the most frequent class among them: what answering it always would get right.
  public let chance: Double
  /// The share of the most frequent class among the m painted pictures.
  public let paintedChance: Double
  /// The suspect's accuracy on each secret style, in [0, 1].
  public let secretAccuracies: [Double]
  /// The suspect's accuracy on each decoy.
  public let decoyAccuracies: [Double]
  /// Each benign model's accuracy on each secret style.
  public let benignSecretAccuracies: [[Double]]
  /// Each benign model's mean accuracy on the decoys.
  public let benignDecoyAccuracies: [Double]
  /// Each benign model's accuracy on clean pictures.
  public let benignCleanAccuracies: [Double]
  /// SHA-256 of the decoy cache's manifest.
  public let decoyDigest: Digest
  /// SHA-256 of the suspect's file, if there is one.
  public let suspectDigest: Digest?

  /// N, the number of decoys.
  public var decoyCount: Int { result.decoys.count }
  /// K, the number of keys.
  public var keyCount: Int { result.secrets.count }

  enum CodingKeys: String, CodingKey {
    case result, measure, clean, chance
    case cleanCount = "clean_pictures"
    case pictureCount = "m"
    case benignCount = "benign_models"
    case paintedChance = "painted_chance"
    case secretAccuracies = "secret_accuracies"
    case decoyAccuracies = "decoy_accuracies"
    case benignSecretAccuracies = "benign_secret_accuracies"
    case benignDecoyAccuracies = "benign_decoy_accuracies"
    case benignCleanAccuracies = "benign_clean_accuracies"
    case decoyDigest = "decoys_digest"
    case suspectDigest = "suspect_digest"
  }
}
