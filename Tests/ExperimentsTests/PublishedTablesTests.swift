import Artifacts
import Experiments
import Foundation
import Testing

/// The tables of docs/, against the raw results that lie beside them.
@Suite struct PublishedTablesTests {
  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  private func records<Record: Decodable>(_ path: String) throws -> [Record] {
    try JSONLines.read(from: Self.root.appendingPathComponent("Experiments/\(path)"))
  }

  /// Checks that every row of a table stands in a document as it is.
  private func expectRows(of table: String, atLeast count: Int, in document: String) throws {
    let text = try String(
      contentsOf: Self.root.appendingPathComponent("docs/\(document)"),
      encoding: .utf8
    )
    let published = Set(text.components(separatedBy: "\n"))
    let rows = table.components(separatedBy: "\n").filter { $0.hasPrefix("| ") }
    #expect(rows.count >= count)
    for row in rows where !published.contains(row) {
      Issue.record("docs/\(document) lacks: \(row)")
    }
  }

  @Test func evidenceFollowsFromItsTrials() throws {
    try expectRows(
      of: EvidenceSummary(records("evidence/trials.jsonl")).markdown(),
      atLeast: 80,
      in: "evidence.md"
    )
  }

  @Test(arguments: [("evidence/models.jsonl", 20), ("attacks/results.jsonl", 20)])
  func attacksFollowFromTheirResults(path: String, count: Int) throws {
    try expectRows(of: AttackTable.markdown(records(path)), atLeast: count, in: "attacks.md")
  }
}
