import Datasets
import Foundation
import Networks
import OwnershipVerification
import TestSupport
import Testing

/// Programs that tests write and ask.
enum SuspectPrograms {
  static let pictureSize = Classifier.PictureSize(height: 2, width: 2)

  static let hasPython = Foundation.ProcessInfo.processInfo.environment["PATH", default: ""]
    .split(separator: ":")
    .contains { FileManager.default.isExecutableFile(atPath: "\($0)/python3") }

  /// Greets, then answers each question with what an expression makes of `id` and `pictures`, a list
  /// of lists of bytes.
  static func python(answering expression: String, before: String = "") -> String {
    """
    import base64, json, os, sys, time
    hello = json.loads(sys.stdin.readline())
    assert hello["hallmark"] == 1 and (hello["height"], hello["width"]) == (2, 2), hello
    assert hello["classes"] == ["ant", "bee", "cat"], hello
    print('{"hallmark":1}', flush=True)
    for line in sys.stdin:
        question = json.loads(line)
        id, pictures = question["id"], [list(base64.b64decode(p)) for p in question["pictures"]]
        assert all(len(picture) == 12 for picture in pictures), pictures
        \(before.isEmpty ? "pass" : before)
        print(\(expression), flush=True)
    """
  }

  /// Starts a script for the pictures of `StyleSamples`.
  static func suspect(
    _ script: String,
    interpreter: String = "python3",
    in folder: URL,
    settings: ProgramSuspect.Settings = .init(
      batchSize: 4,
      startTimeout: .seconds(20),
      answerTimeout: .seconds(20)
    )
  ) throws -> ProgramSuspect {
    let file = folder.appendingPathComponent("program")
    try Data(script.utf8).write(to: file)
    return try ProgramSuspect(
      [interpreter, file.path],
      pictureSize: pictureSize,
      classNames: StyleSamples.classNames,
      settings: settings
    )
  }

  /// What a script's answers to six pictures end with.
  static func failure(
    of script: String,
    interpreter: String = "python3",
    answerTimeout: Duration = .seconds(20)
  ) throws -> SuspectError? {
    try withTemporaryDirectory { folder in
      try #require(throws: SuspectError.self) {
        let suspect = try suspect(
          script,
          interpreter: interpreter,
          in: folder,
          settings: .init(
            batchSize: 4,
            startTimeout: .seconds(20),
            answerTimeout: answerTimeout
          )
        )
        _ = try suspect.answers(to: StyleSamples.originals().unlabelled)
      }
    }
  }
}

