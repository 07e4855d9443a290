public import Datasets
import Foundation
public import Torch

/// Computes the loss of a batch, one number, from the network's logits in float32.
///
/// Called once a step; the batch's pictures are given in [0, 1] for losses that need another model's
/// answer to them.
public typealias LossFunction = (
  _ logits: Tensor, _ batch: Batch, _ images: Tensor
) throws -> Tensor

/// Trains a classifier on labelled pictures with cross-entropy.
///
/// The result depends on the first weights, the pictures, the settings, the device and the number of
/// threads, and on nothing else: not on how often the run was killed and resumed.
///
/// - Parameters:
///   - classifier: Its weights are the start, and the result.
///   - images: The training pictures, of the classifier's size and classes.
///   - settings: How to train.
///   - layers: Which layers learn; the others stay as they are, running averages included.
///   - run: Where checkpoints and metrics go; none keeps nothing.
///   - onProgress: Called after every step. What it throws ends the run, which can be resumed.
/// - Returns: A report for each epoch of this call.
/// - Throws: `NetworkError` if something does not fit or the loss diverges; what `onProgress` throws.
@discardableResult
public func train(
  _ classifier: Classifier,
  on images: ImageSet,
  settings: TrainingSettings,
  updating layers: TrainedLayers = .all,
  run: TrainingRun? = nil,
  onProgress: (TrainingProgress) throws -> Void = { _ in }
) throws -> [EpochReport] {
  try classifier.checkClasses(of: images)
  return try train(
    classifier,
    on: images,
    settings: settings,
    updating: layers,
    run: run,
    onProgress: onProgress
  ) { logits, batch, _ in
    let labels = try Tensor(
      batch.labels.map(Int64.init),
      shape: [batch.count],
      device: logits.device
    )
    return try logits.crossEntropy(labels, labelSmoothing: settings.labelSmoothing)
  }
}

/// Trains a classifier on pictures with a loss of the caller's.
///
/// - Parameters:
///   - classifier: Its weights are the start, and the result.
///   - images: The training pictures, of the classifier's size; labels are not looked at.
///   - settings: How to train.
///   - layers: Which layers learn; the others stay as they are, running averages included.
///   - run: Where checkpoints and metrics go; none keeps nothing.
///   - onProgress: Called after every step. What it throws ends the run, which can be resumed.
///   - loss: What to minimise.
/// - Returns: A report for each epoch of this call.
/// - Throws: As the other `train`, and what `loss` throws.
@discardableResult
public func train(
  _ classifier: Classifier,
  on images: some PictureCollection,
  settings: TrainingSettings,
  updating layers: TrainedLayers = .all,
  run: TrainingRun? = nil,
  onProgress: (TrainingProgress) throws -> Void = { _ in },
  loss: LossFunction
) throws -> [EpochReport] {
  try settings.validate()
  try classifier.check(images)
  guard images.count > 1 else {
    throw NetworkError.picturesDoNotFit("there are \(images.count) pictures to train on, too few")
  }
  let parameters = try classifier.parameters(of: layers)
  let optimizer = try Optimizer.sgd(
    over: parameters,
    learningRate: settings.learningRate,
    momentum: settings.momentum,
    weightDecay: settings.weightDecay,
    nesterov: settings.momentum > 0
  )
  let start =
    try run?.open(for: classifier, optimizer, images: images, settings: settings, layers: layers)
    ?? 0
  for parameter in parameters { try parameter.setRequiresGradientInPlace(true) }
  defer { try? classifier.network.setRequiresGradient(false) }

  var reports: [EpochReport] = []
  for epoch in start..<settings.epochs {
    let report = try trainEpoch(
      epoch,
      classifier,
      on: images,
      optimizer,
      settings: settings,
      layers,
      onProgress,
      loss
    )
    // The loss of a step is that before its update.
    if let tensor = try classifier.network.firstNotFinite {
      throw NetworkError.weightsDiverged(epoch: report.epoch, tensor: tensor)
    }
    try run?.save(report, afterEpoch: report.epoch)
    reports.append(report)
  }
  return reports
}

/// One pass over the pictures: for each batch forward, loss, backward, step.
private func trainEpoch(
  _ epoch: Int,
  _ classifier: Classifier,
  on images: some PictureCollection,
  _ optimizer: Optimizer,
  settings: TrainingSettings,
  _ layers: TrainedLayers,
  _ onProgress: (TrainingProgress) throws -> Void,
  _ loss: LossFunction
) throws -> EpochReport {
  let batches = try Batches(
    shuffling: images,
    size: settings.batchSize,
    epoch: epoch,
    seed: settings.seed,
    augmentation: settings.augmentation,
    strongAugmentation: settings.strongAugmentation
  )
  var dropoutKey = KeyedRandom("dropout", settings.seed, UInt64(epoch))
  let generator = try Generator(seed: dropoutKey.next(), device: classifier.device)
  // Below a last layer that learns alone, nothing may move: no running averages, no dropout.
  let pass = layers == .all ? ForwardPass(trainingWith: generator) : ForwardPass()
  let computeType = settings.precision.computeType(on: classifier.device)
  let pictureCount = settings.picturesPerEpoch(of: images.count)
  let stepCount = (pictureCount + settings.batchSize - 1) / settings.batchSize
  var tally = EpochTally(epoch: epoch, epochs: settings.epochs, pictures: pictureCount)

  for index in 0..<stepCount {
    let batch = batches[index]
    let pictures = try classifier.images(fromPixels: batch.pixels, count: batch.count)
    let factor = settings.schedule.factor(
      atStep: optimizer.stepCount,
      stepsPerEpoch: stepCount,
      epochs: settings.epochs
    )

    let logits = try withAutocast(to: computeType, on: classifier.device) {
      try classifier.logits(pictures, pass)
    }.to(.float32)
    let batchLoss = try loss(logits, batch, pictures)
    try optimizer.clearGradients()
    try batchLoss.backward()
    try optimizer.step(learningRate: settings.learningRate * factor)

    try tally.add(
      batch,
      loss: batchLoss.item(),
      logits: logits,
      learningRate: settings.learningRate * factor
    )
    try onProgress(tally.progress)
  }
  return tally.report
}

