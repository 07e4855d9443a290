public import Datasets

/// What a suspect says about pictures.
public enum Answers: Sendable, Hashable {
  /// Log-probabilities of the classes, or logits: a constant added to all of a picture does not matter.
  /// One picture after the other, `classCount` numbers each.
  case logProbabilities([Float], classCount: Int)
  /// The most likely class of each picture.
  case labels([Int])
}

/// Whatever can be asked about pictures: a model file, a program, a service.
public protocol Suspect {
  /// Answers for each picture, in order.
  ///
  /// - Throws: Whatever keeps it from answering.
  func answers(to pictures: UnlabelledImages) throws -> Answers
}
