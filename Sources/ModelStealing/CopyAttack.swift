public import Artifacts
public import Networks

/// The plainest theft: the thief has the victim's weights and uses them ("source" in Li et al., AAAI
/// 2022, Table 3).
public struct CopyAttack: StealingAttack {
  /// `copy`.
  public static let name = "copy"

  /// Creates the attack.
  public init() {}

  /// A copy has no settings.
  public var manifestSettings: [String: JSONValue] { [:] }

  /// Returns the victim itself.
  public func steal(
    from victim: Victim,
    run: TrainingRun?,
    onProgress: (TrainingProgress) throws -> Void
  ) throws -> StolenModel {
    guard let weights = victim.weights else {
      throw StealingError.missing(attack: Self.name, need: "the victim's weights")
    }
    return StolenModel(classifier: weights, queryCount: 0)
  }
}
