public import Artifacts
public import Networks

/// A way to steal a model: from what a thief can get hold of, a model of the thief's.
///
/// One published attack is one type in one file.
public protocol StealingAttack {
  /// The attack's name on the command line and in manifests.
  static var name: String { get }

  /// What decides the outcome beside the victim, for the manifest.
  var manifestSettings: [String: JSONValue] { get throws }

  /// Steals.
  ///
  /// - Parameters:
  ///   - victim: What the thief can get hold of.
  ///   - run: Where checkpoints and metrics go, for attacks that train; none keeps nothing.
  ///   - onProgress: Called after every step of training. What it throws ends the attack.
  /// - Returns: The stolen model, and what it took.
  /// - Throws: `StealingError.missing` if the attack needs more than the victim exposes.
  func steal(
    from victim: Victim,
    run: TrainingRun?,
    onProgress: (TrainingProgress) throws -> Void
  ) throws -> StolenModel
}

/// What a thief ends up with.
public struct StolenModel {
  /// The stolen model.
  public let classifier: Classifier
  /// How many pictures the victim was asked about.
  public let queryCount: Int
}

@available(*, unavailable)
extension StolenModel: Sendable {}

/// What can keep an attack from running.
public enum StealingError: Error, Sendable, CustomStringConvertible {
  /// The attack needs something that the victim does not expose.
  case missing(attack: String, need: String)

  /// The error in a sentence.
  public var description: String {
    switch self {
    case .missing(let attack, let need):
      "the attack '\(attack)' needs \(need), which this victim does not expose"
    }
  }
}
