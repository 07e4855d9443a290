public import Datasets

/// What decides the outcome of a training run, beside its data and first weights.
public struct TrainingSettings: Sendable, Hashable, Codable {
  /// Passes over the data.
  public var epochs = 30
  /// Pictures in a step; the last of an epoch may have fewer.
  public var batchSize = 128
  /// The highest learning rate of SGD.
  public var learningRate = 0.1
  /// The momentum of SGD, Nesterov's.
  public var momentum = 0.9
  /// How strongly all parameters are pulled to zero.
  public var weightDecay = 5e-4
  /// How the learning rate moves.
  public var schedule = LearningRateSchedule.oneCycle()
  /// How much of a label is spread over all classes, in [0, 1).
  public var labelSmoothing = 0.0
  /// Pixels of padding for random crops, together with random flips; none trains on pictures as
  /// they are.
  public var cropPadding: Int? = 4
  /// Changes of colour and holes on top; none, as usual, leaves them out.
  ///
  /// None is not written, so settings from before there was this one stay readable and the same.
  public var strongAugmentation: StrongAugmentation?
  /// The number format.
  public var precision = Precision.auto
  /// Decides order, augmentation and dropout.
  public var seed: UInt64

  enum CodingKeys: String, CodingKey {
    case epochs, momentum, schedule, precision, seed
    case batchSize = "batch_size"
    case learningRate = "learning_rate"
    case weightDecay = "weight_decay"
    case labelSmoothing = "label_smoothing"
    case cropPadding = "crop_padding"
    case strongAugmentation = "strong_augmentation"
  }

  /// Creates the defaults, which suit CIFAR-10 and a small network.
  public init(seed: UInt64) {
    self.seed = seed
  }

  /// Checks every number.
  ///
  /// - Throws: `NetworkError.badSetting` for the first that makes no sense.
  public func validate() throws {
    func require(_ holds: Bool, _ name: String, _ value: some Any, _ expected: String) throws {
      guard holds else {
        throw NetworkError.badSetting(name: name, value: "\(value)", expected: expected)
      }
    }
    try require((1...100_000).contains(epochs), "epochs", epochs, "1 to 100,000")
    try require((1...65_536).contains(batchSize), "batch size", batchSize, "1 to 65,536")
    try require(
      learningRate > 0 && learningRate < 1_000_000,
      "learning rate",
      learningRate,
      "a positive number below 1,000,000"
    )
    try require((0..<1).contains(momentum), "momentum", momentum, "a number in [0, 1)")
    try require(
      weightDecay >= 0 && weightDecay.isFinite,
      "weight decay",
      weightDecay,
      "0 or more"
    )
    try require(
      (0..<1).contains(labelSmoothing),
      "label smoothing",
      labelSmoothing,
      "a number in [0, 1)"
    )
    if let cropPadding {
      try require((0...1024).contains(cropPadding), "crop padding", cropPadding, "0 to 1,024")
    }
  }

  /// How many of a number of pictures a training run sees in an epoch.
  ///
  /// Batch norm cannot normalise a single picture, so one left over at the end sits the epoch out.
  public func picturesPerEpoch(of count: Int) -> Int {
    count > batchSize && count % batchSize == 1 ? count - 1 : count
  }

  /// The augmentation that `cropPadding` asks for.
  var augmentation: CropAndFlip? {
    get throws { try cropPadding.map { try CropAndFlip(padding: $0) } }
  }
}
