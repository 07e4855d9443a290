import Artifacts
import Foundation
import TestSupport
import Testing

/// `hallmark reproduce attacks` on generated pictures of 8 × 8.
@Suite(.serialized) struct ReproduceTests {
  private static let table = [
    "reproduce", "attacks", "--dataset", "shapes:8", "--seeds", "1", "--threads", "1", "--output",
    "table",
  ]

  @Test func rowsAreMeasuredOnceAndKept() throws {
    try withTemporaryDirectory { folder in
      let first = try Command.run(Self.table + ["--only", "copy"], in: folder)
      #expect(first.status == 0, "\(first.errors)")
      #expect(first.output.contains("| attack | copy | 1 |"))

      // Measured work is not made room for by mistake, and rows of an earlier run stay.
      let again = try Command.run(Self.table, in: folder)
      #expect(again.status == 1)
      #expect(again.errors.contains("which --resume goes on with"), "\(again.errors)")
      let more = try Command.run(
        Self.table + ["--groups", "hiding", "--only", "quantization", "--resume"],
        in: folder
      )
      #expect(more.status == 0, "\(more.errors)")
      #expect(more.output.contains("| attack | copy | 1 |"))
      #expect(more.output.contains("| hiding | quantization 4 bits | 1 |"))
      let results = folder.appendingPathComponent("table/results.jsonl")
      let lines = try String(contentsOf: results, encoding: .utf8).split(separator: "\n")
      #expect(lines.count == 3)
      for line in lines {
        guard case .object(let fields) = try JSONValue(parsing: Array(line.utf8)) else {
          Issue.record("a result is no object: \(line)")
          continue
        }
        let accuracy: Double = try #require(fields["test_accuracy"]).decode()
        let marked: Double = try #require(fields["marked_accuracy"]).decode()
        #expect((0...1).contains(accuracy) && (0...1).contains(marked))
      }

      // Nobody else's file is ever touched.
      let note = folder.appendingPathComponent("table/notes.txt")
      try Data("mine".utf8).write(to: note)
      let foreign = try Command.run(Self.table + ["--resume"], in: folder)
      #expect(foreign.status == 1)
      #expect(foreign.errors.contains("it holds files of something else"))
      #expect(FileManager.default.fileExists(atPath: note.path))
    }
  }

  @Test(arguments: [
    (["--groups", "magic"], "'magic' is invalid"), (["--seeds", "1,1"], "'1,1' is invalid"),
    (["--rounds", "10"], "--rounds takes a number from 50 to 5,000,000"),
  ])
  func badOptionsAreUsage(options: [String], message: String) throws {
    try withTemporaryDirectory { folder in
      let command = try Command.run(Self.table + options, in: folder)
      #expect(command.status == 64)
      #expect(command.errors.contains(message), "\(command.errors)")
    }
  }
}
