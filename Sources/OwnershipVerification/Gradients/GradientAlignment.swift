public import Datasets
public import Networks
import Torch

/// How much a model's gradients at styled pictures are like its gradients at the originals.
///
/// For a picture x with true label y, its styled version x' and a layer with the weight W, the alignment is
/// cos(∇_W L(x, y), ∇_W L(x', y)), or the same of the signs of the two. A model that learned to see through the
/// style has nearly the same to learn from both. The numbers compare a model with itself, so the numbering of its
/// neurons, in which the gradients of two models differ, does not matter, nor does its structure.
///
/// In place of the cross-entropy L its multiple log Σ_{k ≠ y} exp z_k − z_y is differentiated: by picture, the
/// gradients differ by the factor 1 − P(y) only, which no cosine sees, and which rounds to 0 for a model that
/// is sure.
///
/// The score of a style is one number, whatever the style, so it can be used in `StyleKeyTest`, whose p-value
/// then is as exact as with margins: see `AlignmentScores`.
public struct GradientAlignment {
  /// Whose gradients are taken, in evaluation mode and float32.
  public let classifier: Classifier
  /// What is compared.
  public let settings: AlignmentSettings
  /// The pictures without a style, with true labels.
  public let originals: ImageSet

  private let layers: [KeptLayer]
  private let batchSize: Int
  /// Gradients at the originals, batch by batch.
  private let references: [BatchGradients]

  /// Computes the gradients at the original pictures, once for all styles.
  ///
  /// - Parameters:
  ///   - classifier: Whose gradients.
  ///   - originals: One picture or more of the classifier's size and classes, with true labels.
  ///   - settings: What to compare.
  /// - Throws: `VerificationError` if the pictures do not fit or a gradient is not finite; `TorchError`.
  /// - Complexity: A forward pass for each picture, and a backward pass through the compared layers.
  ///   Memory for each picture: signs, two bits a weight; gradients, the smaller of the gradient and of what the
  ///   layer saw and gave, about.
  public init(
    of classifier: Classifier,
    to originals: ImageSet,
    settings: AlignmentSettings = .init()
  ) throws {
    try classifier.checkPictures(originals)
    try require(originals.count >= 1, "number of original pictures", originals.count, "1 or more")
    try require(originals.classCount >= 2, "number of classes", originals.classCount, "2 or more")
    self.classifier = classifier
    self.settings = settings
    self.originals = originals
    layers = try settings.compared(of: classifier.network)
    let threads = classifier.readerCount
    batchSize = max(1, min(Self.picturesAtOnce, (originals.count + threads - 1) / threads))
    var references: [BatchGradients] = []
    let gradients = BatchGradients.Source(classifier, layers: layers, measure: settings.measure)
    try Readers(value: gradients, threads: threads)
      .forEach(Batches(inOrder: originals, size: batchSize)) { source, batch in
        Handover(value: try source.gradients(at: batch))
      } collect: {
        references.append($0.value)
      }
    self.references = references
  }

  private static let picturesAtOnce = 32

  /// Lets the thread that made something hand it over.
  private struct Handover<Value>: @unchecked Sendable {
    let value: Value
  }

  /// The names of the compared layers, in PyTorch's order.
  public var layerNames: [String] { layers.map(\.name) }

  /// Computes the cosines of the gradients at styled pictures and at the originals.
  ///
  /// A gradient of zero has no direction; its cosine counts as 0.
  ///
  /// - Parameter styled: The same pictures in a style.
  /// - Returns: For each of `layerNames` a number in [-1, 1] for each picture.
  /// - Throws: `VerificationError.stylesDiffer` if size, classes or labels are not the originals',
  ///   `.gradientsNotFinite`; `TorchError`.
  public func cosines(with styled: ImageSet) throws -> [[Double]] {
    try styled.checkLayout(against: originals, named: "the style")
    var cosines = [[Double]](repeating: [], count: layers.count)
    let source = BatchGradients.Source(classifier, layers: layers, measure: settings.measure)
    let readers = Readers(value: (source, references), threads: classifier.readerCount)
    let batchSize = batchSize
    try readers.forEach(Batches(inOrder: styled, size: batchSize)) { reading, batch in
      let reference = reading.1[(batch.indices.first ?? 0) / batchSize]
      return try reading.0.gradients(at: batch).cosines(with: reference, of: batch)
    } collect: { part in
      for (layer, values) in part.enumerated() { cosines[layer] += values }
    }
    return cosines
  }

  /// Computes the score of a style: the mean over the pictures of the mean over the layers of the cosine.
  ///
  /// - Parameter styled: The originals in the style.
  /// - Returns: A number in [-1, 1].
  /// - Throws: As `cosines(with:)`.
  public func score(of styled: ImageSet) throws -> Double {
    let cosines = try cosines(with: styled)
    let means = cosines.map { $0.reduce(0, +) / Double($0.count) }
    return means.reduce(0, +) / Double(means.count)
  }
}

@available(*, unavailable)
extension GradientAlignment: Sendable {}
