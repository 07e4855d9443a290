import Datasets
import Networks
import Torch

extension MetaClassifier {
  /// What one epoch came to.
  public struct EpochReport: Sendable, Hashable {
    /// The epoch, from 1, and how many there are.
    public let epoch: Int
    /// How many epochs there are.
    public let epochs: Int
    /// The mean loss over the rows.
    public let loss: Double
    /// The share of rows set aside that were told right, in [0, 1]; only as released.
    public let heldOutAccuracy: Double?
  }

  /// Trains a meta-classifier.
  ///
  /// Stochastic gradient descent with momentum and weight decay. The result depends on rows, settings
  /// and number of threads only.
  ///
  /// - Parameters:
  ///   - victim: Signs of the victim's gradients, or scaled gradients, class 1; at least 2 rows (10 as
  ///     released).
  ///   - benign: The same of the benign model, class 0, as many features.
  ///   - settings: How to train.
  ///   - onEpoch: Called after every epoch. What it throws ends the training.
  /// - Returns: The meta-classifier, its weights rounded to float16.
  /// - Throws: `VerificationError` if rows or settings do not fit, or the loss diverges; what
  ///   `onEpoch` throws.
  /// - Complexity: With n rows, O(n² · D) once and O(n² · D/8) an epoch; n² · 4 bytes of memory.
  public static func train<Entry>(
    victim: GradientMatrix<Entry>,
    benign: GradientMatrix<Entry>,
    settings: MetaClassifierSettings = .init(),
    onEpoch: (EpochReport) throws -> Void = { _ in }
  ) throws -> MetaClassifier {
    try settings.validate()
    let featureCount = victim.columnCount
    guard benign.columnCount == featureCount else {
      throw VerificationError.featuresDiffer(found: benign.columnCount, expected: featureCount)
    }
    try require(
      (1...featureLimit).contains(featureCount),
      "number of gradient features",
      featureCount,
      "1 to \(featureLimit); compact features of deep networks are fewer"
    )
    let least = settings.asReleased ? 10 : 2
    let fewest = min(victim.rowCount, benign.rowCount)
    try require(
      fewest >= least,
      "number of images for the meta-classifier",
      fewest,
      "\(least) or more"
    )

    let rows = try MetaRows(victim: victim, benign: benign, settings: settings)
    let training = try MetaTraining(of: rows, settings: settings)
    for epoch in 0..<settings.epochs {
      let loss = try training.trainEpoch(epoch)
      guard loss.isFinite else {
        throw VerificationError.metaClassifierDiverged(epoch: epoch + 1, loss: loss)
      }
      let accuracy = try training.keepIfBest()
      try onEpoch(
        EpochReport(
          epoch: epoch + 1,
          epochs: settings.epochs,
          loss: loss,
          heldOutAccuracy: accuracy
        )
      )
    }
    return try MetaClassifier(
      training.layers(),
      featureCount: featureCount,
      settings: settings
    )
  }
}

/// A meta-classifier in training, with its first layer kept in the space that the rows span.
///
/// That layer has D · ⌊D/8⌋ weights, 61 million for WRN-16-1, and sees no other input than the n rows X.
/// Each gradient of its weights W is a combination of rows, so W = c · W₀ + Aᵀ X at any time, W₀ being
/// the first weights: weight decay shrinks c, and a step on rows i adds to A's rows i what it would
/// add, times x_i, to W. This is the same descent, momentum included, with numbers for n instead of D
/// inputs: X Wᵀ = c · X W₀ᵀ + (X Xᵀ) A.
private final class MetaTraining {
  private let rows: MetaRows
  private let settings: MetaClassifierSettings
  /// W₀ and the first bias.
  private let first: Linear
  /// The layers after the first.
  private let rest: [Linear]
  /// A, shape `[n, D/8]`.
  private let coefficients: Tensor
  /// c, shape `[1]`.
  private let share: Tensor
  private let optimizer: Optimizer
  /// X W₀ᵀ and X Xᵀ for the rows trained on, and for those set aside.
  private let products: Products
  private let heldOutProducts: Products?
  private var best: (accuracy: Double, parameters: [Tensor])?

  private struct Products {
    /// `[rows, D/8]`.
    let initial: Tensor
    /// `[rows, n]`.
    let kernel: Tensor
  }

