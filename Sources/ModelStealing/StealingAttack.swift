public import Artifacts
public import Networks

/// A way to steal a model: from what a thief can get hold of, a model of the thief's.
///
/// One published attack is one type in one file.
public protocol StealingAttack {
  /// The attack's name on the command line and in manifests.
  static var name: String { get }

  /// What of the victim the thief has to get hold of.
  static var access: Access { get }

  /// Whether the thief goes on from the victim's weights, rather than from ones that their own seed draws.
  static var keepsWeights: Bool { get }

  /// Whether a seed decides anything.
  static var isRandom: Bool { get }

  /// How much of an answer the attack uses: what its victim tells unless somebody decides otherwise.
  var usedAnswers: AnswerForm { get }

  /// The number format in which its victim answers.
  var answerPrecision: Precision { get }

  /// What decides the outcome beside the victim, for the manifest.
  var manifestSettings: [String: JSONValue] { get throws }

  /// Refuses a victim that the attack cannot work on, before anything is trained.
  ///
  /// - Parameter victim: The model, or in a chain the first one: all thieves keep its classes and size of pictures.
  /// - Throws: `NetworkError.picturesDoNotFit` or `StealingError.badSetting`.
  func check(against victim: Classifier) throws

  /// Steals.
  ///
  /// - Parameters:
  ///   - victim: What the thief can get hold of.
  ///   - run: Where checkpoints, metrics and the victim's answers go; none keeps nothing.
  ///   - onProgress: Called after every step of training. What it throws ends the attack.
  /// - Returns: The stolen model, and what it took.
  /// - Throws: `StealingError.missing` if the attack needs more than the victim exposes;
  ///   `NetworkError.picturesDoNotFit` if victim, pictures and student do not fit together.
  func steal(
    from victim: Victim,
    run: TrainingRun?,
    onProgress: (TrainingProgress) throws -> Void
  ) throws -> StolenModel
}

extension StealingAttack {
  /// A network of the thief's own.
  public static var keepsWeights: Bool { false }
  /// First weights, or the order of pictures.
  public static var isRandom: Bool { true }
  /// A probability for every class.
  public var usedAnswers: AnswerForm { .probabilities }
  /// Single precision.
  public var answerPrecision: Precision { .float32 }
  /// Takes any victim.
  public func check(against victim: Classifier) throws {}
}

/// What of a victim a thief gets hold of: the threat models of Li et al., AAAI 2022, section 4.1.
public enum Access: String, Sendable, CaseIterable {
  /// The weights (A_M).
  case weights
  /// The training pictures, and answers (A_D).
  case trainingPictures = "training pictures"
  /// Answers (A_Q).
  case answers
  /// Nothing but the task.
  case nothing
}

/// What a thief ends up with.
public struct StolenModel {
  /// The stolen model.
  public let classifier: Classifier
  /// How many pictures the attack asked its victim about; in a chain, the thief before.
  public let queryCount: Int
  /// What else is known only after the theft, for the manifest.
  public var outcome: [String: JSONValue] = [:]
}

@available(*, unavailable)
extension StolenModel: Sendable {}

/// What can keep an attack or a disguise from running.
public enum StealingError: Error, Sendable, CustomStringConvertible {
  /// The attack needs something that the victim does not expose.
  case missing(attack: String, need: String)
  /// A name of an answer form means nothing.
  case badAnswerForm(String, expected: String)
  /// A setting makes no sense.
  case badSetting(name: String, value: String, expected: String)
  /// The answers that an earlier run kept belong to other questions.
  case recordDiffers(file: String, question: Int, recorded: String, asked: String)
  /// Plain and repainted pictures are not of each other.
  case picturesDiffer(plain: String, repainted: String)
  /// The honest model of a thief who hides is for other pictures than the stolen one.
  case honestModelDiffers(what: String, stolen: String, honest: String)

  /// The error in a sentence, with what to do.
  public var description: String {
    switch self {
    case .missing(let attack, let need):
      "the attack '\(attack)' needs \(need), which this victim does not expose"
    case .badAnswerForm(let name, let expected):
      "the form of answers is '\(name)', expected \(expected)"
    case .badSetting(let name, let value, let expected):
      "\(name) is \(value), expected \(expected)"
    case .recordDiffers(let file, let question, let recorded, let asked):
      """
      cannot go on with the answers in '\(file)': question \(question) was about another picture
        recorded: \(recorded)
        asked: \(asked)
        Go on with the same victim, pictures and settings, or start anew in another folder.
      """
    case .picturesDiffer(let plain, let repainted):
      """
      the repainted pictures are not those of the plain ones
        plain: \(plain)
        repainted: \(repainted)
        Repaint each of the plain pictures once, at its own size.
      """
    case .honestModelDiffers(let what, let stolen, let honest):
      """
      the honest model's \(what): not the stolen model's
        stolen: \(stolen)
        honest: \(honest)
        Train the honest model on pictures of the same classes and size.
      """
    }
  }
}
