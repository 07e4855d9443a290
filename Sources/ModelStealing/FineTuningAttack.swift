public import Artifacts
public import Datasets
public import Networks

/// The thief has the victim's weights and trains them further on pictures of their own (A_M with
/// fine-tuning in Li et al., AAAI 2022, section 4.1).
///
/// The pictures are unlabelled, so the victim's own answers are the labels. The loss is cross-entropy;
/// `TrainingSettings.furtherTraining` is after dataset inference's recipe. All layers or the last one are trained,
/// from the victim's weights or with a last layer made anew: the four ways of Adi et al. (USENIX Security
/// 2018): FTAL, FTLL, RTAL and RTLL.
public struct FineTuningAttack: StealingAttack {
  /// `fine-tuning`.
  public static let name = "fine-tuning"
  /// The weights.
  public static let access = Access.weights
  /// All layers start from the victim's weights, but for a last one that is made anew.
  public static let keepsWeights = true

  /// The thief's pictures.
  public let pictures: UnlabelledImages
  /// How the weights are trained.
  public let training: TrainingSettings
  /// Which layers are trained.
  public let layers: TrainedLayers
  /// Whether the last layer starts from fresh weights, decided by the training's seed.
  public let resettingLastLayer: Bool

  /// Creates the attack.
  public init(
    pictures: UnlabelledImages,
    training: TrainingSettings,
    layers: TrainedLayers = .all,
    resettingLastLayer: Bool = false
  ) {
    self.pictures = pictures
    self.training = training
    self.layers = layers
    self.resettingLastLayer = resettingLastLayer
  }

  /// Training, layers, and the thief's pictures.
  public var manifestSettings: [String: JSONValue] {
    get throws {
      [
        "training": try JSONValue(encoding: training), "layers": .string(layers.rawValue),
        "last_layer_reset": .bool(resettingLastLayer),
        "thief_pictures": .integer(Int128(pictures.count)),
        "thief_pictures_sha256": .string("\(pictures.digest)"),
      ]
    }
  }

  /// Refuses pictures of another size, and the victim's own seed for a fresh last layer.
  public func check(against victim: Classifier) throws {
    try victim.check(pictures, named: "the thief's pictures")
    if resettingLastLayer { try victim.refuseSeed(training.seed) }
  }

  /// Trains a copy of the victim.
  public func steal(
    from victim: Victim,
    run: TrainingRun?,
    onProgress: (TrainingProgress) throws -> Void
  ) throws -> StolenModel {
    let weights = try victim.requireWeights(for: self)
    let images = try FineTuning(pictures: pictures, settings: training).labelled(by: weights)
    let thief =
      try resettingLastLayer
      ? weights.copiedWithFreshLastLayer(seed: training.seed) : weights.copied()
    try train(
      thief,
      on: images,
      settings: training,
      updating: layers,
      run: run,
      onProgress: onProgress
    )
    return StolenModel(classifier: thief, queryCount: 0)
  }
}
