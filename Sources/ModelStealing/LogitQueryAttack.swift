import Artifacts
public import Datasets
public import Networks
public import Torch

/// A query thief who wants class probabilities, and trains a student to give the same (A_Q with logits in Li et
/// al., AAAI 2022, section 4.1).
///
/// The loss is KL(victim ‖ student), the mean over the batch, at temperature 1 (dataset inference,
/// Maini et al., ICLR 2021). What a censored answer does not tell is filled in evenly.
public struct LogitQueryAttack: QueryAttack {
  /// `logit-query`.
  public static let name = "logit-query"

  /// The thief's pictures.
  public let queries: UnlabelledImages
  /// The network that is trained on the answers.
  public let student: Student

  /// Creates the attack.
  public init(queries: UnlabelledImages, student: Student) {
    self.queries = queries
    self.student = student
  }

  /// Trains a student to answer the same.
  public func fit(
    _ thief: Classifier,
    to answers: Tensor,
    run: TrainingRun?,
    onProgress: (TrainingProgress) throws -> Void
  ) throws {
    let targets = try SoftLabels.completed(answers)
    run?.conditions = ["answers": "\(Digest(of: try targets.to(.cpu).bytes()))"]
    try train(
      thief,
      on: queries,
      settings: student.training,
      run: run,
      onProgress: onProgress
    ) { logits, batch, _ in
      try SoftLabels.divergence(from: targets.selecting(batch.indices), to: logits)
    }
  }
}
