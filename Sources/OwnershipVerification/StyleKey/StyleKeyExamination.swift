public import Artifacts
public import Datasets

/// What the style-key test needs to know of a claim, for any number of suspects.
///
/// ```swift
/// var examination = try StyleKeyExamination(decoys: cache, secrets: secrets, clean: testPictures)
/// for model in benignModels { try examination.addBenign(ClassifierSuspect(model)) }
/// let evidence = try examination.evidence(against: ClassifierSuspect(suspect))
/// ```
public struct StyleKeyExamination {
  /// The held-out pictures in the decoys' styles.
  public let decoys: DecoyCache
  /// The same pictures in the K secret styles.
  public let secrets: StyledSets
  /// Pictures without any style, to match temperatures on.
  public let clean: ImageSet
  /// Scores of the examiner's benign models.
  private var benign: [StyledScores] = []

  /// A model's scores on secrets and decoys.
  private struct StyledScores {
    let clean: CleanScores
    let secrets: StyleScores
    let decoys: StyleScores
  }

  /// Begins an examination.
  ///
  /// - Parameters:
  ///   - decoys: The held-out pictures in the decoys' styles.
  ///   - secrets: The same pictures in the secret styles, painted in the same way; one or more sets.
  ///   - clean: Pictures without any style that no model was trained on, of the same classes.
  /// - Throws: `VerificationError.stylesDiffer` or `.picturesDoNotFit` if they do not belong together.
  public init(decoys: DecoyCache, secrets: StyledSets, clean: ImageSet) throws {
    try require(secrets.styleCount >= 1, "number of secret styles", secrets.styleCount, "1 or more")
    try decoys.check(clean)
    try secrets.sets[0].checkLayout(against: decoys.pictures(inStyle: 0), named: "the secret style")
    self.decoys = decoys
    self.secrets = secrets
    self.clean = clean
  }

  /// Adds a benign model, whose scores are subtracted from every suspect's.
  ///
  /// Some styles are easier than others for any model. Subtracting what innocent models make of them leaves
  /// less spread, and so more power; the p-value is exact with any benign models, or none. They must be
  /// the examiner's own: never take them from the claimant.
  ///
  /// - Parameters:
  ///   - model: The model; must give log-probabilities.
  ///   - digest: SHA-256 of its file, under which its scores are kept.
  ///   - settings: Names what else changes its answers, such as the precision.
  ///   - onProgress: Called with the number of decoys done; what it throws ends the work.
  /// - Throws: `VerificationError.badAnswers`; what the model throws.
  public mutating func addBenign(
    _ model: some Suspect,
    digest: Digest? = nil,
    settings: String = "",
    onProgress: (Int) throws -> Void = { _ in }
  ) throws {
    let scores = try scores(of: model, digest, settings, onProgress)
    guard scores.clean.measure == .margin else {
      throw VerificationError.badAnswers(
        found: "labels",
        expected: "log-probabilities, for a benign model's margins"
      )
    }
    benign.append(scores)
  }

  /// Examines a suspect.
  ///
  /// - Parameters:
  ///   - suspect: What to ask.
  ///   - digest: SHA-256 of its file, under which its scores on decoys are kept; nil keeps nothing.
  ///   - settings: Names what else changes its answers, such as the precision.
  ///   - test: The test to run.
  ///   - onProgress: Called with the number of decoys done; what it throws ends the work.
  /// - Returns: The evidence, whichever way it points.
  /// - Throws: `VerificationError` if the suspect's answers or the settings make no sense;
  ///   `StatisticsError` for fewer than 2 decoys; what the suspect throws.
  /// - Complexity: (N + K) · m answers.
  public func evidence(
    against suspect: some Suspect,
    digest: Digest? = nil,
    settings: String = "",
    test: StyleKeyTest = .init(),
    onProgress: (Int) throws -> Void = { _ in }
  ) throws -> StyleKeyEvidence {
    try test.validate()
    let own = try scores(of: suspect, digest, settings, onProgress)
    let measure = own.clean.measure
    let result = try test.run(
      excess(of: own.secrets, over: benign.map(\.secrets), measure),
      against: excess(of: own.decoys, over: benign.map(\.decoys), measure)
    )
    return StyleKeyEvidence(
      result: result,
      measure: measure,
      pictureCount: decoys.labels.count,
      benignCount: benign.count,
      clean: own.clean,
      secretAccuracies: own.secrets.accuracies,
      decoyAccuracies: own.decoys.accuracies,
      benignSecretAccuracies: benign.map(\.secrets.accuracies),
      decoyDigest: decoys.digest,
      suspectDigest: digest
    )
  }

  private func scores(
    of suspect: some Suspect,
    _ digest: Digest?,
    _ settings: String,
    _ onProgress: (Int) throws -> Void
  ) throws -> StyledScores {
    let model = try decoys.scores(
      of: suspect,
      model: digest,
      settings: settings,
      clean: clean,
      onProgress: onProgress
    )
    let secrets = try StyleScores(of: suspect, on: secrets, clean: model.clean)
    return StyledScores(clean: model.clean, secrets: secrets, decoys: model.decoys)
  }

  /// Scores minus the mean of the benign models' on the same pictures.
  private func excess(
    of own: StyleScores,
    over benign: [StyleScores],
    _ measure: StyleMeasure
  ) -> [Double] {
    let others = benign.compactMap { $0[measure] }
    return (own[measure] ?? []).enumerated().map { index, score in
      guard !others.isEmpty else { return score }
      return score - others.reduce(0) { $0 + $1[index] } / Double(others.count)
    }
  }
}

/// What the style-key test found about one suspect.
public struct StyleKeyEvidence: Sendable, Hashable, Codable {
  /// The p-value, the effect, the power and all scores.
  public let result: StyleKeyResult
  /// What was scored: margins, or accuracy where the suspect gives labels only.
  public let measure: StyleMeasure
  /// m, the number of pictures in each style.
  public let pictureCount: Int
  /// R, the number of benign models whose scores were subtracted.
  public let benignCount: Int
  /// The suspect on clean pictures.
  public let clean: CleanScores
  /// The suspect's accuracy on each secret style, in [0, 1].
  public let secretAccuracies: [Double]
  /// The suspect's accuracy on each decoy.
  public let decoyAccuracies: [Double]
  /// Each benign model's accuracy on each secret style.
  public let benignSecretAccuracies: [[Double]]
  /// SHA-256 of the decoy cache's manifest.
  public let decoyDigest: Digest
  /// SHA-256 of the suspect's file, if there is one.
  public let suspectDigest: Digest?

  /// N, the number of decoys.
  public var decoyCount: Int { result.decoys.count }
  /// K, the number of keys.
  public var keyCount: Int { result.secrets.count }

  enum CodingKeys: String, CodingKey {
    case result, measure, clean
    case pictureCount = "m"
    case benignCount = "benign_models"
    case secretAccuracies = "secret_accuracies"
    case decoyAccuracies = "decoy_accuracies"
    case benignSecretAccuracies = "benign_secret_accuracies"
    case decoyDigest = "decoys_digest"
    case suspectDigest = "suspect_digest"
  }
}
