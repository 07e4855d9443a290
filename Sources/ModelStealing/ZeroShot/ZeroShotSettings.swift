public import Networks

/// What decides the outcome of a zero-shot attack, beside the victim and the student's structure.
///
/// The authors' code for CIFAR-10 takes 500 epochs, batches of 256 and a schedule of
/// `.step(milestones: [100, 200])`; the other defaults are its own. For larger pictures see `takeLargePictures`.
public struct ZeroShotSettings: Sendable, Hashable, Codable {
  /// Epochs, of `stepsPerEpoch` rounds each.
  public var epochs = 20
  /// Rounds in an epoch: each is some updates of the student and then one of the generator.
  public var stepsPerEpoch = 50
  /// Pictures in an update.
  public var batchSize = 128
  /// Updates of the student for each of the generator.
  public var studentSteps = 5
  /// The student's highest learning rate, of SGD.
  public var learningRate = 0.1
  /// The momentum of the student's SGD, not Nesterov's.
  public var momentum = 0.9
  /// How strongly the student's parameters are pulled to zero.
  public var weightDecay = 5e-4
  /// The generator's highest learning rate, of Adam.
  public var generatorLearningRate = 1e-3
  /// How both learning rates move, round by round.
  ///
  /// A short run has no rounds to lose: with the highest rate from the start one run's student was at 10.9 %
  /// after 200 rounds (docs/attacks-earlier.md), and low rates as early as the authors' leave too little to learn.
  public var schedule = LearningRateSchedule.oneCycle(peak: 0.1)
  /// The network that makes the pictures.
  public var generator = PictureGenerator.automatic
  /// The number format.
  public var precision = Precision.auto
  /// Decides the first weights of student and generator, and every random number after them.
  public var seed: UInt64

  enum CodingKeys: String, CodingKey {
    case epochs, momentum, schedule, generator, precision, seed
    case stepsPerEpoch = "steps_per_epoch"
    case batchSize = "batch_size"
    case studentSteps = "student_steps"
    case learningRate = "learning_rate"
    case weightDecay = "weight_decay"
    case generatorLearningRate = "generator_learning_rate"
  }

  /// Creates the defaults.
  public init(seed: UInt64) {
    self.seed = seed
  }

  /// Takes the authors' batches of 64 and student's rate of 0.05 for pictures that generator B makes.
  ///
  /// Its 300 epochs are not taken.
  public mutating func takeLargePictures() {
    (batchSize, learningRate) = (64, 0.05)
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
    func requireRate(_ rate: Double, _ name: String) throws {
      try require(rate > 0 && rate < 1_000_000, name, rate, "a positive number below 1,000,000")
    }
    try require((1...100_000).contains(epochs), "epochs", epochs, "1 to 100,000")
    try require((1...100_000).contains(stepsPerEpoch), "steps", stepsPerEpoch, "1 to 100,000")
    // Batch norm cannot normalise a single picture of one pixel.
    try require((2...65_536).contains(batchSize), "batch size", batchSize, "2 to 65,536")
    try require((1...1_000).contains(studentSteps), "student steps", studentSteps, "1 to 1,000")
    try requireRate(learningRate, "learning rate")
    try require((0..<1).contains(momentum), "momentum", momentum, "a number in [0, 1)")
    try require(weightDecay >= 0 && weightDecay.isFinite, "weight decay", weightDecay, "0 or more")
    try requireRate(generatorLearningRate, "generator learning rate")
  }

  /// The factor of both learning rates in a round, both counted from 0.
  func rateFactor(inRound round: Int, ofEpoch epoch: Int) -> Double {
    schedule.factor(
      atStep: epoch * stepsPerEpoch + round,
      stepsPerEpoch: stepsPerEpoch,
      epochs: epochs
    )
  }
}
