import Artifacts
import Experiments
import Foundation
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// Trials with a known outcome, and what the tables make of them.
@Suite struct EvidenceSummaryTests {
  private func trial(
    _ test: String,
    _ suspect: String,
    innocent: Bool,
    attack: String,
    p: Double,
    _ settings: [String: JSONValue] = ["measure": "margin", "m": 100, "decoys": 999, "keys": 1],
    key: String = "null-1"
  ) throws -> EvidenceTrial {
    try JSONValue.object([
      "test": .string(test), "suspect": .string(suspect), "innocent": .bool(innocent),
      "attack": .string(attack), "seed": 1, "key": .string(key), "statistic": .number(1 - p),
      "p_value": .number(p), "exact": true, "effect": 2.5, "settings": .object(settings),
    ]).decode()
  }

  /// A thief is above the innocents that were put to the same claim, not above nobody.
  @Test func thresholdsNeedInnocentsOfTheSameClaim() throws {
    let draw: [String: JSONValue] = ["draw": 1, "m": 10]
    let models = [
      ("innocent 1", true, "other pictures", 0.2, "victim-1"),
      ("innocent 2", true, "other pictures", 0.4, "victim-1"),
      ("copy, victim 1", false, "copy", 0.1, "victim-1"),
      ("label-query, victim 1", false, "label-query", 0.3, "victim-1"),
      ("distillation, victim 2", false, "distillation", 0.01, "victim-2"),
    ]
    let trials = try models.map { suspect, innocent, attack, p, key in
      try trial(
        "meta-classifier",
        suspect,
        innocent: innocent,
        attack: attack,
        p: p,
        draw,
        key: key
      )
    }
    let text = try EvidenceSummary(trials).markdown()
    let table = try #require(
      text.components(separatedBy: "above every innocent's |").dropFirst().first
    )
    #expect(table.contains("| copy | 1 | 0.90 to 0.90 | 1 |"))
    #expect(table.contains("| innocents | 2 | 0.60 to 0.80 | 1 |"))
    #expect(table.contains("| label-query | 1 | 0.70 to 0.70 | 0 |"))
    #expect(!table.prefix(while: { $0 != "#" }).contains("distillation"))
  }

  /// Ten models with 100 keys each, p = 0.005, 0.015, …, 0.995: 5 % at most 0.05, 1 % at most 0.01.
  private func nulls() throws -> [EvidenceTrial] {
    try (0..<10).flatMap { model in
      try (0..<100).map { key in
        try trial(
          "style-key",
          "innocent \(model)",
          innocent: true,
          attack: "other pictures",
          p: (Double(key) + 0.5) / 100
        )
      }
    }
  }

  @Test func countsFalseAccusationsOfEachTest() throws {
    let text = try EvidenceSummary(nulls()).markdown()
    let row = try #require(text.split(separator: "\n").first { $0.hasPrefix("| style-key |") })
    // Clopper and Pearson's bounds for 50 and 10 of 1,000; all models are alike, under one key's name.
    #expect(row.contains("| 10 | 1000 | 5.0 % (3.7 %–6.5 %; over models and keys 5.0 %–5.0 %)"))
    #expect(row.contains("1.0 % (0.48 %–1.8 %; over models and keys 1.0 %–1.0 %)"))
    #expect(row.contains("0.0 % (0.0 %–0.37 %; over models and keys 0.0 %–0.0 %)"))
  }

  /// p = 0.006 is above half of α = 0.01, which a first registration pays.
  @Test func countsThievesByWhatVerificationDecides() throws {
    let marked: [String: JSONValue] = [
      "measure": "margin", "m": 100, "decoys": 999, "keys": 1, "rate": 0.1,
    ]
    let thieves = try [0.001, 0.004, 0.006].enumerated().map { index, p in
      try trial(
        "style-key",
        "copy, victim \(index)",
        innocent: false,
        attack: "copy",
        p: p,
        marked
      )
    }
    let text = try EvidenceSummary(nulls() + thieves).markdown()
    let row = try #require(text.split(separator: "\n").first { $0.hasPrefix("| copy | 2 of 3") })
    #expect(row.hasSuffix("| 2.5, 2.5, 2.5 |"))
  }

  @Test func drawsALineForEachTest() throws {
    let plot = try EvidenceSummary(nulls()).quantilePlot()
    let document = try XMLDocument(xmlString: plot)
    #expect(document.rootElement()?.elements(forName: "polyline").count == 2)
    #expect(plot.contains(">style-key</text>") && !plot.contains(">lineage</text>"))
  }
}
