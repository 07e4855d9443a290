public import Artifacts
public import Datasets
public import Networks
public import Torch

/// A thief who asks the deployed victim about pictures of their own and trains a student on the answers
/// (A_Q in Li et al., AAAI 2022, section 4.1).
///
/// Each picture is asked about once, as it is; training then augments the picture and keeps the answer. The
/// pictures come without labels, so the student cannot see any but the victim's.
public protocol QueryAttack: StealingAttack {
  /// The thief's pictures.
  var queries: UnlabelledImages { get }
  /// The network that is trained on the answers.
  var student: Student { get }

  /// Creates the attack.
  init(queries: UnlabelledImages, student: Student)

  /// Trains the student on the answers.
  ///
  /// - Parameters:
  ///   - thief: The untrained network.
  ///   - answers: What the victim told, shape `[queries, classes]`.
  ///   - run: Where checkpoints and metrics go; none keeps nothing.
  ///   - onProgress: Called after every step. What it throws ends the attack.
  /// - Throws: What training throws.
  func fit(
    _ thief: Classifier,
    to answers: Tensor,
    run: TrainingRun?,
    onProgress: (TrainingProgress) throws -> Void
  ) throws
}

extension QueryAttack {
  /// Answers to the pictures that the thief has.
  public static var access: Access { .answers }

  /// Student, training, and which pictures are asked about.
  public var manifestSettings: [String: JSONValue] {
    get throws {
      try student.manifestSettings.merging([
        "query_pictures": .integer(Int128(queries.count)),
        "queries_sha256": .string("\(queries.digest)"),
      ]) { $1 }
    }
  }

  /// Refuses pictures of another size, pictures that are too small for the student, and the victim's own seed.
  public func check(against victim: Classifier) throws {
    try victim.check(queries, named: "queries")
    try student.check(against: victim)
  }

  /// Asks, and trains a student on the answers.
  public func steal(
    from victim: Victim,
    run: TrainingRun?,
    onProgress: (TrainingProgress) throws -> Void
  ) throws -> StolenModel {
    let thief = try student.classifier(answeringAs: victim.oracle)
    let told = try QueryRecord.answers(to: queries, from: victim.oracle, run: run)
    try fit(thief, to: told, run: run, onProgress: onProgress)
    return StolenModel(classifier: thief, queryCount: queries.count)
  }
}
