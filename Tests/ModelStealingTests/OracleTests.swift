import Datasets
import Foundation
import ModelStealing
import Networks
import TestSupport
import Testing
import Torch

@Suite struct OracleTests {
  private func answers(_ form: AnswerForm, count: Int = 30) throws -> [[Float]] {
    let oracle = Oracle(try Thieves.victim(), form: form)
    let pictures = try Thieves.images(count, seed: 3)
    let told = try oracle.answers(toPixels: pictures.pixels, count: count)
    #expect(oracle.queryCount == count)
    #expect(told.shape == [count, 10])
    let values: [Float] = try told.elements()
    return (0..<count).map { Array(values[$0 * 10..<($0 + 1) * 10]) }
  }

  @Test func fullAnswersAreTheSoftmax() throws {
    let model = try Thieves.victim()
    let expected: [Float] = try model.logits(of: Thieves.images(30, seed: 3)).softmax(over: 1)
      .elements()
    #expect(try answers(.probabilities).flatMap { $0 } == expected)
  }

  @Test func roundedAnswersHaveFewDigits() throws {
    let full = try answers(.probabilities)
    for (row, told) in zip(full, try answers(.rounded(digits: 1))) {
      for (value, rounded) in zip(row, told) {
        #expect(abs(value - rounded) <= 0.05 + 1e-6)
        #expect((rounded * 10).rounded() / 10 == rounded)
      }
    }
  }

  @Test func topAnswersAreTheLikeliest() throws {
    for (row, told) in zip(try answers(.probabilities), try answers(.top(3))) {
      #expect(told.filter { $0 > 0 }.sorted() == row.sorted().suffix(3))
    }
  }

  @Test func labelsAreTheLikeliestClass() throws {
    for (row, told) in zip(try answers(.probabilities), try answers(.label)) {
      #expect(told.sorted() == Array(repeating: 0, count: 9) + [1])
      #expect(told.firstIndex(of: 1) == row.firstIndex(of: row.max() ?? 0))
    }
  }

  /// Rounding makes probabilities equal; the first of the likeliest counts, as in `argmax`.
  @Test func theFirstOfEqualAnswersCounts() throws {
    let pictures = try Thieves.images(200, seed: 3)
    let oracle = Oracle(try Thieves.victim(), form: .rounded(digits: 1))
    let told: [Float] = try oracle.answers(toPixels: pictures.pixels, count: 200).elements()
    let rows = (0..<200).map { Array(told[$0 * 10..<($0 + 1) * 10]) }
    let ties = rows.count { row in row.count { $0 == row.max() } > 1 }
    #expect(ties > 0, "no row has equal values, so this test shows nothing")
    let first = rows.map { row in row.firstIndex { $0 == row.max() } }
    #expect(try oracle.predictions(on: pictures).map { $0 } == first)
  }

  @Test func noiseIsOfTheGivenSizeAndTheSameWhenAskedAgain() throws {
    let full = try answers(.probabilities)
    for deviation in [0.01, 0.1] {
      let noisy = try answers(.noisy(deviation: deviation))
      #expect(try answers(.noisy(deviation: deviation)) == noisy)
      for row in noisy { #expect(abs(row.reduce(0, +) - 1) < 1e-5) }
      // Below zero noise is cut off, and what is left is scaled; so it is of about the size asked for.
      let differences = zip(full.joined(), noisy.joined()).map { Double($0 - $1) }
      let size = (differences.reduce(0) { $0 + $1 * $1 } / Double(differences.count)).squareRoot()
      #expect((deviation / 3...deviation * 1.5).contains(size), "\(size)")
    }
  }

  @Test(arguments: [
    "probabilities", "rounded:2", "top:3", "label", "noise:0.1",
  ])
  func namesGoBothWays(name: String) throws {
    #expect(try AnswerForm(name).description == name)
  }

  @Test(arguments: [
    "", "odds", "rounded", "rounded:0", "rounded:8", "rounded:x", "top", "top:0", "label:1",
    "noise:0", "noise:2", "noise:nan", "top:1:2",
  ])
  func refusesNames(name: String) throws {
    #expect(throws: StealingError.self) { try AnswerForm(name) }
  }

  @Test func picturesMustFit() throws {
    let oracle = Oracle(try Thieves.victim())
    let large = try Shapes.images(.test, count: 10, side: 16, seed: 1).unlabelled
    #expect(throws: NetworkError.self) { try QueryRecord.answers(to: large, from: oracle) }
    #expect(oracle.queryCount == 0)
  }

  /// What was paid for is not asked again, and answers to other questions are not taken for it.
  @Test func aResumedThiefAsksOnlyForTheRest() throws {
    try withTemporaryDirectory { folder in
      let model = try Thieves.victim()
      let pictures = try Thieves.images(40, seed: 3).unlabelled
      let whole: [Float] = try QueryRecord.answers(
        to: pictures,
        from: Oracle(model),
        batchSize: 8
      ).elements()
      let run = try TrainingRun(in: folder, resuming: true)
      _ = try QueryRecord.answers(
        to: pictures.subset(0..<20),
        from: Oracle(model),
        run: run,
        batchSize: 8
      )
      // A crash cut the next line short.
      let file = folder.appendingPathComponent(QueryRecord.fileName)
      let handle = try FileHandle(forWritingTo: file)
      try handle.seekToEnd()
      try handle.write(contentsOf: Data(#"{"answer":[0.1"#.utf8))
      try handle.close()

      let oracle = Oracle(model)
      let told: [Float] = try QueryRecord.answers(
        to: pictures,
        from: oracle,
        run: run,
        batchSize: 8
      ).elements()
      #expect(told == whole)
      // Of 20 answers two batches of 8 were whole.
      #expect(oracle.queryCount == 24)

      let others = try Thieves.images(40, seed: 4).unlabelled
      let error = #expect(throws: StealingError.self) {
        try QueryRecord.answers(to: others, from: Oracle(model), run: run)
      }
      #expect(error?.description.contains("question 1 was about another picture") == true)
    }
  }

  @Test func nobodyTellsMoreClassesThanThereAre() throws {
    try AnswerForm("top:10").check(classCount: 10)
    try AnswerForm.label.check(classCount: 2)
    let error = #expect(throws: StealingError.self) {
      try AnswerForm("top:50").check(classCount: 10)
    }
    #expect(error?.description.contains("at most top:10") == true)
  }

  /// Whoever stops a thief that asks loses no answer that was written.
  @Test func questionsCanBeCountedAndStopped() throws {
    struct Stopped: Error {}
    try withTemporaryDirectory { folder in
      let pictures = try Thieves.images(40, seed: 3).unlabelled
      let run = try TrainingRun(in: folder, resuming: true)
      let stopped = Oracle(try Thieves.victim())
      stopped.onAnswer = { if $0 > 16 { throw Stopped() } }
      #expect(throws: Stopped.self) {
        try QueryRecord.answers(to: pictures, from: stopped, run: run, batchSize: 8)
      }
      var counts: [Int] = []
      let oracle = Oracle(try Thieves.victim())
      oracle.onAnswer = { counts.append($0) }
      _ = try QueryRecord.answers(to: pictures, from: oracle, run: run, batchSize: 8)
      #expect(counts == [8, 16, 24])
    }
  }
}
