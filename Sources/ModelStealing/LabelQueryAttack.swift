public import Artifacts
public import Datasets
public import Networks

/// The thief asks the deployed victim for the class of pictures of their own and trains a student on
/// the answers (A_Q with labels in Li et al., AAAI 2022, section 4.1).
///
/// The pictures come without labels, so the student cannot see any but the victim's. Each picture is
/// asked about once, as it is; training then augments the picture and keeps the answer.
public struct LabelQueryAttack: StealingAttack {
  /// `label-query`.
  public static let name = "label-query"

  /// The thief's pictures.
  public let queries: UnlabelledImages
  /// The student's structure, which may differ from the victim's.
  public let student: Architecture
  /// How the student is trained; its seed also decides the first weights.
  public let settings: TrainingSettings

  /// Creates the attack.
  public init(queries: UnlabelledImages, student: Architecture, settings: TrainingSettings) {
    self.queries = queries
    self.student = student
    self.settings = settings
  }

  /// Student, training, and which pictures are asked about.
  public var manifestSettings: [String: JSONValue] {
    get throws {
      [
        "architecture": .string("\(student)"), "training": try JSONValue(encoding: settings),
        "queries": .integer(Int128(queries.count)), "queries_sha256": .string("\(queries.digest)"),
      ]
    }
  }

  /// Asks, and trains a student on the answers.
  public func steal(
    from victim: Victim,
    run: TrainingRun?,
    onProgress: (TrainingProgress) throws -> Void
  ) throws -> StolenModel {
    let oracle = victim.oracle
    let before = oracle.queryCount
    let answers = try queries.labelled(
      oracle.labels(of: queries),
      classNames: oracle.classNames
    )
    let thief = try Classifier(
      student,
      classNames: oracle.classNames,
      normalization: oracle.normalization,
      pictureSize: oracle.pictureSize,
      seed: settings.seed,
      device: oracle.device
    )
    try train(thief, on: answers, settings: settings, run: run, onProgress: onProgress)
    return StolenModel(classifier: thief, queryCount: oracle.queryCount - before)
  }
}
