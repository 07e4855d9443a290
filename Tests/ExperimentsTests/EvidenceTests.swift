import Artifacts
import Experiments
import Foundation
import Networks
import Stages
import TestSupport
import Testing

/// `hallmark reproduce evidence` on generated pictures of 8 × 8: all tests and parts but the ablations, with a
/// few models.
@Suite struct EvidenceTests {
  @Test func measuresOnceAndGoesOnWhereItWasStopped() throws {
    try withTemporaryDirectory { folder in
      let whole = folder.appendingPathComponent("whole")
      let undisturbed = Observer()
      let trials = try run(in: whole, undisturbed)
      try checkTrials(trials, in: whole)
      try checkClaimants(in: whole)

      let stopped = folder.appendingPathComponent("stopped")
      for _ in 0..<2 {
        let observer = Observer(stoppingAfter: undisturbed.updates / 3)
        #expect(throws: Stopped.self) { try run(in: stopped, observer) }
      }
      try run(in: stopped, Observer())
      for name in ["trials.jsonl", "claimants.jsonl"] {
        #expect(try text(name, in: stopped) == text(name, in: whole), "\(name)")
      }
      try checkThatNothingIsMeasuredAgain(in: whole)
      try checkThatOtherSizesAreMeasuredAnew(in: whole)
    }
  }

  /// Every line decodes, every test is there for innocents and thieves, and so is every part.
  private func checkTrials(_ trials: [EvidenceTrial], in folder: URL) throws {
    let lines = try text("trials.jsonl", in: folder).split(separator: "\n")
    let decoded = try lines.map {
      try JSONValue(parsing: Array($0.utf8)).decode(as: EvidenceTrial.self)
    }
    #expect(decoded == trials)
    #expect(Set(decoded).count == decoded.count, "a trial is there twice")
    #expect(decoded.allSatisfy { $0.pValue > 0 && $0.pValue <= 1 })
    for test in EvidenceTrial.Test.allCases {
      for innocent in [true, false] {
        #expect(
          decoded.contains { $0.test == test && $0.innocent == innocent },
          "\(test.rawValue) of \(innocent ? "innocents" : "thieves")"
        )
      }
    }
    #expect(decoded.contains { $0.settings.keys == 4 }, "curves")
    #expect(decoded.contains { $0.test == .styleKey && $0.settings.pictures == 10 }, "sizes")
    // The victim's weights are its own, before any of 999 re-numberings.
    let own = decoded.filter { $0.test == .lineage && $0.suspect == $0.key && !$0.innocent }
    #expect(own.map(\.pValue) == [0.001])
    #expect(try EvidenceSummary(decoded).markdown().contains("### Thieves found"))
  }

  private func checkClaimants(in folder: URL) throws {
    let found = try JSONLines.read(
      ClaimantTrial.self,
      from: folder.appendingPathComponent("claimants.jsonl")
    )
    for attack in ClaimantTrial.Attack.allCases {
      let own = found.filter { $0.attack == attack }
      #expect(Set(own.map(\.underProtocol)) == [true, false], "\(attack.rawValue)")
    }
    // With 40 decoys no p-value is small enough, so a win would be a registration that was let pass.
    #expect(!found.contains { $0.underProtocol && $0.outcome == .won })
  }

  private func checkThatNothingIsMeasuredAgain(in folder: URL) throws {
    let before = (try dates(in: folder), try text("trials.jsonl", in: folder))
    let observer = Observer()
    try run(in: folder, observer)
    #expect(observer.steps == 0)
    #expect(observer.stages.filter { Self.measuring.contains($0) } == [])
    #expect(try dates(in: folder) == before.0)
    #expect(try text("trials.jsonl", in: folder) == before.1)
  }

  /// An earlier version's trials, under the name that it gave them.
  private func checkThatOtherSizesAreMeasuredAnew(in folder: URL) throws {
    let before = try text("trials.jsonl", in: folder)
    let kept = folder.appendingPathComponent("trials")
    let name = "sizes-victim-victim-1"
    let file = try #require(
      FileManager.default.contentsOfDirectory(atPath: kept.path).first { $0.hasPrefix(name) }
    )
    let old = kept.appendingPathComponent("\(name).jsonl")
    try FileManager.default.moveItem(at: kept.appendingPathComponent(file), to: old)
    let observer = Observer()
    try run(in: folder, observer)
    #expect(observer.stages.filter { Self.measuring.contains($0) } == ["examine"])
    #expect(!FileManager.default.fileExists(atPath: old.path))
    #expect(try text("trials.jsonl", in: folder) == before)
  }
}

extension EvidenceTests {
  /// Stages that ask models something.
  private static let measuring: Set = [
    "alignment", "examine", "claim", "verify", "lineage", "claimants", "mistakes",
  ]

  @discardableResult
  private func run(in folder: URL, _ observer: Observer) throws -> [EvidenceTrial] {
    var study = CaseSettings(
      source: .shapes(side: 8, trainCount: 1_200, testCount: 800),
      preset: .quick,
      output: folder
    )
    study.trainCount = 600
    study.epochs = 2
    study.queryEpochs = 2
    var table = AttackTableSettings(study)
    table.seeds = [1]
    table.only = ["victim", "rounding", "strong augmentation", "wrn-22-1", "4-keys"]
    table.resuming = true
    var settings = EvidenceSettings(table)
    settings.parts = [.innocents, .attacks, .curves, .sizes, .claimants, .ablations]
    settings.nullKeyCount = 2
    settings.pictureCount = 20
    settings.decoyCount = 40
    settings.benignCount = 1
    settings.siblingCount = 6
    return try Evidence(settings, observer: observer).run()
  }

  private func text(_ name: String, in folder: URL) throws -> String {
    try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
  }

  /// When every file was written, save those that sum up what is there.
  private func dates(in folder: URL) throws -> [String: Date] {
    let files = FileManager.default
    let sums = ["trials.jsonl", "p-values.svg", "attacks/results.jsonl", "attacks/manifest.json"]
    var dates: [String: Date] = [:]
    for name in try files.subpathsOfDirectory(atPath: folder.path) where !sums.contains(name) {
      let facts = try files.attributesOfItem(
        atPath: folder.appendingPathComponent(name).path
      )
      guard facts[.type] as? FileAttributeType == .typeRegular else { continue }
      dates[name] = facts[.modificationDate] as? Date
    }
    return dates
  }
}

private struct Stopped: Error {}

/// Counts what a run tells of itself, and stops it if told.
private final class Observer: RunObserver {
  private(set) var stages: [String] = []
  private(set) var updates = 0
  /// Steps of training.
  private(set) var steps = 0
  private let limit: Int

  init(stoppingAfter limit: Int = .max) {
    self.limit = limit
  }

  func begin(_ stage: String, _ title: String) { stages.append(stage) }

  func update(_ share: Double, _ detail: String) throws {
    updates += 1
    if updates >= limit { throw Stopped() }
  }

  func update(_ progress: TrainingProgress) throws {
    steps += 1
    try update(0, "")
  }

  func finish(_ result: String) {}
}
