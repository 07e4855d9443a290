import Artifacts
public import Networks

/// The network that a thief trains, and how.
public struct Student: Sendable {
  /// The network's structure, which may differ from the victim's.
  public let architecture: Architecture
  /// How it is trained; its seed also decides the first weights.
  public let training: TrainingSettings

  /// Describes a student.
  public init(_ architecture: Architecture, training: TrainingSettings) {
    self.architecture = architecture
    self.training = training
  }

  /// Makes the untrained network, for the pictures and classes of a victim.
  ///
  /// - Throws: `NetworkError.picturesDoNotFit` if the pictures are too small for the architecture.
  func classifier(answeringAs oracle: Oracle) throws -> Classifier {
    try Classifier(
      architecture,
      classNames: oracle.classNames,
      normalization: oracle.normalization,
      pictureSize: oracle.pictureSize,
      seed: training.seed,
      device: oracle.device
    )
  }

  var manifestSettings: [String: JSONValue] {
    get throws {
      ["architecture": .string("\(architecture)"), "training": try JSONValue(encoding: training)]
    }
  }
}
