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

  /// Refuses pictures that are too small, and the victim's own seed.
  ///
  /// - Throws: `NetworkError.picturesDoNotFit`; `StealingError.badSetting`.
  func check(against victim: Classifier) throws {
    try architecture.check(victim.pictureSize)
    try victim.refuseSeed(training.seed)
  }

  var manifestSettings: [String: JSONValue] {
    get throws {
      ["architecture": .string("\(architecture)"), "training": try JSONValue(encoding: training)]
    }
  }
}

extension Classifier {
  /// What a manifest calls the seed of the weights that a model's go back to, if it did not draw them itself.
  package static let firstWeightsName = "first weights"

  /// The seed of the weights that this model's go back to, as far as its file tells.
  ///
  /// A copy, and what becomes of it, goes back to the victim's; a model that was trained from scratch drew its own.
  package var firstWeightsSeed: UInt64? {
    let seed = { (name: String) in try? self.originEntry("seeds", name)?.decode(as: UInt64.self) }
    if let seed = seed(Self.firstWeightsName) { return seed }
    // Of a victim whose file says nothing, what was made of it knows as little.
    let attack = try? originEntry("settings", "attack")?.decode(as: String.self)
    let keepsWeights = attack.flatMap { AttackName(rawValue: $0) }.map { !$0.hasStudent } ?? false
    return keepsWeights ? nil : seed("training")
  }

  /// Refuses a seed that decided this model's own first weights, as far as its file tells.
  ///
  /// Whoever starts from them shares ancestry with it, which a thief with a network of their own does not.
  func refuseSeed(_ seed: UInt64) throws(StealingError) {
    guard firstWeightsSeed == seed else { return }
    throw .badSetting(
      name: "the thief's seed",
      value: "\(seed)",
      expected: "another than the victim's, which decides the same first weights"
    )
  }
}
