public import Artifacts
public import Datasets
public import Networks
import Torch

/// Prunes the channels of the last convolution that the thief's pictures wake least, then trains
/// further (Liu, Dolan-Gavitt and Garg, *Fine-Pruning: Defending Against Backdooring Attacks on Deep
/// Neural Networks*, RAID 2018).
///
/// What only marked pictures excite sleeps on others. A channel's activity is the mean of the last
/// feature map over pictures and places, after ReLU. The paper prunes until accuracy falls too far;
/// here a given share goes. In residual networks the channel also arrives by the shortcut, so its
/// weights in the linear layer are pruned as well as its filter and bias: it reaches no class any more.
public struct FinePruning: HidingMethod {
  /// `fine-pruning`.
  public static let name = "fine-pruning"

  /// The share of channels to prune, above 0 and below 1.
  public let share: Double
  private let tuning: FineTuning

  /// Creates the method.
  ///
  /// - Parameters:
  ///   - share: The share of channels to prune, above 0 and below 1.
  ///   - pictures: The thief's own.
  ///   - settings: How to train; `TrainingSettings.furtherTraining` has a recipe.
  /// - Throws: `StealingError.badSetting` if the share is out of range.
  public init(
    share: Double,
    pictures: UnlabelledImages,
    settings: TrainingSettings
  ) throws(StealingError) {
    self.share = try PruningShare.checked(share)
    tuning = FineTuning(pictures: pictures, settings: settings)
  }

  /// The share, training, and on which pictures.
  public var manifestSettings: [String: JSONValue] {
    get throws {
      var settings = try tuning.manifestSettings
      settings["amount"] = .number(share)
      return settings
    }
  }

  /// Refuses a share that prunes no channel, or all of them.
  public func check(against model: Classifier) throws {
    _ = try count(of: LastFeatures(of: model).channelCount)
  }

  private func count(of channels: Int) throws(StealingError) -> Int {
    try PruningShare.count(share, of: channels, "channels")
  }

  /// Prunes a copy and trains it on what the model says of the pictures.
  public func disguise(
    _ model: Classifier,
    run: TrainingRun?,
    onProgress: (TrainingProgress) throws -> Void
  ) throws -> Classifier {
    let pictures = try tuning.labelled(by: model)
    let hidden = try model.copied()
    let features = try LastFeatures(of: hidden)
    let activity = try features.activity(on: tuning.pictures)
    let count = try count(of: activity.count)
    let sleeping = activity.indices.sorted { (activity[$0], $0) < (activity[$1], $1) }
    let mask = try features.mask(without: sleeping.prefix(count))
    try features.apply(mask)
    try train(hidden, on: pictures, settings: tuning.settings, run: run) { progress in
      // A step moves pruned weights, too; no forward pass shall see that.
      try features.apply(mask)
      try onProgress(progress)
    }
    return hidden
  }
}

/// The end of a network: the last convolution, and the linear layer that reads its feature map.
private struct LastFeatures {
  private let classifier: Classifier
  private let convolution: Conv2d
  private let head: Linear

  init(of classifier: Classifier) throws {
    let modules = classifier.network.namedModules.map(\.module)
    guard let head = modules.lazy.compactMap({ $0 as? Linear }).last,
      // A kernel of one pixel is a shortcut's.
      let convolution = modules.lazy.compactMap({ $0 as? Conv2d }).last(where: {
        $0.weight.shape[0] == head.weight.shape[1] && $0.weight.shape[2] > 1
      })
    else {
      throw StealingError.badSetting(
        name: "the architecture",
        value: "\(classifier.architecture)",
        expected: "one that ends in a convolution and a linear layer"
      )
    }
    self.classifier = classifier
    self.convolution = convolution
    self.head = head
  }

  var channelCount: Int { head.weight.shape[1] }

  /// The mean of each channel over pictures and places, after ReLU: what the linear layer reads.
  func activity(on pictures: UnlabelledImages) throws -> [Double] {
    var sums = [Double](repeating: 0, count: channelCount)
    try withoutGradients { () throws in
      for batch in try Batches(inOrder: pictures, size: 256) {
        let tape = LayerTape(recording: [head])
        let images = try classifier.images(fromPixels: batch.pixels, count: batch.count)
        _ = try classifier.logits(images, ForwardPass(tape: tape))
        guard let sum = try tape[head]?.input.sum(over: [0]).elements(as: Float.self) else {
          continue
        }
        for (channel, value) in sum.enumerated() { sums[channel] += Double(value) }
      }
    }
    return sums.map { $0 / Double(max(1, pictures.count)) }
  }

  /// 0 for some channels, 1 for the others; shape `[C]`.
  func mask(without channels: some Sequence<Int>) throws -> Tensor {
    var values = [Float](repeating: 1, count: channelCount)
    for channel in channels { values[channel] = 0 }
    return try Tensor(values, shape: [values.count], device: classifier.device)
  }

  func apply(_ mask: Tensor) throws {
    try withoutGradients { () throws in
      let filters = try mask.reshaped(to: [-1, 1, 1, 1])
      try convolution.weight.copyInPlace(from: convolution.weight * filters)
      if let bias = convolution.bias { try bias.copyInPlace(from: bias * mask) }
      try head.weight.copyInPlace(from: head.weight * mask)
    }
  }
}
