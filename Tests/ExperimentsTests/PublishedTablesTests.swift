import Artifacts
import Experiments
import Foundation
import OwnershipVerification
import Statistics
import Testing

/// The tables of docs/, against the raw results that lie beside them.
@Suite struct PublishedTablesTests {
  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  private func records<Record: Decodable>(_ path: String) throws -> [Record] {
    try JSONLines.read(from: Self.root.appendingPathComponent("Experiments/\(path)"))
  }

  private func contents(of path: String) throws -> String {
    try String(contentsOf: Self.root.appendingPathComponent(path), encoding: .utf8)
  }

  /// The tables of a text, each as its rows.
  private func tables(in text: String) -> [[String]] {
    text.components(separatedBy: "\n").split { !$0.hasPrefix("|") }.map(Array.init)
  }

  /// Checks that every table stands in a document with these rows and no others, in whatever order.
  private func expectTables(of text: String, count: Int, in document: String) throws {
    let published = tables(in: try contents(of: "docs/\(document)"))
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

  /// What verdicts say of false accusations, at the levels that a first registration has to reach.
  @Test(arguments: [
    (1, 20, StyleMeasure.margin, 6, 3), (1, 20, .accuracy, 4, 3), (4, 16, .margin, 2, 2),
    (4, 16, .accuracy, 5, 5),
  ])
  func ratesInVerdictsFollowFromTrials(
    keyCount: Int,
    models: Int,
    measure: StyleMeasure,
    alone: Int,
    beside: Int
  ) throws {
    let trials: [EvidenceTrial] = try records("evidence/trials.jsonl").filter {
      $0.test == .styleKey && $0.innocent && $0.settings.measure == measure
        && $0.settings.keys == keyCount
    }
    #expect(trials.count == 53 * models)
    #expect(Set(trials.map(\.suspect)).count == models)
    #expect(trials.count { $0.pValue <= 0.005 } == alone)
    #expect(trials.count { $0.pValue <= 0.002_5 } == beside)
    for (lineage, accused) in [(nil, alone), (0.5, beside)] as [(Double?, Int)] {
      var grounds = Grounds(
        styleKey: try StyleKeyTest(draws: 99).run(
          Array(repeating: 0, count: keyCount),
          against: (0..<999).map(Double.init)
        ),
        basis: .init(pictureCount: 100, cleanCount: 1_000, cleanCorrect: 800, chance: 0.1),
        lineage: lineage.map { .init(statistic: 0, pValue: $0, isExact: true) }
      )
      grounds.measure = measure
      let rate = try #require(try Ruling(on: grounds).tests[0].falseAccusations)
      #expect((rate.accused, rate.trials) == (accused, trials.count))
    }
  }

  /// The same of shared mistakes, where a verdict's own p has to be at most 0.01.
  @Test func rateOfSharedMistakesFollowsFromTrials() throws {
    let nulls: [EvidenceTrial] = try records("evidence/trials.jsonl").filter {
      $0.test == .sharedMistakes && $0.innocent
    }
    var grounds = Grounds(
      styleKey: try StyleKeyTest().run([0], against: (0..<999).map(Double.init)),
      basis: .init(pictureCount: 100, cleanCount: 1_000, cleanCorrect: 800, chance: 0.1)
    )
    for isStandard in [true, false] {
      grounds.sharedMistakes = .init(statistic: 0.1, pValue: 0.5, isStandard: isStandard)
      let finding = try Ruling(on: grounds).tests.first { $0.test == .sharedMistakes }
      let rate = try #require(finding).falseAccusations
      #expect(rate?.trials == (isStandard ? nulls.count : nil))
      #expect(rate?.accused == (isStandard ? nulls.count { $0.pValue <= 0.01 } : nil))
    }
    #expect(nulls.allSatisfy { ($0.settings.siblings ?? 0) >= 8 && $0.settings.pictures == 10_000 })
  }

  /// The same of lineage.
  @Test func rateOfLineageFollowsFromTrials() throws {
    let nulls: [EvidenceTrial] = try records("evidence/trials.jsonl").filter {
      $0.test == .lineage && $0.innocent
    }
    let grounds = Grounds(
      styleKey: try StyleKeyTest().run([0], against: (0..<999).map(Double.init)),
      basis: .init(pictureCount: 100, cleanCount: 1_000, cleanCorrect: 800, chance: 0.1),
      lineage: .init(statistic: 0, pValue: 0.5, isExact: true)
    )
    let finding = try Ruling(on: grounds).tests.first { $0.test == .lineage }
    let rate = try #require(finding?.falseAccusations)
    #expect((rate.accused, rate.trials) == (nulls.count { $0.pValue <= 0.01 }, nulls.count))
  }

  /// README's lines about the published test, and the models of victim 1 that they are about.
  @Test func readmeFollowsFromTrials() throws {
    let models = [
      ("copy of the victim", "copy, victim 1"),
      ("label-query thief", "label-query, victim 1"),
      ("distilled from the victim", "distillation, victim 1"),
      ("innocent, strong augmentation", "strong-augmentation-332"),
      ("innocent, the owner's pictures unmarked", "the-owner-s-pictures-unmarked-312"),
      ("innocent, other pictures", "other-pictures-305"),
    ]
    let readme = try contents(of: "README.md").components(separatedBy: "\n")
    let trials: [EvidenceTrial] = try records("evidence/trials.jsonl").filter {
      $0.test == .metaClassifier && $0.key == "victim-1" && $0.settings.variant == nil
    }
    for (name, suspect) in models {
      let draws = trials.filter { $0.suspect == suspect }
      try #require(draws.count == 40)
      let difference = try Summary(of: draws.map(\.statistic)).median
      let p = PValue(try Summary(of: draws.map(\.pValue)).median)
      let says = draws[0].innocent ? "**stolen: wrong**" : "stolen"
      let line = "| \(name) | \(String(format: "%.2f", difference)) | \(p) | \(says) |"
      #expect(readme.contains(line), "README.md lacks \(line)")
    }
  }

  /// Runs whose accuracy the zero-shot tables of docs/ show.
  @Test(arguments: [
    ("attacks/zero-shot-seed-1.csv", "", "test accuracy", 50, 1),
    ("attacks/zero-shot-schedules.csv", "step at 85 %,", "a tenth from 85 %", 50, 1),
    ("attacks/zero-shot-schedules.csv", "\"one cycle, peak at 10 %\",", "one cycle", 50, 1),
    ("evidence/zero-shot-victim-1.csv", "", "test accuracy", 50, 2),
    ("attacks/zero-shot-one-cycle.csv", "1,", "victim 1", 50, 3),
    ("attacks/zero-shot-one-cycle.csv", "2,", "victim 2", 50, 3),
    ("attacks/zero-shot-one-cycle.csv", "3,", "victim 3", 50, 3),
  ])
  func zeroShotTablesFollowFromMetrics(
    path: String,
    prefix: String,
    name: String,
    roundsOfALine: Int,
    every: Int
  ) throws {
    let lines = try contents(of: "Experiments/\(path)").split(separator: "\n")
    let shown = lines.dropFirst().filter { $0.hasPrefix(prefix) }.enumerated()
      .filter { ($0.offset + 1) % every == 0 }
    let accuracies = try shown.map { line in
      try #require(line.element.split(separator: ",").last.flatMap { Double($0) })
    }
    let cells = accuracies.map { String(format: "%.1f %%", 100 * $0) }
    let rounds = shown.map { "\(($0.offset + 1) * roundsOfALine)" }
    let document = "docs/\(name.hasPrefix("victim") ? "attacks.md" : "attacks-earlier.md")"
    let table = tables(in: try contents(of: document)).first {
      $0[0] == "| rounds | \(rounds.joined(separator: " | ")) |"
        && $0.contains("| \(name) | \(cells.joined(separator: " | ")) |")
    }
    #expect(table != nil, "\(document) lacks \(name) | \(cells.joined(separator: " | "))")
  }

  /// One decimal; halves of a tenth upwards.
  private func percent(_ share: Double) -> String {
    String(format: "%.1f %%", (1_000 * share).rounded() / 10)
  }

  /// Other queries and censored answers: each model's three figures, in the order of the file.
  @Test func queriesAndAnswersFollowFromTheirResults() throws {
    let results: [AttackResult] = try records("attacks/answers-and-queries.jsonl")
    let table = try #require(
      tables(in: contents(of: "docs/attacks.md")).first { $0[0].hasPrefix("| model | asks about") }
    )
    for result in results {
      let fidelity = result.fidelity.map(percent) ?? ""
      let cells = [percent(result.testAccuracy), fidelity, percent(result.markedAccuracy)]
      let end = "| " + cells.joined(separator: " | ") + " |"
      let name = result.name.split(separator: ",")[0]
      #expect(
        table.contains { $0.hasPrefix("| \(name) |") && $0.hasSuffix(end) },
        "docs/attacks.md lacks \(name) … \(end)"
      )
    }
    #expect(table.count == results.count + 2)
  }

  /// Zero-shot thieves on two cores, and one of another structure: manifests, and the seconds of their rounds.
  @Test(arguments: [
    ("zero-shot-two-threads", 1), ("zero-shot-two-threads-2", 2), ("zero-shot-two-threads-3", 3),
    ("zero-shot-chain-wrn-22-1", nil),
  ])
  func zeroShotFiguresFollowFromManifests(name: String, victim: Int?) throws {
    let manifest = try JSONValue(
      parsing: Array(contents(of: "Experiments/attacks/\(name).manifest.json").utf8)
    ).decode(as: Manifest.self)
    func figure(_ key: String) throws -> String {
      percent(try #require(manifest.settings[key]).decode(as: Double.self))
    }
    let (accuracy, fidelity) = (try figure("test_accuracy"), try figure("test_fidelity"))
    let document = try contents(of: "docs/attacks.md")
    guard let victim else {
      #expect(document.contains("\(accuracy) of all test pictures"))
      return #expect(document.contains("was robbed for \(fidelity)"))
    }
    let lines = try contents(of: "Experiments/attacks/\(name).csv").split(separator: "\n")
    let column = try #require(lines[0].split(separator: ",").firstIndex(of: "seconds"))
    let seconds = try lines.dropFirst().map {
      try #require(Double($0.split(separator: ",")[column]))
    }
    let minutes = String(format: "%.1f", seconds.reduce(0, +) / 60)
    let cells = "| \(accuracy) | \(fidelity) | \(minutes) |"
    let row = document.split(separator: "\n").first { $0.hasPrefix("| \(victim) (") }
    #expect(row?.contains(cells) == true, "docs/attacks.md lacks victim \(victim) … \(cells)")
  }

  /// What docs/evidence.md says of claimants, and what they do.
  @Test func claimantsFollowFromTheirTrials() throws {
    let rows: [ClaimantTrial.Attack: String] = [
      .chosenKey: "takes the best of 249 styles for this suspect",
      .groundNonces: "grinds 250 nonces against the suspect",
      .pulses: "takes the best of 20 values of a beacon",
      .backdated: "commits 20 times, each dated before the last, as number 1",
      .chosenBenign: "takes the worst of the innocents as benign models",
      .chosenPictures: "takes the best 30 of 100 pictures",
      .fittedClassifier: "fits a meta-classifier to the accused (102 tries)",
    ]
    let trials: [ClaimantTrial] = try records("evidence/claimants.jsonl")
    let document = try contents(of: "docs/evidence.md")
    #expect(Set(trials.map(\.attack)) == Set(rows.keys))
    for (attack, row) in rows {
      let count = { (underProtocol: Bool, outcome: ClaimantTrial.Outcome) in
        trials.count {
          ($0.attack, $0.underProtocol, $0.outcome) == (attack, underProtocol, outcome)
        }
      }
      let refused = count(true, .refused)
      let end = refused > 0 ? "refused \(refused): " : "won \(count(true, .won)): "
      let line = "| \(row) | won \(count(false, .won)) | \(end)"
      #expect(document.contains(line), "docs/evidence.md lacks \(line)")
      #expect(refused == 0 || count(true, .won) == 0)
    }
  }

  @Test(arguments: [
    ("evidence/models.jsonl", "attacks.md"), ("attacks/results.jsonl", "attacks-earlier.md"),
  ])
  func attacksFollowFromTheirResults(path: String, document: String) throws {
    try expectTables(of: AttackTable.markdown(records(path)), count: 1, in: document)
  }
}
