import Artifacts
import Datasets
import Foundation
public import OwnershipVerification

/// The verdicts on suspects as one HTML page for people who do not do statistics.
///
/// It opens with the verdict in one sentence, shows the secret style's score among the decoys', what the
/// examiner's own models make of the same pictures, and says in one sentence what each test found. As with
/// `EvidenceReport`, nothing is loaded or run, and names are escaped. It shows the secret style.
public struct RulingReport {
  private let examination: Examination
  private let claim: Claim
  private let findings: [SuspectFindings]

  /// Creates a report.
  ///
  /// - Parameters:
  ///   - examination: What was examined with.
  ///   - claim: The claim that it is of.
  ///   - findings: What was found, in the order in which it is shown.
  public init(examination: Examination, claim: Claim, findings: [SuspectFindings]) {
    self.examination = examination
    self.claim = claim
    self.findings = findings
  }

  /// Returns the page, which is also well-formed XML.
  ///
  /// - Throws: `DatasetError` if a picture cannot be encoded as PNG.
  public func html() throws -> String {
    let pictures = PictureSection(pairs: pairs)
    let sections = try findings.map(section)
    let page: Markup = """
      <!DOCTYPE html>
      <html lang="en">
      \(EvidenceReport.head(title: "Hallmark examination"))<body>
      \(Markers.definitions)<header>
      <p class="title">Hallmark examination</p>
      <h1>\(heading)</h1>
      \(explanation)\
      <p class="caution" role="note"><strong>This page shows the secret style.</strong> Whoever sees it can \
      imitate it: keep it to those who must judge.</p>
      </header>
      <main>
      \(sections)<section aria-labelledby="pictures">
      <h2 id="pictures">The pictures</h2>
      <p>The examiner chose \(examination.originals.count) test pictures at random and repainted them in the \
      secret style, which follows from a number that the owner had committed to and a random value that \
      came later\(examination.draw.plan.record == nil ? Self.unrecorded : Self.recorded).</p>
      \(try pictures.gallery())</section>
      \(EvidenceReport.section(of: settings))</main>
      <footer>Hallmark \(hallmarkVersion). The exact rank test is Barnard’s (1963); several tests are \
      corrected by Holm (1979).</footer>
      </body>
      </html>

      """
    return page.source
  }

  private static let recorded: Markup = """
    . Nobody could choose it, if the commitment was on record before that value was published: whoever judges \
    should look both up
    """
  private static let unrecorded: Markup = """
    . That nobody could choose it, and how often the owner tried, is the owner’s word: the examiner was \
    given no registrar’s record
    """

  private var heading: String {
    if findings.count == 1 { return findings[0].ruling.headline }
    let counts = Ruling.Outcome.allCases.compactMap { outcome -> String? in
      let count = findings.count { $0.ruling.outcome == outcome }
      return count == 0 ? nil : "\(count) \(outcome.rawValue)"
    }
    return "\(findings.count) suspects: \(counts.joined(separator: ", "))"
  }

  private var explanation: Markup {
    findings.count == 1 ? "<p>\(findings[0].ruling.explanation)</p>\n" : ""
  }

  private func section(_ found: SuspectFindings) throws -> Markup {
    let tests = found.ruling.tests.map { test -> Markup in
      """
      <li><strong>\(test.test.rawValue)</strong>\(test.decides ? "" : " (not part of the verdict)"): \
      \(found.ruling.sentence(on: test)) False accusations: \(test.falseAccusationSentence).</li>

      """
    }
    let notes = found.notes.map { "<li>Note: \($0.shortened(to: 300)).</li>\n" as Markup }
    let verdict: Markup =
      findings.count == 1 ? "" : "<p><strong>\(found.ruling.sentence)</strong></p>\n"
    return """
      <section class="suspect">
      <h2><bdi>\(found.suspect.shortened(to: 120))</bdi></h2>
      \(verdict)\(DecoyHistogram(found.styleKey, found.ruling)?.markup ?? "")<ul class="findings">
      \(tests)\(notes)<li><strong>power</strong>: \(found.ruling.powerSentence)</li>
      </ul>
      \(found.sharedMistakes.map { MistakeChart($0).markup } ?? "")\
      \(AccuracyChart(models(found), classCount: examination.originals.classCount)?.markup ?? "")</section>

      """
  }

  /// The suspect and the examiner's own models, for the chart of accuracies.
  private func models(_ found: SuspectFindings) -> [EvidenceReport.Suspect] {
    let evidence = found.styleKey
    func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(1, values.count)) }
    let own = EvidenceReport.Suspect(
      name: found.suspect,
      role: .unknown,
      cleanAccuracy: evidence.clean.accuracy,
      markedAccuracy: mean(evidence.secretAccuracies)
    )
    return [own]
      + zip(evidence.benignCleanAccuracies, evidence.benignSecretAccuracies).enumerated()
      .map { index, accuracies in
        EvidenceReport.Suspect(
          name: "the examiner’s model \(index + 1)",
          role: .innocent,
          cleanAccuracy: accuracies.0,
          markedAccuracy: mean(accuracies.1)
        )
      }
  }

  /// The first picture of each class, which comes first in its run, before and after.
  private var pairs: [EvidenceReport.Pair] {
    let secret = examination.styleKey.secrets.sets[0]
    let originals = examination.originals
    let shown = originals.indices.filter {
      $0 == 0 || originals.labels[$0] != originals.labels[$0 - 1]
    }.prefix(12)
    return shown.map { index in
      .init(
        original: originals[index],
        marked: secret[index],
        className: originals.classNames[originals.labels[index]]
      )
    }
  }

  private func innocentModels(_ plan: ExaminationDraw.Plan) -> String {
    guard plan.givenBenign.isEmpty else {
      return "\(plan.givenBenign.count), given to the examiner"
    }
    return "\(plan.settings.benignCount) × \(plan.settings.architecture)"
  }

  private func siblings(_ plan: ExaminationDraw.Plan) -> String {
    guard let siblings = plan.settings.siblings else { return "none" }
    let share = ReportNumbers.shortPercent(siblings.rate) ?? ""
    return "\(siblings.count) × \(plan.settings.architecture), \(share) marked"
  }

  private var settings: [EvidenceReport.SettingGroup] {
    let plan = examination.draw.plan
    let first = findings.first
    let seed = examination.draw.seed.map { String(format: "%02x", $0) }.joined()
    return [
      .init(
        "Examination",
        [
          ("decoys N", "\(plan.settings.decoyCount)"),
          ("pictures m", "\(plan.settings.pictureCount)"),
          ("clean pictures", "\(examination.styleKey.clean.count)"),
          ("secret styles K", "\(examination.styleKey.secrets.styleCount)"),
          ("innocent models R", innocentModels(plan)),
          ("siblings of the victim", siblings(plan)),
          ("the owner’s attempt k", "\(examination.attempt)"),
          ("significance α", first.map { "\($0.ruling.significance)" } ?? "not set"),
          ("drawn on", examination.draw.date),
          ("drawn bytes", seed),
        ]
      ),
      .init(
        "SHA-256",
        [
          ("claim", "\(claim.digest)"), ("examination", "\(examination.digest)"),
          ("commitment", "\(plan.commitment)"), ("data", "\(plan.data)"),
        ]
          + findings.map { ($0.suspect, $0.suspectDigest.map { "\($0)" } ?? "not a file") }
      ),
    ]
  }
}
