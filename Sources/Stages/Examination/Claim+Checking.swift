import Artifacts
import Datasets
public import FeatureEmbedding
public import Foundation
import Networks
public import OwnershipVerification

extension Claim {
  /// Reads and opens the registration of the secret styles.
  ///
  /// - Throws: `StageError.claimRefused` if there is none; `FeatureEmbeddingError` if it does not
  ///   open its commitment or the order of dates is wrong.
  public func styleRegistration() throws -> StyleRegistration {
    guard let registration else {
      throw StageError.claimRefused(
        reason: "it holds no \(Claim.registrationFile); make it with 'claim --registration'"
      )
    }
    return try StyleRegistration(fileBytes: registration.file, named: Claim.registrationFile)
  }

  /// Checks all that an examiner can check before anything is computed.
  ///
  /// - Parameters:
  ///   - data: The unmarked pictures, as the examiner was given them.
  ///   - commitments: A registrar's record of commitments; nil if there is none.
  ///   - beaconIsForCommitment: Whether the beacon's source gave one value for this commitment, and no other.
  ///     A commitment that names no moment is refused otherwise: of a source that publishes one value
  ///     after the other the owner could take whichever suits.
  ///   - now: The moment of the examination.
  /// - Returns: The registration.
  /// - Throws: `StageError.claimRefused` or `FeatureEmbeddingError` saying what does not hold.
  public func checkedRegistration(
    for data: DataSplit,
    commitments: [StyleCommitment]?,
    beaconIsForCommitment: Bool = false,
    now: Date = Date()
  ) throws -> StyleRegistration {
    let registration = try styleRegistration()
    try registration.checkBeacon(at: now)
    try registration.checkBeaconPlan(beaconIsForCommitment: beaconIsForCommitment)
    try registration.checkData(data)
    guard inputs[Claim.trainingSetInput] == data.train.digest else {
      throw StageError.claimRefused(
        reason: """
          it was made from other training pictures: SHA-256 is \
          \(inputs[Claim.trainingSetInput].map { "\($0)" } ?? "not stated"), found \(data.train.digest)
          """
      )
    }
    if let commitments, !commitments.contains(registration.commitment) {
      throw StageError.claimRefused(
        reason: """
          its commitment of SHA-256 \(registration.commitment.digest) is not among the \(commitments.count) \
          that --commitments names; add the registrar's copy of commitment.json, or ask why there is none
          """
      )
    }
    try registration.checkAttempt(among: priorCommitments() + (commitments ?? []))
    guard benign.classNames == data.train.classNames else {
      throw StageError.classesDiffer(train: data.train.classNames, test: benign.classNames)
    }
    return registration
  }

  private func priorCommitments() throws -> [StyleCommitment] {
    guard let bytes = registration?.priorCommitments else { return [] }
    return try StyleCommitment.read(fileBytes: bytes, named: Claim.priorCommitmentsFile)
  }
}
