internal import Artifacts
public import Datasets
import Foundation
public import Networks

/// A suspect behind any program that answers lines of JSON with lines of JSON.
///
/// ```swift
/// let suspect = try ProgramSuspect(
///   ["python3", "answer.py"], pictureSize: size, classNames: names)
/// let evidence = try examination.evidence(against: suspect)
/// ```
///
/// The protocol is in <doc:SuspectsThatAnswer>. The program runs until the last reference to this object
/// goes, and is ended and waited for after any error.
public final class ProgramSuspect: Suspect {
  /// The program and its arguments, as they are named in messages.
  public var name: String { program.name }
  /// What it is asked.
  public let pictureSize: Classifier.PictureSize
  /// The classes, in the order of the answers.
  public let classNames: [String]
  /// How it is asked.
  public let settings: Settings
  private let program: LineProgram
  private var questionCount = 0

  /// How a program is asked.
  public struct Settings: Sendable, Hashable {
    /// The most pictures in one question.
    public var batchSize: Int
    /// How long the program may take until it says that it is ready.
    public var startTimeout: Duration
    /// How long it may take for one question.
    public var answerTimeout: Duration

    /// Chooses settings.
    public init(
      batchSize: Int = 64,
      startTimeout: Duration = .seconds(120),
      answerTimeout: Duration = .seconds(60)
    ) {
      self.batchSize = batchSize
      self.startTimeout = startTimeout
      self.answerTimeout = answerTimeout
    }
  }

  /// Starts a program and waits until it is ready.
  ///
  /// - Parameters:
  ///   - arguments: The program, found through PATH unless it is a path, and its arguments, as they
  ///     reach it; no shell sees them.
  ///   - pictureSize: The size of all pictures.
  ///   - classNames: The classes, in the order of its answers.
  ///   - settings: How to ask.
  /// - Throws: `SuspectError` if it cannot be started or does not say that it is ready;
  ///   `VerificationError.badSetting`.
  public init(
    _ arguments: [String],
    pictureSize: Classifier.PictureSize,
    classNames: [String],
    settings: Settings = Settings()
  ) throws {
    try require(settings.batchSize > 0, "batch size", settings.batchSize, "1 or more")
    _ = try AnswerLimit.bytes(pictures: settings.batchSize, classCount: classNames.count)
    self.pictureSize = pictureSize
    self.classNames = classNames
    self.settings = settings
    program = try LineProgram(arguments)
    try greet()
  }

  /// Asks the program about pictures, one batch after the other.
  ///
  /// - Throws: `SuspectError` if it does not answer what it is asked; from then on always.
  ///   `VerificationError.picturesDoNotFit` if the pictures have another size.
  public func answers(to pictures: UnlabelledImages) throws -> Answers {
    try pictureSize.check(pictures)
    var all = JoinedAnswers()
    for batch in try Batches(inOrder: pictures, size: settings.batchSize) {
      let answer = try answer(to: batch)
      try checking(answer.line) { () throws(AnswerProblem) in try all.append(answer.answers) }
    }
    return all.answers
  }

  private func greet() throws {
    let hello: JSONValue = [
      "hallmark": 1,
      "height": JSONValue(integerLiteral: pictureSize.height),
      "width": JSONValue(integerLiteral: pictureSize.width),
      "classes": .array(classNames.map { .string($0) }),
    ]
    let line = try program.answer(
      to: hello.compactBytes,
      limit: 4_096,
      within: settings.startTimeout
    )
    try checking(line) { () throws(AnswerProblem) in
      guard try Self.fields(of: line)["hallmark"] == 1 else {
        throw AnswerProblem(found: "another greeting", expected: #"{"hallmark":1}"#)
      }
    }
  }

  private func answer(to batch: Batch) throws -> (answers: Answers, line: [UInt8]) {
    questionCount += 1
    let (id, classCount) = (questionCount, classNames.count)
    let line = try program.answer(
      to: question(id, about: batch),
      limit: AnswerLimit.bytes(pictures: batch.count, classCount: classCount),
      within: settings.answerTimeout
    )
    let answers = try checking(line) { () throws(AnswerProblem) in
      try Answers(Self.fields(of: line), id: id, count: batch.count, classCount: classCount)
    }
    return (answers, line)
  }

  private func question(_ id: Int, about batch: Batch) -> [UInt8] {
    let (height, width) = (pictureSize.height, pictureSize.width)
    let pixels = PixelLayout.channelsLast.arranged(batch.pixels, height: height, width: width)
    let size = 3 * height * width
    var line = Array(#"{"id":\#(id),"pictures":["#.utf8)
    for index in 0..<batch.count {
      let text = Data(pixels[index * size..<(index + 1) * size]).base64EncodedString()
      line += "\(index > 0 ? "," : "")\"\(text)\"".utf8
    }
    return line + Array("]}".utf8)
  }

  /// Names the program in what is wrong with its answer, and ends it.
  private func checking<Result>(
    _ line: [UInt8],
    _ body: () throws(AnswerProblem) -> Result
  ) throws -> Result {
    do {
      return try body()
    } catch {
      let failure = SuspectError.badAnswer(
        suspect: name,
        found: error.found,
        expected: error.expected,
        said: String(decoding: line.prefix(200), as: UTF8.self)
      )
      program.fail(failure)
      throw failure
    }
  }

  private static func fields(of line: [UInt8]) throws(AnswerProblem) -> [String: JSONValue] {
    let value = try JSONValue.parsed(line)
    guard case .object(let fields) = value else {
      throw AnswerProblem(found: value.typeName, expected: "an object")
    }
    return fields
  }
}

@available(*, unavailable)
extension ProgramSuspect: Sendable {}

extension Answers {
  /// Reads a program's answer to one question.
  fileprivate init(
    _ fields: [String: JSONValue],
    id: Int,
    count: Int,
    classCount: Int
  ) throws(AnswerProblem) {
    guard fields["id"] == JSONValue(integerLiteral: id) else {
      throw AnswerProblem(
        found: "an answer with the id \(fields["id"]?.compactText ?? "missing")",
        expected: "the id \(id)"
      )
    }
    let forms = ["labels", "probabilities", "logits"].filter { fields[$0] != nil }
    guard forms.count == 1, let form = forms.first, let value = fields[form] else {
      throw AnswerProblem(
        found: forms.isEmpty ? "no answer" : forms.joined(separator: " and "),
        expected: "one of labels, probabilities and logits"
      )
    }
    guard let meaning = ScoreMeaning(rawValue: form) else {
      let labels = try value.asList(of: form).map { element throws(AnswerProblem) in
        try element.asInteger()
      }
      self = try Answers(labels: labels, count: count, classCount: classCount)
      return
    }
    let rows = try value.asList(of: "rows")
    guard rows.count == count else {
      throw AnswerProblem(found: "\(rows.count) rows", expected: "\(count), one for each picture")
    }
    var scores: [Double] = []
    for row in rows {
      let numbers = try row.asList(of: form)
      guard numbers.count == classCount else {
        throw AnswerProblem(
          found: "a row of \(numbers.count)",
          expected: "\(classCount) numbers, one for each class"
        )
      }
      for number in numbers { scores.append(try number.asScore()) }
    }
    self = try Answers(scores: scores, meaning: meaning, count: count, classCount: classCount)
  }
}

extension Classifier.PictureSize {
  /// Refuses pictures of another size.
  func check(_ pictures: UnlabelledImages) throws {
    let found = Classifier.PictureSize(height: pictures.height, width: pictures.width)
    guard found == self else {
      throw VerificationError.picturesDoNotFit(pictures: "\(found)", model: "\(self)")
    }
  }
}