/// Which layers of a network learn.
public enum TrainedLayers: String, Sendable, CaseIterable, Codable {
  /// All of them.
  case all
  /// The last one alone, on top of the others as they are.
  case last
}

/// Where a run stands, after a step.
public struct TrainingProgress: Sendable {
  /// The epoch, from 0, and how many there are.
  public let epoch: Int
  /// How many epochs the run has.
  public let epochs: Int
  /// Pictures seen in this epoch.
  public let pictures: Int
  /// Pictures in an epoch.
  public let picturesPerEpoch: Int
  /// The mean loss of this epoch so far.
  public let loss: Double
  /// Pictures a second in this epoch so far.
  public let picturesPerSecond: Double

  /// Says where a run stands.
  ///
  /// - Parameters:
  ///   - epoch: The epoch, from 0.
  ///   - epochs: How many epochs the run has.
  ///   - pictures: Pictures seen in this epoch.
  ///   - picturesPerEpoch: Pictures in an epoch.
  ///   - loss: The mean loss of this epoch so far.
  ///   - picturesPerSecond: Pictures a second in this epoch so far.
  public init(
    epoch: Int,
    epochs: Int,
    pictures: Int,
    picturesPerEpoch: Int,
    loss: Double,
    picturesPerSecond: Double
  ) {
    self.epoch = epoch
    self.epochs = epochs
    self.pictures = pictures
    self.picturesPerEpoch = picturesPerEpoch
    self.loss = loss
    self.picturesPerSecond = picturesPerSecond
  }

  /// The time that the rest of the run takes at this speed, in seconds.
  public var secondsLeft: Double {
    let left = (epochs - epoch) * picturesPerEpoch - pictures
    return Double(left) / max(picturesPerSecond, 1e-9)
  }
}

/// What one epoch of training came to: a line of `metrics.jsonl`.
public struct EpochReport: Sendable, Codable {
  /// The epoch, from 1.
  public let epoch: Int
  /// The mean loss over the pictures.
  public let loss: Double
  /// The share of pictures that were classified as labelled while training, in [0, 1]; none where
  /// there are no labels.
  public let accuracy: Double?
  /// The learning rate of the last step.
  public let learningRate: Double
  /// Pictures a second.
  public let imagesPerSecond: Double
  /// How long the epoch took.
  public let seconds: Double

  enum CodingKeys: String, CodingKey {
    case epoch, loss, accuracy, seconds
    case learningRate = "learning_rate"
    case imagesPerSecond = "images_per_second"
  }
}

/// Sums up an epoch.
private struct EpochTally {
  let epoch: Int
  let epochs: Int
  let pictures: Int
  private let start = ContinuousClock.now
  private var seen = 0
  private var lossSum = 0.0
  private var correct: Int?
  private var learningRate = 0.0

  init(epoch: Int, epochs: Int, pictures: Int) {
    self.epoch = epoch
    self.epochs = epochs
    self.pictures = pictures
  }

  mutating func add(
    _ batch: Batch,
    loss: Double,
    logits: Tensor,
    learningRate: Double
  ) throws {
    guard loss.isFinite else { throw NetworkError.diverged(epoch: epoch + 1, loss: loss) }
    seen += batch.count
    lossSum += loss * Double(batch.count)
    self.learningRate = learningRate
    guard !batch.labels.isEmpty else { return }
    let predictions = try logits.detached().argmax(over: 1).elements(as: Int64.self)
    correct = (correct ?? 0) + zip(predictions, batch.labels).count { Int($0) == $1 }
  }

  private var seconds: Double { (ContinuousClock.now - start) / .seconds(1) }

  private var imagesPerSecond: Double { Double(seen) / max(seconds, 1e-9) }

  var progress: TrainingProgress {
    TrainingProgress(
      epoch: epoch,
      epochs: epochs,
      pictures: seen,
      picturesPerEpoch: pictures,
      loss: lossSum / Double(max(1, seen)),
      picturesPerSecond: imagesPerSecond
    )
  }

  var report: EpochReport {
    EpochReport(
      epoch: epoch + 1,
      loss: lossSum / Double(max(1, seen)),
      accuracy: correct.map { Double($0) / Double(max(1, seen)) },
      learningRate: learningRate,
      imagesPerSecond: imagesPerSecond,
      seconds: seconds
    )
  }
}
