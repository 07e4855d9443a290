public import Datasets
public import Networks
public import Torch

/// A query thief who wants classes, and trains a student on them as on labels (A_Q with labels in Li et al.,
/// AAAI 2022, section 4.1).
///
/// Of an answer that tells more than a label, the likeliest class is used.
public struct LabelQueryAttack: QueryAttack {
  /// `label-query`.
  public static let name = "label-query"

  /// The thief's pictures.
  public let queries: UnlabelledImages
  /// The network that is trained on the answers.
  public let student: Student

  /// Creates the attack.
  public init(queries: UnlabelledImages, student: Student) {
    self.queries = queries
    self.student = student
  }

  /// The likeliest class.
  public var usedAnswers: AnswerForm { .label }

  /// Trains a student on the likeliest classes.
  public func fit(
    _ thief: Classifier,
    to answers: Tensor,
    run: TrainingRun?,
    onProgress: (TrainingProgress) throws -> Void
  ) throws {
    let labels = try answers.argmax(over: 1).elements(as: Int64.self).map(Int.init)
    try train(
      thief,
      on: queries.labelled(labels, classNames: thief.classNames),
      settings: student.training,
      run: run,
      onProgress: onProgress
    )
  }
}
