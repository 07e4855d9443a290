internal import Artifacts
import Foundation

/// What the numbers of an answer mean.
public enum ScoreMeaning: String, Sendable, Hashable, Codable, CaseIterable {
  /// In [0, 1], about 1 in sum.
  case probabilities
  /// Any finite numbers: logits, or logarithms of probabilities.
  case logits
}

/// What is wrong with an answer, for whoever knows who gave it.
struct AnswerProblem: Error {
  let found: String
  let expected: String
}

extension Answers {
  /// How far the probabilities of a picture may be from 1 in sum; roundings to two digits stay within.
  private static let sumTolerance = 0.05
  /// How far outside [0, 1] the arithmetic of a softmax may take a probability.
  private static let rangeTolerance = 1e-3

  /// Takes scores, one row of `classCount` numbers a picture.
  ///
  /// Probabilities become logarithms, of zero −∞, which the examination cuts.
  init(
    scores: [Double],
    meaning: ScoreMeaning,
    count: Int,
    classCount: Int
  ) throws(AnswerProblem) {
    guard scores.count == count * classCount else {
      throw AnswerProblem(
        found: "\(scores.count) numbers",
        expected: "\(classCount) for each of \(count) pictures"
      )
    }
    if let odd = scores.first(where: { !$0.isFinite }) {
      throw AnswerProblem(found: "\(odd)", expected: "finite numbers")
    }
    guard meaning == .probabilities else {
      self = .logProbabilities(scores.map { Float($0) }, classCount: classCount)
      return
    }
    try Answers.checkProbabilities(scores, classCount: classCount)
    // In double precision: probabilities near 1 have logarithms that float32 would round to 0.
    self = .logProbabilities(scores.map { Float(log(max(0, $0))) }, classCount: classCount)
  }

  /// Takes class indices.
  init(labels: [Int], count: Int, classCount: Int) throws(AnswerProblem) {
    guard labels.count == count else {
      throw AnswerProblem(
        found: "\(labels.count) labels",
        expected: "\(count), one for each picture"
      )
    }
    if let wrong = labels.first(where: { $0 < 0 || $0 >= classCount }) {
      throw AnswerProblem(found: "label \(wrong)", expected: "a class in 0..<\(classCount)")
    }
    self = .labels(labels)
  }

  private static func checkProbabilities(
    _ values: [Double],
    classCount: Int
  ) throws(AnswerProblem) {
    if let wrong = values.first(where: { $0 < -rangeTolerance || $0 > 1 + rangeTolerance }) {
      throw AnswerProblem(
        found: "the probability \(wrong)",
        expected: "numbers in [0, 1]; if these are logits, say so"
      )
    }
    for start in stride(from: 0, to: values.count, by: classCount) {
      let sum = values[start..<start + classCount].reduce(0, +)
      guard abs(sum - 1) <= sumTolerance else {
        throw AnswerProblem(
          found: "probabilities that add up to \(sum)",
          expected: "1 ± \(sumTolerance); who tells only a part of them can give labels instead"
        )
      }
    }
  }
}

extension JSONValue {
  /// The number, whatever its form.
  func asScore() throws(AnswerProblem) -> Double {
    switch self {
    case .integer(let value): return Double(value)
    case .number(let value): return value
    default: throw AnswerProblem(found: typeName, expected: "a number")
    }
  }

  /// The integer.
  func asInteger() throws(AnswerProblem) -> Int {
    guard case .integer(let value) = self, let integer = Int(exactly: value) else {
      throw AnswerProblem(found: typeName, expected: "an integer")
    }
    return integer
  }

  /// The elements of a list.
  func asList(of what: String) throws(AnswerProblem) -> [JSONValue] {
    guard case .array(let elements) = self else {
      throw AnswerProblem(found: typeName, expected: "an array of \(what)")
    }
    return elements
  }
}

/// The answers to some batches of pictures, joined.
struct JoinedAnswers {
  private(set) var answers = Answers.labels([])
  private var isEmpty = true

  /// Adds the answers to the next batch.
  mutating func append(_ part: Answers) throws(AnswerProblem) {
    switch (answers, part) {
    case _ where isEmpty: answers = part
    case (.labels(let labels), .labels(let more)): answers = .labels(labels + more)
    case (.logProbabilities(let scores, let count), .logProbabilities(let more, _)):
      answers = .logProbabilities(scores + more, classCount: count)
    case (.labels, .logProbabilities):
      throw AnswerProblem(found: "scores", expected: "labels, as before")
    case (.logProbabilities, .labels):
      throw AnswerProblem(found: "labels", expected: "scores, as before")
    }
    isEmpty = false
  }
}

/// The most bytes that an answer may have.
enum AnswerLimit {
  /// Room for the longest text of every score, and for what a server adds.
  ///
  /// - Throws: `VerificationError.badSetting` if that is no number.
  static func bytes(pictures: Int, classCount: Int) throws -> Int {
    let (scores, overflow) = pictures.multipliedReportingOverflow(by: classCount)
    try require(
      !overflow && scores <= 1 << 24,
      "number of scores at once",
      overflow ? "beyond counting" : "\(scores)",
      "at most \(1 << 24); ask about fewer pictures at once"
    )
    return (1 << 16) + scores * 64
  }
}
