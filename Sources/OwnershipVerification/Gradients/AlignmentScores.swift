import Statistics

/// One model's alignment with many styles: secrets and decoys alike.
public struct AlignmentScores: Sendable, Hashable, Codable {
  /// The score of each secret style.
  public let secrets: [Double]
  /// The score of each decoy.
  public let decoys: [Double]

  /// Scores every style.
  ///
  /// - Parameters:
  ///   - alignment: The model, with its gradients at the pictures that the styles were painted from.
  ///   - secrets: Those pictures in the secret styles.
  ///   - decoys: Those pictures in the decoys' styles.
  ///   - onProgress: Called with the number of styles done; what it throws ends the work.
  /// - Throws: `VerificationError` if the pictures are not the originals' or a gradient is not finite.
  /// - Complexity: (N + K) · m forward passes, and as many backward passes through the compared layers.
  public init(
    of alignment: GradientAlignment,
    secrets: some StyledPictures,
    decoys: some StyledPictures,
    onProgress: (Int) throws -> Void = { _ in }
  ) throws {
    var done = 0
    func scores(_ styles: some StyledPictures) throws -> [Double] {
      try (0..<styles.styleCount).map { index in
        let score = try alignment.score(of: styles.pictures(inStyle: index))
        done += 1
        try onProgress(done)
        return score
      }
    }
    self.secrets = try scores(secrets)
    self.decoys = try scores(decoys)
  }

  /// These scores minus the mean of benign models' on the same styles.
  ///
  /// - Parameter benign: The examiner's own models', of any structure; none changes nothing.
  /// - Returns: Scores of as many styles.
  /// - Throws: `VerificationError.stylesDiffer` if they are of more or fewer styles.
  public func excess(over benign: [AlignmentScores]) throws -> AlignmentScores {
    for other in benign {
      let (found, expected) = (
        (other.secrets.count, other.decoys.count), (secrets.count, decoys.count)
      )
      guard found == expected else {
        throw VerificationError.stylesDiffer(
          what: "a benign model's scores",
          found: "\(found.0) secrets and \(found.1) decoys",
          expected: "\(expected.0) and \(expected.1)"
        )
      }
    }
    return AlignmentScores(
      secrets: secrets.less(meanOf: benign.map(\.secrets)),
      decoys: decoys.less(meanOf: benign.map(\.decoys))
    )
  }

  init(secrets: [Double], decoys: [Double]) {
    self.secrets = secrets
    self.decoys = decoys
  }
}

extension StyleKeyTest {
  /// Runs the test on gradient alignment instead of answers.
  ///
  /// - Parameters:
  ///   - suspect: The suspect's scores.
  ///   - benign: The scores of the examiner's benign models, whose mean is subtracted.
  /// - Returns: The exact p-value and what goes with it.
  /// - Throws: As `run(_:against:)`; `VerificationError.stylesDiffer` if the scores are of other styles.
  public func run(
    _ suspect: AlignmentScores,
    over benign: [AlignmentScores] = []
  ) throws -> StyleKeyResult {
    let excess = try suspect.excess(over: benign)
    return try run(excess.secrets, against: excess.decoys)
  }
}
