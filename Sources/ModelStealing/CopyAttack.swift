public import Artifacts
public import Networks

/// The plainest theft: the thief has the victim's weights and uses them ("source" in Li et al., AAAI
/// 2022, Table 3).
public struct CopyAttack: StealingAttack {
  /// `copy`.
  public static let name = "copy"
  /// The weights.
  public static let access = Access.weights
  /// The victim's weights, as they are.
  public static let keepsWeights = true
  /// Nothing is drawn.
  public static let isRandom = false

  /// Creates the attack.
  public init() {}

  /// A copy has no settings.
  public var manifestSettings: [String: JSONValue] { [:] }

  /// Returns the victim's weights in a model of the thief's own.
  public func steal(
    from victim: Victim,
    run: TrainingRun?,
    onProgress: (TrainingProgress) throws -> Void
  ) throws -> StolenModel {
    StolenModel(classifier: try victim.requireWeights(for: self).copied(), queryCount: 0)
  }
}
