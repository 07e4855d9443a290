public import Artifacts
public import Datasets
public import Networks
import Torch

/// The thief asks the deployed victim for the class of pictures of their own and trains a student on
/// the answers (A_Q with labels in Li et al., AAAI 2022, section 4.1).
///
/// The pictures come without labels, so the student cannot see any but the victim's. Each picture is
/// asked about once, as it is; training then augments the picture and keeps the answer. Of an answer
/// that tells more than a label, the likeliest class is used.
public struct LabelQueryAttack: StealingAttack {
  /// `label-query`.
  public static let name = "label-query"
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
    let oracle = victim.oracle
    let thief = try student.classifier(answeringAs: oracle)
    let told = try QueryRecord.answers(to: queries, from: oracle, run: run)
    let labels = try told.argmax(over: 1).elements(as: Int64.self).map(Int.init)
    try train(
      thief,
      on: queries.labelled(labels, classNames: oracle.classNames),
      settings: student.training,
      run: run,
      onProgress: onProgress
    )
    return StolenModel(classifier: thief, queryCount: queries.count)
  }
}

extension UnlabelledImages {
  /// Which pictures are asked about, for a manifest.
  var manifestSettings: [String: JSONValue] {
    ["query_pictures": .integer(Int128(count)), "queries_sha256": .string("\(digest)")]
  }
}