@Suite(.enabled(if: SuspectPrograms.hasPython, "python3 is missing from PATH"))
struct ProgramSuspectTests {
  @Test func picturesArriveInOrder() throws {
    try withTemporaryDirectory { folder in
      let script = SuspectPrograms.python(
        answering:
          #"json.dumps({"id": id, "labels": [(p[0] + p[3] + p[1]) % 3 for p in pictures]})"#
      )
      let suspect = try SuspectPrograms.suspect(script, in: folder)
      var pixels: [UInt8] = []
      for index in 0..<11 as Range<UInt8> {
        // Planes of red, green and blue; 3 and 1 of the interleaved bytes are red 1 and green 0.
        pixels += [index, 2 * index, 9, 9] + [5 * index, 9, 9, 9] + [9, 9, 9, 9]
      }
      let answers = try suspect.answers(to: UnlabelledImages(width: 2, height: 2, pixels: pixels))
      #expect(answers == .labels((0..<11).map { ($0 + 2 * $0 + 5 * $0) % 3 }))
      #expect(
        try suspect.answers(to: UnlabelledImages(width: 2, height: 2, pixels: [])) == .labels([])
      )
    }
  }

  @Test func probabilitiesBecomeLogarithms() throws {
    try withTemporaryDirectory { folder in
      let script = SuspectPrograms.python(
        answering: #"json.dumps({"id": id, "probabilities": [[0, 0.25, 0.75]] * len(pictures)})"#
      )
      let answers = try SuspectPrograms.suspect(script, in: folder)
        .answers(to: StyleSamples.originals(2).unlabelled)
      let row = [-Float.infinity, Float(log(0.25)), Float(log(0.75))]
      #expect(answers == .logProbabilities(row + row, classCount: 3))
    }
  }

  @Test func logitsStayAsTheyAre() throws {
    try withTemporaryDirectory { folder in
      let script = SuspectPrograms.python(
        answering: #"json.dumps({"id": id, "logits": [[p[0], -1.5, 1e3] for p in pictures]})"#
      )
      let answers = try SuspectPrograms.suspect(script, in: folder)
        .answers(to: StyleSamples.originals(2).unlabelled)
      #expect(answers == .logProbabilities([0, -1.5, 1_000, 1, -1.5, 1_000], classCount: 3))
    }
  }

  @Test(arguments: [
    (#""hello""#, "not JSON"),
    (#"[1, 2]"#, "an array"),
    (#"json.dumps({"id": id + 1, "labels": [0] * len(pictures)})"#, "the id 2"),
    (#"json.dumps({"id": id})"#, "no answer"),
    (#"json.dumps({"id": id, "labels": [0] * 4, "logits": []})"#, "labels and logits"),
    (#"json.dumps({"id": id, "labels": [0, 1]})"#, "2 labels"),
    (#"json.dumps({"id": id, "labels": [0, 1, 2, 3]})"#, "label 3"),
    (#"json.dumps({"id": id, "labels": [0, 1, 2, 0.5]})"#, "a number"),
    (#"json.dumps({"id": id, "logits": [[1, 2, 3]] * 5})"#, "5 rows"),
    (#"json.dumps({"id": id, "logits": [[1, 2]] * 4})"#, "a row of 2"),
    (#"json.dumps({"id": id, "logits": [[1, 2, float("nan")]] * 4})"#, "not JSON"),
    (#"json.dumps({"id": id, "logits": [[1, 2, None]] * 4})"#, "null"),
    (#"json.dumps({"id": id, "probabilities": [[3, -1, -1]] * 4})"#, "the probability 3.0"),
    (#"json.dumps({"id": id, "probabilities": [[0.1, 0.1, 0.1]] * 4})"#, "add up to 0.3"),
    (#"json.dumps({"id": id, "labels": [0] * 4 if id == 1 else None, "x": 1})"#, "null"),
  ])
  func wrongAnswersAreNamed(expression: String, found: String) throws {
    let error = try SuspectPrograms.failure(of: SuspectPrograms.python(answering: expression))
    guard case .badAnswer(let suspect, let problem, _, let said) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(suspect.hasPrefix("python3 /"))
    #expect(problem.contains(found))
    #expect(!said.isEmpty)
  }

  @Test func answersOfTwoKindsAreRefused() throws {
    let script = SuspectPrograms.python(
      answering: """
        json.dumps({"id": id, "labels": [0] * 4} if id == 1 else {"id": id, "logits": [[1, 2, 3]] * 2})
        """
    )
    let error = try SuspectPrograms.failure(of: script)
    #expect(error?.description.contains("expected labels, as before") == true)
  }

  @Test func aLineWithoutEndIsCutOff() throws {
    let script = SuspectPrograms.python(
      answering: "1",
      before: #"[sys.stdout.write("[" * 10 ** 4) for _ in iter(int, 1)]"#
    )
    let error = try SuspectPrograms.failure(of: script)
    #expect(error?.description.contains("a line of more than 66304 bytes") == true)
  }

  @Test(arguments: [
    // It hangs, it answers without a line's end, it never reads, it complains without end.
    SuspectPrograms.python(answering: "1", before: "time.sleep(1000)"),
    SuspectPrograms.python(
      answering: "1",
      before: #"print("{", end="", flush=True); time.sleep(1000)"#
    ),
    SuspectPrograms.python(
      answering: "1",
      before: #"[sys.stderr.write("no " * 1000) for _ in iter(int, 1)]"#
    ),
  ])
  func waitingEnds(script: String) throws {
    let error = try SuspectPrograms.failure(of: script, answerTimeout: .milliseconds(300))
    guard case .noAnswer(_, .milliseconds(300), let errors) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(errors.utf8.count <= 2_048)
  }

  @Test func deathTellsItsReason() throws {
    let script = SuspectPrograms.python(
      answering: #"json.dumps({"id": id, "labels": [0] * 4})"#,
      before: #"id == 2 and (print("out of memory", file=sys.stderr), os._exit(3))"#
    )
    let error = try SuspectPrograms.failure(of: script)
    guard case .ended(_, let how, let errors) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(how == "it ended with status 3")
    #expect(errors == "out of memory\n")
  }

  /// Half a megabyte of complaints fills any pipe; only their end is kept.
  @Test func complaintsDoNotBlock() throws {
    try withTemporaryDirectory { folder in
      let script = SuspectPrograms.python(
        answering: #"json.dumps({"id": id, "labels": [1] * len(pictures)})"#,
        before: #"sys.stderr.write("warning\n" * 65536)"#
      )
      let answers = try SuspectPrograms.suspect(script, in: folder)
        .answers(to: StyleSamples.originals().unlabelled)
      #expect(answers == .labels(Array(repeating: 1, count: 6)))
    }
  }

  /// A batch larger than any pipe, to a program that answers before it has read all of it.
  @Test func programsThatDoNotReadAreNoTrap() throws {
    let script = "read line; echo '{\"hallmark\":1}'; exec <&-; sleep 1000"
    try withTemporaryDirectory { folder in
      let suspect = try SuspectPrograms.suspect(
        script,
        interpreter: "sh",
        in: folder,
        settings: .init(batchSize: 100_000, answerTimeout: .seconds(20))
      )
      let pictures = try UnlabelledImages(
        width: 2,
        height: 2,
        pixels: Array(repeating: 1, count: 1_200_000)
      )
      let error = try #require(throws: SuspectError.self) { try suspect.answers(to: pictures) }
      #expect(error.description.contains("it closed its input"))
      // Once failed, it stays so and is not asked again.
      #expect(throws: error) { try suspect.answers(to: pictures) }
    }
  }

  @Test func theGroupEndsWithTheProgram() throws {
    try withTemporaryDirectory { folder in
      let list = folder.appendingPathComponent("processes")
      let script = """
        trap '' TERM
        sleep 1000 & echo $$ $! > \(list.path)
        read line; echo '{"hallmark":1}'; read line; echo nonsense; wait
        """
      let suspect = try SuspectPrograms.suspect(script, interpreter: "sh", in: folder)
      #expect(throws: SuspectError.self) {
        try suspect.answers(to: StyleSamples.originals().unlabelled)
      }
      let numbers = try String(contentsOf: list, encoding: .utf8)
        .split(whereSeparator: \.isWhitespace).compactMap { Int32($0) }
      #expect(numbers.count == 2)
      #expect(kill(numbers[0], 0) == -1)
      // The grandchild is reaped by whoever adopts it, or stays behind as a zombie; on busy cores that takes a while.
      for _ in 0..<1_000 where try SuspectPrograms.runs(numbers[1]) { usleep(10_000) }
      #expect(try !SuspectPrograms.runs(numbers[1]))
    }
  }

  @Test func programsEndWithTheirSuspect() throws {
    try withTemporaryDirectory { folder in
      let file = folder.appendingPathComponent("ended")
      let script =
        SuspectPrograms.python(answering: #"json.dumps({"id": id, "labels": [0] * 4})"#)
        + "\nopen('\(file.path)', 'w').write('by itself')"
      _ = try SuspectPrograms.suspect(script, in: folder)
      #expect(try String(contentsOf: file, encoding: .utf8) == "by itself")
    }
  }

  @Test func whatDoesNotStartIsNamed() throws {
    for arguments in [["/nowhere/program"], [], ["/etc/passwd"], ["sh", "a\0b"]] {
      let error = try #require(throws: SuspectError.self) {
        try ProgramSuspect(
          arguments,
          pictureSize: SuspectPrograms.pictureSize,
          classNames: StyleSamples.classNames
        )
      }
      guard case .cannotStart(arguments.joined(separator: " "), _) = error else {
        Issue.record("\(error)")
        continue
      }
    }
  }

  @Test func greetingsAreChecked() throws {
    // A program that has ended cannot be sent anything, so the first reads before it answers.
    for (script, found) in [
      ("read hello; echo '{\"hallmark\":2}'", "another greeting"), ("true", "status 0"),
    ] {
      let error = try SuspectPrograms.failure(of: script, interpreter: "sh")
      #expect(error?.description.contains(found) == true)
    }
  }

  @Test func refusesPicturesOfAnotherSize() throws {
    try withTemporaryDirectory { folder in
      let suspect = try SuspectPrograms.suspect(
        SuspectPrograms.python(answering: "1"),
        in: folder
      )
      #expect(throws: VerificationError.self) {
        try suspect.answers(to: UnlabelledImages(width: 3, height: 2, pixels: []))
      }
    }
  }

  @Test func aProgramGetsTheSameEvidence() throws {
    try withTemporaryDirectory { folder in
      let examination = try StyleSamples.examination(in: folder.appendingPathComponent("decoys"))
      let script = SuspectPrograms.python(
        answering: #"json.dumps({"id": id, "logits": [scores(p) for p in pictures]})"#,
        before: """
          def scores(p):
                  planes = p[0::3] + p[1::3] + p[2::3]
                  return [sum(v * (i * k % 7 - 3) for i, v in enumerate(planes)) / 256 for k in (1, 2, 3)]
          """
      )
      let suspect = try SuspectPrograms.suspect(
        script,
        in: folder,
        settings: .init(batchSize: 100, answerTimeout: .seconds(30))
      )
      let evidence = try examination.evidence(against: suspect)
      #expect(try evidence == examination.evidence(against: Oracle.pixelRule()))
    }
  }

  /// The script that the documentation points to, as a user runs it.
  @Test func theExampleAnswers() throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Examples/suspect-program/answer.py")
    let suspect = try ProgramSuspect(
      [file.path],
      pictureSize: SuspectPrograms.pictureSize,
      classNames: StyleSamples.classNames
    )
    let pictures = [[64, 0, 0], [0, 64, 0]].flatMap { colour in
      colour.flatMap { Array(repeating: UInt8($0), count: 4) }
    }
    let answers = try suspect.answers(
      to: UnlabelledImages(width: 2, height: 2, pixels: pictures)
    )
    guard case .logProbabilities(let scores, 3) = answers else {
      Issue.record("\(answers)")
      return
    }
    // Means of 64 and 0 make logits of 1 and 0, less a hundredth for each class before.
    let logits = [[1, -0.01, -0.02], [0, 0.99, -0.02]]
    let expected = logits.flatMap { row in
      row.map { $0 - log(row.reduce(0) { $0 + exp($1) }) }
    }
    for (score, value) in zip(scores, expected) { #expect(abs(Double(score) - value) < 1e-6) }
  }
}

extension SuspectPrograms {
  /// Whether a process exists and is no zombie.
  static func runs(_ identifier: Int32) throws -> Bool {
    guard
      let text = try? String(contentsOfFile: "/proc/\(identifier)/stat", encoding: .utf8),
      let state = text.split(separator: ")").last?.split(separator: " ").first
    else { return false }
    return state != "Z"
  }
}
