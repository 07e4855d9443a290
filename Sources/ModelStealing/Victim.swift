public import Datasets
public import Networks

/// What a thief can get hold of: the paper's threat models are subsets of it.
///
/// Every deployed model answers questions, so there is always an oracle. Weights and training
/// pictures are there only where the thief is assumed to have them.
public struct Victim {
  /// Answers questions, as the deployed model does.
  public let oracle: Oracle
  /// The model itself, for thieves with access to the weights (A_M in Li et al., AAAI 2022).
  public let weights: Classifier?
  /// The pictures that the model was trained on, for thieves with access to them (A_D in the paper).
  public let trainingSet: ImageSet?

  /// Exposes a model to a thief.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - access: How much of it the thief gets hold of.
  ///   - trainingSet: What it was trained on; kept from thieves without access to it.
  ///   - form: How much its answers tell.
  ///   - precision: The number format in which it answers.
  public init(
    _ model: Classifier,
    exposing access: Access,
    trainingSet: ImageSet? = nil,
    form: AnswerForm = .probabilities,
    precision: Precision = .float32
  ) {
    oracle = Oracle(model, form: form, precision: precision)
    weights = access == .weights ? model : nil
    self.trainingSet = access == .trainingPictures ? trainingSet : nil
  }

  func requireWeights(for attack: any StealingAttack) throws -> Classifier {
    guard let weights else {
      throw StealingError.missing(attack: type(of: attack).name, need: "the victim's weights")
    }
    return weights
  }
}

@available(*, unavailable)
extension Victim: Sendable {}
