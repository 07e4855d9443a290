import Artifacts
import Datasets
public import FeatureEmbedding

extension StyleRegistration {
  /// Derives the secret styles from the one family that Hallmark ships.
  ///
  /// - Returns: One for each key.
  /// - Throws: `FeatureEmbeddingError.registrationDiffers` if another family was committed to.
  public func styles() throws -> [Style] {
    try keys(from: .builtIn()).map(\.style)
  }

  /// Refuses a commitment that leaves its owner a choice among values of the beacon.
  ///
  /// - Parameter beaconIsForCommitment: Whether the source gave one value for this commitment, and no other.
  /// - Throws: `StageError.claimRefused` if it names no moment and that is not so.
  public func checkBeaconPlan(beaconIsForCommitment: Bool) throws {
    guard commitment.beacon.date == nil, !beaconIsForCommitment else { return }
    throw StageError.claimRefused(
      reason: """
        its commitment names no moment for the beacon of '\(commitment.beacon.source.printable())', so its \
        owner could take one of many values; if the source gave one value for this commitment, say so with \
        --beacon-for-commitment
        """
    )
  }

  /// Checks that data are those that were committed to before the styles could be known.
  ///
  /// - Throws: `FeatureEmbeddingError.registrationDiffers` if they are not, or the commitment names none.
  public func checkData(_ split: DataSplit) throws {
    guard commitment.data == split.digest else {
      throw FeatureEmbeddingError.registrationDiffers(
        what: "data",
        found: commitment.data.map { "of SHA-256 \($0)" } ?? "not committed to",
        expected: """
          \(split.digest), of \(split.train.count) training and \(split.test.count) test pictures; give \
          --dataset, --train-count, --data-seed and --picture-size as for 'commit'
          """
      )
    }
  }

  /// Checks that pictures were marked in the styles of this registration.
  ///
  /// - Throws: `FeatureEmbeddingError.registrationDiffers`.
  public func checkMarks(of folder: EmbeddedFolder) throws {
    let styles = try styles()
    guard folder.styles.map(\.vector) == styles.map(\.vector) else {
      throw FeatureEmbeddingError.registrationDiffers(
        what: "secret style",
        found: "of SHA-256 \(styles[0].digest), the first of \(styles.count)",
        expected: """
          \(folder.style.digest), the first of \(folder.styles.count), as the marked pictures have it
          """
      )
    }
  }
}