  init(of rows: MetaRows, settings: MetaClassifierSettings) throws {
    self.rows = rows
    self.settings = settings
    let generator = try Generator(seed: settings.seed)
    let sizes = [rows.featureCount] + MetaClassifier.widths(featureCount: rows.featureCount)
    let layers = try zip(sizes, sizes.dropFirst()).map { try Linear($0, $1, using: generator) }
    first = layers[0]
    rest = Array(layers.dropFirst())
    coefficients = try Tensor(repeating: 0, shape: [rows.training.count, sizes[1]])
    share = try Tensor(repeating: 1, shape: [1])
    let first = first
    products = try Self.products(of: rows.training, with: rows.training, first)
    heldOutProducts = try rows.heldOut.map { try Self.products(of: $0, with: rows.training, first) }
    let parameters =
      [coefficients, share, first.bias] + rest.flatMap(\.ownParameters).map(\.tensor)
    for parameter in parameters {
      try parameter.setRequiresGradientInPlace(true)
    }
    self.parameters = parameters
    optimizer = try Optimizer.sgd(
      over: parameters,
      learningRate: settings.learningRate,
      momentum: settings.momentum,
      weightDecay: settings.weightDecay
    )
  }

  private let parameters: [Tensor]

  private static func products(
    of rows: MetaRows.Part,
    with others: MetaRows.Part,
    _ first: Linear
  ) throws -> Products {
    let parts = try rows.blocks.map { block in
      let x = try rows.tensor(block)
      let kernel = try others.blocks.map { try x.matmul(others.tensor($0).permuted([1, 0])) }
      return (try x.linear(first.weight), try Tensor.concatenating(kernel, along: 1))
    }
    return Products(
      initial: try Tensor.concatenating(parts.map(\.0)),
      kernel: try Tensor.concatenating(parts.map(\.1))
    )
  }

  /// One pass over the rows; returns the mean loss.
  func trainEpoch(_ epoch: Int) throws -> Double {
    var random = KeyedRandom("meta-classifier order", settings.seed, UInt64(epoch))
    let order = random.permutation(of: rows.training.count)
    var lossSum = 0.0
    for start in stride(from: 0, to: order.count, by: settings.batchSize) {
      let batch = Array(order[start..<min(start + settings.batchSize, order.count)])
      let labels = try Tensor(
        batch.map { rows.training.labels[$0] },
        shape: [batch.count]
      )
      let loss = try loss(of: MetaClassifier.tail(rest, hidden(batch)), labels)
      try optimizer.clearGradients()
      try loss.backward()
      try optimizer.step(learningRate: settings.learningRate)
      lossSum += try loss.item() * Double(batch.count)
    }
    return lossSum / Double(order.count)
  }

  /// What the first layer gives for some rows, with the gradients of the descent on W.
  private func hidden(_ batch: [Int]) throws -> Tensor {
    let value = try withoutGradients { () throws in
      try products.initial.selecting(batch) * share
        + products.kernel.selecting(batch).matmul(coefficients)
    }
    // Both terms added are zero. They hand the derivatives with respect to the layer's output on to
    // the rows of A that the batch stands for, and a gradient of zero to c.
    let own = try coefficients.selecting(batch)
    return try value + (own - own.detached()) + (share - share.detached()) * 0 + first.bias
  }

  private func loss(of logits: Tensor, _ labels: Tensor) throws -> Tensor {
    try (settings.asReleased ? logits.softmax(over: 1) : logits).crossEntropy(labels)
  }

  /// As released, keeps the parameters if they tell the rows set aside better than any before.
  ///
  /// - Returns: The share of those rows told right, if there are any.
  func keepIfBest() throws -> Double? {
    guard let heldOut = rows.heldOut, let products = heldOutProducts else { return nil }
    return try withoutGradients { () throws in
      let hidden =
        try products.initial * share + products.kernel.matmul(coefficients) + first.bias
      let predictions = try MetaClassifier.tail(rest, hidden).argmax(over: 1).elements(
        as: Int64.self
      )
      let correct = zip(predictions, heldOut.labels).count { $0 == $1 }
      let accuracy = Double(correct) / Double(heldOut.count)
      if accuracy > best?.accuracy ?? -1 {
        best = (accuracy, try parameters.map { try $0.detached().clone() })
      }
      return accuracy
    }
  }

  /// The layers with the weights that training ended with, or as released the best ones.
  func layers() throws -> [Linear] {
    try withoutGradients { () throws in
      for parameter in parameters {
        try parameter.setRequiresGradientInPlace(false)
      }
      for (parameter, value) in zip(parameters, best?.parameters ?? []) {
        try parameter.copyInPlace(from: value)
      }
      let weight = try rows.training.blocks.reduce(first.weight * share) { sum, block in
        try sum + coefficients[block].permuted([1, 0]).matmul(rows.training.tensor(block))
      }
      try first.weight.copyInPlace(from: weight)
      return [first] + rest
    }
  }
}
