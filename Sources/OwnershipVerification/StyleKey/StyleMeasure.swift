import Datasets
import Networks

/// What is measured of a model's answers to pictures in one style.
public enum StyleMeasure: String, Sendable, Hashable, Codable, CaseIterable {
  /// The mean of the clipped true-class margin.
  ///
  /// For logits z, temperature τ and true class y a picture gives
  /// min(c, max(−c, (z_y − max_{k ≠ y} z_k) / τ)) with c = 2: odds of 7 to 1 for or against the true class. Beyond
  /// that a margin tells how far a model is trained, or how far off a picture is that it does not
  /// recognise, and no more whether it knows the style; unclipped, a few pictures would rule the mean.
  case margin
  /// The share of pictures whose most likely class is the true one; all that labels allow.
  case accuracy

  static let marginLimit = 2.0

  /// The most that a style's score can be.
  var largest: Double { self == .margin ? Self.marginLimit : 1 }
}

/// Scores of a model's answers to labelled pictures.
struct AnswerScores {
  /// Nil if the answers are labels only.
  let margin: Double?
  let accuracy: Double

  /// Scores the answers.
  ///
  /// - Parameters:
  ///   - answers: The answers, checked.
  ///   - labels: The true classes.
  ///   - temperature: τ; not used for labels.
  init(_ answers: Answers, labels: ArraySlice<Int>, temperature: Double) {
    switch answers {
    case .labels(let found):
      margin = nil
      accuracy = AnswerScores.mean(zip(found, labels).map { $0 == $1 ? 1 : 0 })
    case .logProbabilities(let logits, let classCount):
      let margins = labels.enumerated().map { picture, label in
        var other = -Float.infinity
        let start = picture * classCount
        for index in 0..<classCount where index != label {
          other = max(other, logits[start + index])
        }
        return Double(logits[start + label]) - Double(other)
      }
      let limit = StyleMeasure.marginLimit
      margin = AnswerScores.mean(margins.map { min(limit, max(-limit, $0 / temperature)) })
      // A tie between classes is no recognition.
      accuracy = AnswerScores.mean(margins.map { $0 > 0 ? 1 : 0 })
    }
  }

  private static func mean(_ values: [Double]) -> Double {
    values.reduce(0, +) / Double(max(1, values.count))
  }
}

extension Answers {
  /// What stands for a log-probability of −∞.
  static let impossible = -Float.greatestFiniteMagnitude

  /// Refuses answers that are not those to some pictures; a suspect may say anything.
  ///
  /// Of each picture the largest is taken off all, which changes no probability; so neither a constant nor
  /// the size of the numbers decides what is left. A model that says −∞ for impossible classes, or +∞ for
  /// certain ones, is no error: whatever is infinitely far behind is put at ``impossible``.
  func checked(count: Int, classCount: Int) throws -> Answers {
    switch self {
    case .labels(let labels):
      guard labels.count == count else {
        throw VerificationError.badAnswers(
          found: "\(labels.count) labels",
          expected: "\(count), one for each picture"
        )
      }
      if let wrong = labels.first(where: { $0 < 0 || $0 >= classCount }) {
        throw VerificationError.badAnswers(
          found: "label \(wrong)",
          expected: "a class in 0..<\(classCount)"
        )
      }
      return self
    case .logProbabilities(let logits, let found):
      guard found == classCount, found >= 2, logits.count == count * classCount else {
        throw VerificationError.badAnswers(
          found: "\(logits.count) numbers for \(found) classes",
          expected: "\(classCount) for each of \(count) pictures, of 2 classes or more"
        )
      }
      guard !logits.contains(where: \.isNaN) else {
        throw VerificationError.badAnswers(found: "NaN", expected: "log-probabilities")
      }
      var behind = logits
      for start in stride(from: 0, to: logits.count, by: found) {
        let best = logits[start..<start + found].max() ?? 0
        for index in start..<start + found {
          // Of infinities, which have no difference, those that equal the best are the best.
          let difference = logits[index] == best ? 0 : logits[index] - best
          behind[index] = difference.isFinite ? difference : Answers.impossible
        }
      }
      return .logProbabilities(behind, classCount: found)
    }
  }
}
