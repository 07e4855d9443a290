public import OwnershipVerification
public import Stages

/// What one model of a demonstration came to; a line of `results.jsonl` if it was examined.
public struct DemoResult: Sendable {
  /// What the model is.
  public let name: String
  /// Where it comes from.
  public let role: EvidenceReport.Role
  /// The share of test pictures it gets right, in [0, 1].
  public let cleanAccuracy: Double
  /// The share of repainted test pictures it gets right, in [0, 1].
  public let markedAccuracy: Double
  /// What the examination found, if the model was examined.
  public let findings: SuspectFindings?

  /// What the published test says, if the model was examined.
  public var published: PublishedTestResult? { findings?.published }
}

extension DemoResult: Encodable {
  private enum CodingKeys: String, CodingKey {
    case name, innocent
    case cleanAccuracy = "clean_accuracy"
    case markedAccuracy = "marked_accuracy"
  }

  /// Writes the fields of the findings, and beside them what only a demonstration knows.
  public func encode(to encoder: any Encoder) throws {
    try findings?.encode(to: encoder)
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(name, forKey: .name)
    try values.encode(role == .innocent, forKey: .innocent)
    try values.encode(cleanAccuracy, forKey: .cleanAccuracy)
    try values.encode(markedAccuracy, forKey: .markedAccuracy)
  }
}
