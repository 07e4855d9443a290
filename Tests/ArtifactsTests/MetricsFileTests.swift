import Artifacts
import Foundation
import TestSupport
import Testing

@Suite struct MetricsFileTests {
  private struct Epoch: Codable, Equatable {
    var epoch: Int
    var loss: Double
    var note: String
  }

  private static func epoch(_ number: Int) -> Epoch {
    Epoch(epoch: number, loss: 1 / Double(number + 1), note: "line\nbreak \"\(number)\"")
  }

  /// What a killed process may leave behind the records that its checkpoint counts.
  static let rests = ["", "{\"epoch\":", "{\"epoch\":9}\n{\"ep", "{}\n", "\u{0}\u{0}"]

  @Test(arguments: rests, 0...5)
  func resumedLinesEqualUninterruptedOnes(rest: String, kept: Int) throws {
    try withTemporaryDirectory { folder in
      let whole = folder.appendingPathComponent("whole.jsonl")
      let resumed = folder.appendingPathComponent("resumed.jsonl")
      try write(0..<5, to: whole, keeping: 0)
      try write(0..<kept, to: resumed, keeping: 0)
      try append(rest, to: resumed)
      try write(kept..<5, to: resumed, keeping: kept)
      #expect(try Data(contentsOf: resumed) == Data(contentsOf: whole))
      #expect(try JSONLines.read(Epoch.self, from: resumed) == (0..<5).map(Self.epoch))
    }
  }

  @Test func halfALineDoesNotCount() throws {
    try withTemporaryDirectory { folder in
      let url = folder.appendingPathComponent("metrics.jsonl")
      try write(0..<3, to: url, keeping: 0)
      try append("{\"epoch\":3", to: url)
      #expect(try JSONLines.read(Epoch.self, from: url).count == 3)
      try write(3..<4, to: url, keeping: nil)
      #expect(try JSONLines.read(Epoch.self, from: url) == (0..<4).map(Self.epoch))
    }
  }

  @Test func fewerLinesThanTheCheckpointCounts() throws {
    try withTemporaryDirectory { folder in
      let url = folder.appendingPathComponent("metrics.jsonl")
      try write(0..<3, to: url, keeping: 0)
      #expect(throws: ArtifactError.tooFewRecords(path: url.path, found: 3, expected: 4)) {
        try JSONLinesWriter(at: url, keeping: 4)
      }
      #expect(try JSONLines.read(Epoch.self, from: url).count == 3)
    }
  }

  @Test func unsuitableLineIsNamed() throws {
    try withTemporaryDirectory { folder in
      let url = folder.appendingPathComponent("metrics.jsonl")
      try write(0..<1, to: url, keeping: 0)
      try append("{\"epoch\":\"one\"}\n", to: url)
      let error = #expect(throws: ArtifactError.self) {
        try JSONLines.read(Epoch.self, from: url)
      }
      guard case .unsuitableRecord(url.path, 2, let reason) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(reason.hasPrefix("the field 'epoch': "), "\(reason)")
      #expect(!reason.contains("DecodingError"), "\(reason)")
    }
  }

  @Test(arguments: ["", "7,half", "\"7,open\nquote", "9,9\n8,8\n"], 0...3)
  func resumedTableEqualsUninterruptedOne(rest: String, kept: Int) throws {
    try withTemporaryDirectory { folder in
      let whole = folder.appendingPathComponent("whole.csv")
      let resumed = folder.appendingPathComponent("resumed.csv")
      try writeRows(0..<3, to: whole, keeping: 0)
      try writeRows(0..<kept, to: resumed, keeping: 0)
      try append(rest, to: resumed)
      try writeRows(kept..<3, to: resumed, keeping: kept)
      #expect(try Data(contentsOf: resumed) == Data(contentsOf: whole))
    }
  }

  @Test(arguments: ["", "epo", "epoch,note", "epoch,note\n"])
  func killedWithinTheHeader(start: String) throws {
    try withTemporaryDirectory { folder in
      let url = folder.appendingPathComponent("table.csv")
      try AtomicFile.write(Array(start.utf8), to: url)
      try writeRows(0..<0, to: url, keeping: nil)
      #expect(try String(contentsOf: url, encoding: .utf8) == "epoch,note\n")
    }
  }

  @Test func quotingFollowsRFC4180() throws {
    try withTemporaryDirectory { folder in
      let url = folder.appendingPathComponent("table.csv")
      let table = try CSVWriter(at: url, columns: ["plain", "a,b"], keeping: nil)
      try table.append(["say \"hi\"", "two\r\nlines"])
      try table.append(["", " é "])
      let expected = "plain,\"a,b\"\n\"say \"\"hi\"\"\",\"two\r\nlines\"\n, é \n"
      #expect(try String(contentsOf: url, encoding: .utf8) == expected)
    }
  }

  @Test func otherColumnsAreRefused() throws {
    try withTemporaryDirectory { folder in
      let url = folder.appendingPathComponent("table.csv")
      let table = try CSVWriter(at: url, columns: ["a", "b"], keeping: 0)
      #expect(throws: ArtifactError.self) { try table.append(["1"]) }
      let before = try Data(contentsOf: url)
      #expect(
        throws: ArtifactError.wrongColumns(path: url.path, expected: ["c"], found: ["a", "b"])
      ) {
        try CSVWriter(at: url, columns: ["c"], keeping: nil)
      }
      #expect(throws: ArtifactError.tooFewRecords(path: url.path, found: 1, expected: 3)) {
        try CSVWriter(at: url, columns: ["a", "b"], keeping: 2)
      }
      #expect(try Data(contentsOf: url) == before)
    }
  }

  private func write(_ epochs: Range<Int>, to url: URL, keeping count: Int?) throws {
    let writer = try JSONLinesWriter(at: url, keeping: count)
    for number in epochs { try writer.append(Self.epoch(number)) }
    try writer.synchronize()
  }

  private func writeRows(_ rows: Range<Int>, to url: URL, keeping count: Int?) throws {
    let table = try CSVWriter(at: url, columns: ["epoch", "note"], keeping: count)
    for row in rows { try table.append([row.description, "a \"quoted\"\nnote, \(row)"]) }
    try table.synchronize()
  }

  private func append(_ text: String, to url: URL) throws {
    let handle = try FileHandle(forWritingTo: url)
    try handle.seekToEnd()
    try handle.write(contentsOf: Data(text.utf8))
    try handle.close()
  }
}
