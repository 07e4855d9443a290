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

extension Suspect {
  /// The likeliest class of each picture, of several equally likely ones the first.
  ///
  /// - Throws: `VerificationError.badAnswers` if the answers are not those to the pictures; what the suspect throws.
  public func labels(of pictures: ImageSet) throws -> [Int] {
    let answers = try answers(to: pictures.unlabelled)
      .checked(count: pictures.count, classCount: pictures.classCount)
    switch answers {
    case .labels(let labels): return labels
    case .logProbabilities(let logits, let classCount):
      return pictures.indices.map { picture in
        let row = logits[picture * classCount..<(picture + 1) * classCount]
        return row.indices.reduce(row.startIndex) { row[$1] > row[$0] ? $1 : $0 } - row.startIndex
      }
    }
  }
}
