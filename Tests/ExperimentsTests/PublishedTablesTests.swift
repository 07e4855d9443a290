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

  /// The tables of a text, each as its rows.
  private func tables(in text: String) -> [[String]] {
    text.components(separatedBy: "\n").split { !$0.hasPrefix("|") }.map(Array.init)
  }

  /// Checks that every table stands in a document with these rows and no others, in whatever order.
  private func expectTables(of text: String, count: Int, in document: String) throws {
    let published = tables(
      in: try String(
        contentsOf: Self.root.appendingPathComponent("docs/\(document)"),
        encoding: .utf8
      )
    )
    let made = tables(in: text)
    #expect(made.count == count)
    for table in made where !published.contains(where: { $0.sorted() == table.sorted() }) {
      let rows = Set(published.flatMap(\.self))
      let missing = table.filter { !rows.contains($0) }
      Issue.record(
        "docs/\(document) lacks \(missing), or has more rows in the table of \(table[0])"
      )
    }
  }

  @Test func evidenceFollowsFromItsTrials() throws {
    try expectTables(
      of: EvidenceSummary(records("evidence/trials.jsonl")).markdown(),
      count: 6,
      in: "evidence.md"
    )
  }

  @Test(arguments: ["evidence/models.jsonl", "attacks/results.jsonl"])
  func attacksFollowFromTheirResults(path: String) throws {
    try expectTables(of: AttackTable.markdown(records(path)), count: 1, in: "attacks.md")
  }
}
