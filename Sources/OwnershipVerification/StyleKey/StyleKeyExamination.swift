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
  ///   - keeping: Whether scores that were not there are written.
  ///   - onProgress: Called with the number of decoys done; what it throws ends the work.
  /// - Throws: `VerificationError.badAnswers`; what the model throws.
  public mutating func addBenign(
    _ model: some Suspect,
    digest: Digest? = nil,
    settings: String = "",
    keeping: Bool = true,
    onProgress: (Int) throws -> Void = { _ in }
  ) throws {
    let kept = try decoys.scores(
      of: model,
      model: digest,
      settings: settings,
      clean: clean,
      keeping: keeping,
      onProgress: onProgress
    )
    guard kept.clean.measure == .margin else {
      throw VerificationError.badAnswers(
        found: "labels",
        expected: "log-probabilities, for a benign model's margins"
      )
    }
    let secrets = try StyleScores(of: model, on: secrets, clean: kept.clean)
    benign.append(StyledScores(clean: kept.clean, secrets: secrets, decoys: kept.decoys))
  }

  /// Examines a suspect.
  ///
  /// Secret styles and decoys are asked about in one random order. Answers that drift, as those of a service
  /// may, or a suspect that treats the last questions in its own way, would else make secrets and decoys
  /// unlike.
  ///
  /// - Parameters:
  ///   - suspect: What to ask.
  ///   - digest: SHA-256 of its file, to be recorded; nil for what is no file.
  ///   - test: The test to run; its seed decides the order.
  ///   - measure: What is scored; margins where the answers allow them unless told otherwise. Of a suspect that
  ///     is no file, take accuracy: its probabilities are its maker's choice, answer by answer, and enormous ones
  ///     on few pictures, with tiny ones on others, can hide a mark from margins and leave all labels as they are.
  ///   - onProgress: Called with the number of styles done, of N + K; what it throws ends the work.
  /// - Returns: The evidence, whichever way it points.
  /// - Throws: `VerificationError` if the suspect's answers or the settings make no sense;
  ///   `StatisticsError` for fewer than 2 decoys; what the suspect throws.
  /// - Complexity: (N + K) · m answers.
  public func evidence(
    against suspect: some Suspect,
    digest: Digest? = nil,
    test: StyleKeyTest = .init(),
    measure: StyleMeasure? = nil,
    onProgress: (Int) throws -> Void = { _ in }
  ) throws -> StyleKeyEvidence {
    try test.validate()
    let own = try mixedScores(of: suspect, orderSeed: test.seed, onProgress)
    let scored = measure == .accuracy ? .accuracy : own.clean.measure
    let best = StyleScores(
      margins: Array(repeating: scored.largest, count: secrets.styleCount),
      accuracies: Array(repeating: scored.largest, count: secrets.styleCount)
    ).excess(over: benign.map(\.secrets), scored)
    let result = try test.run(
      own.secrets.excess(over: benign.map(\.secrets), scored),
      against: own.decoys.excess(over: benign.map(\.decoys), scored),
      ceiling: best.reduce(0, +) / Double(best.count)
    )
    return StyleKeyEvidence(
      result: result,
      measure: scored,
      pictureCount: decoys.labels.count,
      benignCount: benign.count,
      clean: own.clean,
      cleanCount: clean.count,
      chance: Self.largestShare(of: clean.labels),
      paintedChance: Self.largestShare(of: decoys.labels),
      secretAccuracies: own.secrets.accuracies,
      decoyAccuracies: own.decoys.accuracies,
      benignSecretAccuracies: benign.map(\.secrets.accuracies),
      benignDecoyAccuracies: benign.map { model in
        model.decoys.accuracies.reduce(0, +) / Double(max(1, model.decoys.count))
      },
      benignCleanAccuracies: benign.map(\.clean.accuracy),
      decoyDigest: decoys.digest,
      suspectDigest: digest
    )
  }

  /// What answering always the most frequent class would get right.
  private static func largestShare(of labels: [Int]) -> Double {
    let most = Dictionary(grouping: labels) { $0 }.values.map(\.count).max() ?? 0
    return Double(most) / Double(max(1, labels.count))
  }

  private func mixedScores(
    of suspect: some Suspect,
    orderSeed: UInt64,
    _ onProgress: (Int) throws -> Void
  ) throws -> StyledScores {
    let mixed = MixedStyles(secrets: secrets, decoys: decoys, seed: orderSeed)
    let cleanScores = try CleanScores(of: suspect, on: clean)
    let scores = try StyleScores(of: suspect, on: mixed, clean: cleanScores, onProgress: onProgress)
    let inOrder = scores.reordered(to: mixed.order)
    return StyledScores(
      clean: cleanScores,
      secrets: inOrder.part(0..<secrets.styleCount),
      decoys: inOrder.part(secrets.styleCount..<inOrder.count)
    )
  }
}

/// Secret styles and decoys in random order.
private struct MixedStyles: StyledPictures {
  let secrets: StyledSets
  let decoys: DecoyCache
  /// The position, among secrets followed by decoys, of the style asked about at each turn.
  let order: [Int]

  init(secrets: StyledSets, decoys: DecoyCache, seed: UInt64) {
    self.secrets = secrets
    self.decoys = decoys
    var random = KeyedRandom("style order", seed)
    order = random.permutation(of: secrets.styleCount + decoys.styleCount)
  }

  var styleCount: Int { order.count }

  func pictures(inStyle index: Int) throws -> ImageSet {
    let place = order[index]
    return place < secrets.styleCount
      ? try secrets.pictures(inStyle: place)
      : try decoys.pictures(inStyle: place - secrets.styleCount)
  }
}

extension StyleScores {
  /// Puts each score at the place that its turn had.
  fileprivate func reordered(to places: [Int]) -> StyleScores {
    func reordered(_ values: [Double]) -> [Double] {
      var result = values
      for (value, place) in zip(values, places) { result[place] = value }
      return result
    }
    return StyleScores(margins: margins.map(reordered), accuracies: reordered(accuracies))
  }

  fileprivate func part(_ range: Range<Int>) -> StyleScores {
    StyleScores(margins: margins.map { Array($0[range]) }, accuracies: Array(accuracies[range]))
  }
}
