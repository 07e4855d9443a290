import ArgumentParser
import Artifacts
import Foundation
import Networks
import OwnershipVerification
import Stages
import Statistics

extension VerifyCommand {
  /// Runs every test that applies, and prints one verdict for each suspect.
  func rule(by examination: Examination, on claim: Claim, _ victim: Classifier?) throws -> Bool {
    let test = try publishedTest(of: claim)
    let observer = TerminalObserver(advice: "Suspects examined so far were printed.")
    var all: [SuspectFindings] = []
    var failed = 0
    for (name, accuse) in accused + answering.accused(for: examination.originals) {
      let findings: SuspectFindings
      do {
        findings = try examination.findings(
          on: accuse(),
          claim: claim,
          victim: victim,
          publishedTest: test,
          significance: significance ?? 0.01,
          candidates: chosenAmong ?? 1,
          observer: observer
        )
      } catch let error where !error.isInterruption {
        failed += 1
        Self.report(error, about: name)
        continue
      }
      try Output.print(findings, as: format.format) { Self.text(of: findings) }
      all.append(findings)
    }
    if let report, !all.isEmpty {
      let page = try RulingReport(examination: examination, claim: claim, findings: all).html()
      try AtomicFile.write(Array(page.utf8), to: URL(fileURLWithPath: report))
      FileHandle.standardError.write(Data("  report   \(report)\n".utf8))
    }
    if failed > 0 { throw ExitCode(exitCode ? 2 : 1) }
    return all.contains { $0.ruling.outcome == .stolen }
  }

  /// Says why a suspect could not be examined: it protects no other, which are examined all the same.
  static func report(_ error: any Error, about suspect: String) {
    let name = "'\(suspect.printable(limit: 400))'"
    let reason = "\(error)"
    let isNamed = reason.contains(name)
    let text = "Error: \(isNamed ? "" : "cannot examine \(name): ")\(reason)\n"
    FileHandle.standardError.write(Data(text.utf8))
  }

  /// The suspects, each read when its turn comes.
  private var accused: [(name: String, make: () throws -> AccusedModel)] {
    suspects.map { path in
      (
        path,
        { try AccusedModel(contentsOf: URL(fileURLWithPath: path), device: compute.torchDevice) }
      )
    }
  }

  private static func text(of findings: SuspectFindings) -> String {
    let ruling = findings.ruling
    let tests = ruling.tests.map { finding in
      let p = PValue(finding.pValue).description
      let kind = finding.isExact ? "exact" : "approximate"
      let corrected = finding.correctedPValue.map {
        ", corrected \(PValue($0).description)"
      }
      let name = statisticNames[finding.test] ?? "T"
      return """
        \(finding.test.rawValue.padded(to: 16)) \
        \("\(name) = \(Text.fixed(finding.statistic, 2))".padded(to: 12)) \
        p = \(p) (\(kind)\(corrected ?? "")); false accusations: \(finding.falseAccusationSentence)\
        \(finding.reasonNotToDecide.map { "; not part of the verdict: \($0)" } ?? "")
        """
    }
    let tail = findings.styleKey.result.approximateTail.map {
      """
      tail             about \(PValue(log10: $0.log10P).description) if scores went on as they do near their \
      end (approximation, no part of the verdict)
      """
    }
    let mistakes = findings.sharedMistakes.map { "mistakes         \($0.sentence)" }
    let lines =
      tests + [tail, mistakes].compactMap(\.self) + findings.notes.map { "note             \($0)" }
      + [
        "power            \(ruling.powerSentence)",
        "verdict          \(ruling.sentence)",
      ]
    return "\(findings.suspect.printable(limit: 400))\n"
      + lines.map { "  \($0)" }.joined(separator: "\n")
  }

  private static let statisticNames: [TestFinding.Test: String] = [
    .styleKey: "T", .lineage: "corr.", .sharedMistakes: "lead", .metaClassifier: "Δμ",
  ]
}

extension Error {
  /// Whether the user stopped the work.
  var isInterruption: Bool {
    if case .interrupted? = self as? StageError { true } else { false }
  }
}
