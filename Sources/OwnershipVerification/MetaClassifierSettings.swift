/// How a meta-classifier is trained.
///
/// The defaults are those of Li et al. (AAAI 2022) and their public code (`train_clf.py`), which
/// ignores its own batch-size option of 8.
public struct MetaClassifierSettings: Sendable, Hashable, Codable {
  /// Passes over the rows.
  public var epochs: Int
  /// Rows in a step.
  public var batchSize: Int
  /// The constant learning rate of stochastic gradient descent.
  public var learningRate: Double
  /// Its momentum, in [0, 1).
  public var momentum: Double
  /// Its weight decay.
  public var weightDecay: Double
  /// Decides first weights, order of rows, and split where there is one.
  public var seed: UInt64
  /// Whether the public code is followed where it departs from the paper.
  ///
  /// Then the softmax is part of the network and cross-entropy is applied to probabilities; rows are
  /// scaled to length 1 and columns standardised in training, though not in verification; a fifth of
  /// the victim's and another fifth of the benign model's rows are set aside, standardised by their
  /// own statistics, and choose the epoch; the posterior is the network's own float32 softmax, which
  /// saturates.
  public var asReleased: Bool

  /// Creates settings.
  public init(
    epochs: Int = 100,
    batchSize: Int = 128,
    learningRate: Double = 0.01,
    momentum: Double = 0.9,
    weightDecay: Double = 5e-4,
    seed: UInt64 = 1,
    asReleased: Bool = false
  ) {
    self.epochs = epochs
    self.batchSize = batchSize
    self.learningRate = learningRate
    self.momentum = momentum
    self.weightDecay = weightDecay
    self.seed = seed
    self.asReleased = asReleased
  }

  enum CodingKeys: String, CodingKey {
    case epochs, momentum, seed
    case batchSize = "batch_size"
    case learningRate = "learning_rate"
    case weightDecay = "weight_decay"
    case asReleased = "as_released"
  }

  /// Checks every number.
  ///
  /// - Throws: `VerificationError.badSetting`.
  public func validate() throws {
    try require((1...100_000).contains(epochs), "epochs", epochs, "1 to 100,000")
    try require((1...65_536).contains(batchSize), "batch_size", batchSize, "1 to 65,536")
    try require(
      learningRate > 0 && learningRate < 100,
      "learning_rate",
      learningRate,
      "in (0, 100)"
    )
    try require((0..<1).contains(momentum), "momentum", momentum, "in [0, 1)")
    try require((0..<1).contains(weightDecay), "weight_decay", weightDecay, "in [0, 1)")
  }
}

/// Throws an error that names a setting unless a condition holds.
func require(
  _ condition: Bool,
  _ name: String,
  _ value: some CustomStringConvertible,
  _ expected: String
) throws {
  guard condition else {
    throw VerificationError.badSetting(name: name, value: value.description, expected: expected)
  }
}
