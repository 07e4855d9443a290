import ArgumentParser
import Artifacts
import Datasets
import Foundation
import Networks
import OwnershipVerification
import Statistics

extension VerifyCommand {
  /// Runs the published test alone, and the lineage test if there is a victim.
  func judgeByPublishedTest(_ claim: Claim, _ victim: Classifier?) throws -> Bool {
    let test = try publishedTest(of: claim)
    let observer = TerminalObserver(advice: "Suspects examined so far were printed.")
    var anyStolen = false
    if format.format == .text { try Output.print(Self.heading(of: test)) }
    var failed = 0
    for suspect in suspects {
      let findings: PublishedFindings
      do {
        findings = try self.findings(on: suspect, claim, victim, test, observer)
      } catch let error where !error.isInterruption {
        failed += 1
        Self.report(error, about: suspect)
        continue
      }
      anyStolen = anyStolen || findings.verdict.accuses
      try Output.print(findings, as: format.format) {
        ([Self.line(for: findings.verdict)]
          + (findings.lineage.map { [Self.line(for: $0, test.significance)] } ?? []))
          .joined(separator: "\n")
      }
    }
    if format.format == .text {
      try Output.print("\nThis test calls most innocent models of the same structure stolen too.")
      try Output.print("Do not accuse anybody on it alone.")
    }
    if failed > 0 { throw ExitCode(exitCode ? 2 : 1) }
    return anyStolen
  }

  private func findings(
    on suspect: String,
    _ claim: Claim,
    _ victim: Classifier?,
    _ test: HypothesisTest,
    _ observer: TerminalObserver
  ) throws -> PublishedFindings {
    let file = URL(fileURLWithPath: suspect)
    let name = file.lastPathComponent.printable()
    observer.begin("verify", name)
    let (model, digest) = try Classifier.read(contentsOf: file, device: compute.torchDevice)
    let verdict = try runPublishedTest(
      on: model,
      named: file.relativePath,
      digest: digest,
      against: claim,
      test: test
    ) { try observer.update(Double($0) / Double(claim.heldOut.count), "\($0) gradients") }
    observer.finish("done")
    let lineage = try victim.map { victim in
      observer.begin("lineage", name)
      let evidence = try LineageTest().run(on: model, against: victim) {
        try observer.update(Double($0) / Double($1), "\($0) re-numberings")
      }
      observer.finish("done")
      return evidence
    }
    return PublishedFindings(verdict: verdict, lineage: lineage)
  }

  private static func line(for lineage: LineageEvidence, _ significance: Double) -> String {
    let sharesAncestry = lineage.pValue <= significance
    return
      "    lineage: weights correlate by \(Text.fixed(lineage.statistic, 2)) with the victim's, "
      + "p = \(Text.fixed(lineage.pValue, 3)) (\(lineage.isExact ? "exact" : "approximate")), "
      + (sharesAncestry ? "so they share ancestry" : "no shared ancestry shown")
  }

  private static func heading(of test: HypothesisTest) -> String {
    """
    \(test.method.rawValue), m = \(test.sampleSize), \(test.repeats) draws, α = \(test.significance)

      \("suspect".padded(to: 40))     Δμ   \("p".padded(to: 12)) the published test says
    """
  }

  private static func line(for verdict: PublishedTestResult) -> String {
    let whole = verdict.suspect.printable(limit: 400)
    let name = whole.count > 40 ? "…" + whole.suffix(39) : whole
    return "  \(name.padded(to: 40))  \(Text.fixed(verdict.deltaMu, 2).leftPadded(to: 5))   "
      + "\(PValue(log10: verdict.log10P).description.padded(to: 12)) "
      + (verdict.accuses ? "stolen" : "not shown")
  }
}

/// What the published test found out about one suspect.
private struct PublishedFindings: Encodable {
  let verdict: PublishedTestResult
  let lineage: LineageEvidence?

  private enum CodingKeys: String, CodingKey {
    case lineage
  }

  /// Writes the verdict's fields, and the lineage test beside them.
  func encode(to encoder: any Encoder) throws {
    try verdict.encode(to: encoder)
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encodeIfPresent(lineage, forKey: .lineage)
  }
}
