import OwnershipVerification
import Statistics

/// All numbers, one row a model.
struct ResultsTable {
  let report: EvidenceReport

  /// A heading, and what a phone shows before the value where the headings have no room.
  private var columns: [Markup] {
    ["clean", "marked"]
      + (isRuled ? ["lead", "exact p", "Hallmark says"] : [])
      + ["Δμ", "median p", "draws with p\u{A0}&lt;\u{A0}α", "the published test says"]
  }

  private var headings: [Markup] { columns.map { "<th scope=\"col\">\($0)</th>" } }

  /// Whether Hallmark's own tests were run.
  private var isRuled: Bool { report.suspects.contains { $0.findings != nil } }

  private var leadCaption: Markup {
    guard isRuled else { return "" }
    return """
       Lead: on the secret style, in standard deviations of the leads on random ones; exact p: the style-key \
      test’s.
      """
  }

  var markup: Markup {
    guard !report.suspects.isEmpty else {
      return "<p>No model was examined in this run.</p>\n"
    }
    return """
      <table class="results">
      <caption>Published test: \(report.test.summary).\(leadCaption) Clean, marked: accuracy on clean test pictures and on \
      marked pictures no model was trained on.</caption>
      <thead><tr><th scope="col">model</th>\(headings)\
      </tr></thead>
      <tbody>
      \(report.suspects.map(row))</tbody>
      </table>

      """
  }

  private func row(_ suspect: EvidenceReport.Suspect) -> Markup {
    let outcome = suspect.outcome
    let accuracies = [suspect.cleanAccuracy, suspect.markedAccuracy].map {
      ReportNumbers.percent($0)
    }
    let published: [String?] = [
      outcome.flatMap { ReportNumbers.difference($0.meanDifference) },
      outcome.flatMap { ReportNumbers.pValue(log10: $0.medianLog10P) },
      outcome.flatMap { ReportNumbers.percent($0.rejectionRate) },
      outcome.map { suspect.role.answer(isAccused: $0.isAccused) } ?? "not tested",
    ]
    let cells = zip(columns, accuracies + (isRuled ? ruled(suspect) : []) + published).map {
      column,
      value -> Markup in
      """
      <td><span class="column" aria-hidden="true">\(column)</span> \(value ?? "–")</td>
      """
    }
    return """
      <tr><th scope="row"><bdi class="name">\(suspect.name.shortened(to: 120))</bdi> \
      <span class="role \(suspect.role.markerName)">\(suspect.role.label)</span></th>\(cells)</tr>

      """
  }
}

extension ResultsTable {
  private func ruled(_ suspect: EvidenceReport.Suspect) -> [String?] {
    guard let findings = suspect.findings else { return [nil, nil, "not tested"] }
    let p = PValue(findings.styleKey.result.pValue)
    return [
      ReportNumbers.difference(findings.ruling.effect), ReportNumbers.pValue(log10: p.log10),
      findings.ruling.outcome.rawValue + suspect.role.remark(on: findings.ruling.outcome),
    ]
  }
}

extension EvidenceReport.Role {
  /// What is wrong with an outcome where the truth is known.
  fileprivate func remark(on outcome: Ruling.Outcome) -> String {
    switch (self, outcome) {
    case (.innocent, .stolen), (.benign, .stolen): ", wrongly"
    case (.stolen, .notShown), (.victim, .notShown): ", missed"
    default: ""
    }
  }

  /// The answer of the test, and whether it is wrong where the truth is known.
  func answer(isAccused: Bool) -> String {
    switch (self, isAccused) {
    case (.innocent, true), (.benign, true): "accused, wrongly"
    case (.stolen, false), (.victim, false): "not accused, missed"
    case (_, true): "accused"
    case (_, false): "not accused"
    }
  }
}
