public import Datasets
public import Networks
public import Torch

/// What a thief can get hold of: the paper's threat models are subsets of it.
///
/// Every deployed model answers questions, so there is always an oracle. Weights and training
/// pictures are there only where the thief is assumed to have them.
public struct Victim {
  /// Answers questions, as the deployed model does.
  public let oracle: LabelOracle
  /// The model itself, for thieves with access to the weights (A_M in the paper).
  public let weights: Classifier?

  /// Exposes a model to a thief.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - revealingWeights: Whether the thief gets the weights.
  public init(_ model: Classifier, revealingWeights: Bool) {
    oracle = LabelOracle(model)
    weights = revealingWeights ? model : nil
  }
}

@available(*, unavailable)
extension Victim: Sendable {}

/// A deployed classifier that tells the most likely class and nothing else, and counts questions.
public final class LabelOracle {
  private let model: Classifier
  /// How many pictures have been asked about.
  public private(set) var queryCount = 0

  /// Deploys a model.
  public init(_ model: Classifier) {
    self.model = model
  }

  /// The classes of the answers.
  public var classNames: [String] { model.classNames }

  /// The size of the pictures that it takes.
  public var pictureSize: Classifier.PictureSize { model.pictureSize }

  /// How pixels are normalised; customary values that a thief may be assumed to guess.
  public var normalization: Normalization { model.normalization }

  /// Where the model computes, and where a thief's student will.
  public var device: Device { model.device }

  /// Returns the most likely class of every picture.
  ///
  /// - Throws: `NetworkError.picturesDoNotFit` if the pictures have another size.
  public func labels(of images: UnlabelledImages) throws -> [Int] {
    let labels = try model.predictions(on: images)
    queryCount += images.count
    return labels
  }
}

@available(*, unavailable)
extension LabelOracle: Sendable {}
