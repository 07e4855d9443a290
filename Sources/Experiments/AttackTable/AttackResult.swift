import Networks

/// What one model of the table of attacks came to: a line of `results.jsonl`.
public struct AttackResult: Sendable, Hashable, Codable {
  /// What kind of row it belongs to.
  public enum Group: String, Sendable, Codable, CaseIterable {
    /// The victim itself.
    case victim
    /// A theft in one stage.
    case attack
    /// A model that took nothing.
    case innocent
    /// A thief with other pictures.
    case queries
    /// A victim whose answers tell less.
    case answers
    /// A theft in two stages.
    case chain
    /// A copy that was changed to hide it.
    case hiding
  }

  /// What kind of row it is.
  public let group: Group
  /// The attack, and what is special about it.
  public let name: String
  /// The victim's seed, from which the thief's follows.
  public let seed: UInt64
  /// The model's structure.
  public let architecture: String
  /// The share of test pictures that it gets right, in [0, 1].
  public let testAccuracy: Double
  /// The share of test pictures that it classifies as the victim does, in [0, 1].
  public let fidelity: Double?
  /// The share of repainted test pictures that it gets right, in [0, 1].
  public let markedAccuracy: Double
  /// Pictures that the last stage asked its victim about.
  public let queries: Int?
  /// Minutes of training of its last stage, as its metrics add up.
  public let trainingMinutes: Double?

  enum CodingKeys: String, CodingKey {
    case group, name, seed, architecture, fidelity, queries
    case testAccuracy = "test_accuracy"
    case markedAccuracy = "marked_accuracy"
    case trainingMinutes = "training_minutes"
  }
}
