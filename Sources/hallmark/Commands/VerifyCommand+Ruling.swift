import Artifacts
import Experiments
import Foundation
import Networks
import OwnershipVerification
import Statistics

extension VerifyCommand {
  /// Runs every test that applies, and prints one verdict for each suspect.
  func rule(by examination: Examination, on claim: Claim, _ victim: Classifier?) throws -> Bool {
    let test = try publishedTest(of: claim)
    let observer = TerminalObserver(advice: "Suspects examined so far were printed.")
    var all: [SuspectFindings] = []
    for accuse in accused + answering.accused(for: examination.originals) {
      let findings = try examination.findings(
        on: accuse(),
        claim: claim,
        victim: victim,
        publishedTest: test,
        significance: significance ?? 0.01,
        observer: observer
      )
      try Output.print(findings, as: format.format) { Self.text(of: findings) }
      all.append(findings)
    }
    if let report {
      let page = try RulingReport(examination: examination, claim: claim, findings: all).html()
      try AtomicFile.write(Array(page.utf8), to: URL(fileURLWithPath: report))
      FileHandle.standardError.write(Data("  report   \(report)\n".utf8))
    }
    return all.contains { $0.ruling.outcome == .stolen }
  }

  /// The suspects, each read when its turn comes.
  private var accused: [() throws -> AccusedModel] {
    suspects.map { path in
      { try AccusedModel(contentsOf: URL(fileURLWithPath: path), device: compute.torchDevice) }
    }
  }

  private static func text(of findings: SuspectFindings) -> String {
    let ruling = findings.ruling
    let tests = ruling.tests.map { finding in
      let p = PValue(log10: log10(finding.pValue)).description
      let kind = finding.isExact ? "exact" : "approximate"
      let corrected = finding.correctedPValue.map {
        ", corrected \(PValue(log10: log10($0)).description)"
      }
      let name = statisticNames[finding.test] ?? "T"
      return """
        \(finding.test.rawValue.padded(to: 16)) \
        \("\(name) = \(Text.fixed(finding.statistic, 2))".padded(to: 12)) \
        p = \(p) (\(kind)\(corrected ?? "")); false accusations: \(finding.falseAccusationSentence)\
        \(finding.decides ? "" : "; not part of the verdict: accuses innocents")
        """
    }
    let lines =
      tests + findings.notes.map { "note             \($0)" }
      + [
        "power            \(ruling.powerSentence)",
        "verdict          \(ruling.sentence)",
      ]
    return "\(findings.suspect.printable(limit: 400))\n"
      + lines.map { "  \($0)" }.joined(separator: "\n")
  }

  private static let statisticNames: [TestFinding.Test: String] = [
    .styleKey: "T", .lineage: "corr.", .metaClassifier: "Δμ",
  ]
}
