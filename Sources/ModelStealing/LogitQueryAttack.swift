public import Artifacts
public import Datasets
public import Networks
import Torch

/// The thief asks the deployed victim for the class probabilities of pictures of their own and trains
/// a student to give the same (A_Q with logits in Li et al., AAAI 2022, section 4.1).
///
/// The loss is KL(victim ‖ student), the mean over the batch, at temperature 1 (dataset inference,
/// Maini et al., ICLR 2021). Each picture is asked about once, as it is; training then augments the
/// picture and keeps the answer. What a censored answer does not tell is filled in evenly.
public struct LogitQueryAttack: StealingAttack {
  /// `logit-query`.
  public static let name = "logit-query"
  /// Answers to the pictures that the thief has.
  public static let access = Access.answers

  /// The thief's pictures.
  public let queries: UnlabelledImages
  /// The network that is trained on the answers.
  public let student: Student

  /// Creates the attack.
  public init(queries: UnlabelledImages, student: Student) {
    self.queries = queries
    self.student = student
  }

  /// Student, training, and which pictures are asked about.
  public var manifestSettings: [String: JSONValue] {
    get throws { try student.manifestSettings.merging(queries.manifestSettings) { $1 } }
  }

  /// Asks, and trains a student on the answers.
  public func steal(
    from victim: Victim,
    run: TrainingRun?,
    onProgress: (TrainingProgress) throws -> Void
  ) throws -> StolenModel {
    let thief = try student.classifier(answeringAs: victim.oracle)
    let targets = try SoftLabels.completed(
      QueryRecord.answers(to: queries, from: victim.oracle, run: run)
    )
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
    return StolenModel(classifier: thief, queryCount: queries.count)
  }
}
