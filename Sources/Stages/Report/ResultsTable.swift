import OwnershipVerification

/// All numbers, one row a model.
struct ResultsTable {
  let report: EvidenceReport

  private struct Column {
    /// The heading, and what a phone shows before the value where the headings have no room.
    let heading: Markup
    /// Words rather than a number.
    var isText = false
    /// The value, nil where there is none.
    let value: (EvidenceReport.Suspect) -> String?

    var cellClass: Markup { isText ? " class=\"says\"" : "" }
  }

  private var columns: [Column] {
    Self.accuracies + (isRuled ? Self.ruling : []) + Self.published
  }

  /// Whether Hallmark's own tests were run.
  private var isRuled: Bool { report.suspects.contains { $0.findings != nil } }

  private static var accuracies: [Column] {
    [
      Column(heading: "clean") { ReportNumbers.percent($0.cleanAccuracy) },
      Column(heading: "marked") { ReportNumbers.percent($0.markedAccuracy) },
    ]
  }

  private static var ruling: [Column] {
    [
      Column(heading: "lead") { ReportNumbers.difference($0.findings?.ruling.effect) },
      Column(heading: "exact p") { suspect in
        suspect.findings.flatMap { ReportNumbers.pValue($0.styleKey.result.pValue) }
      },
      Column(heading: "Hallmark says", isText: true) { suspect in
        suspect.findings.map { suspect.role.answer($0.ruling.outcome) } ?? "not tested"
      },
    ]
  }

  private static var published: [Column] {
    [
      Column(heading: "Δμ") { suspect in
        suspect.outcome.flatMap { ReportNumbers.difference($0.meanDifference) }
      },
      Column(heading: "median p") { suspect in
        suspect.outcome.flatMap { ReportNumbers.pValue(log10: $0.medianLog10P) }
      },
      Column(heading: "draws with p\u{A0}&lt;\u{A0}α") { suspect in
        suspect.outcome.flatMap { ReportNumbers.percent($0.rejectionRate) }
      },
      Column(heading: "the published test says", isText: true) { suspect in
        suspect.outcome.map { suspect.role.answer(isAccused: $0.isAccused) } ?? "not tested"
      },
    ]
  }

  var markup: Markup {
    guard !report.suspects.isEmpty else {
      return "<p>No model was examined in this run.</p>\n"
    }
    let headings = columns.map { column -> Markup in
      "<th scope=\"col\"\(column.cellClass)>\(column.heading)</th>"
    }
    return """
      <table class="results">
      <caption>Published test: \(report.test.summary).\(leadCaption) Clean, marked: accuracy on clean test \
      pictures and on marked pictures no model was trained on.</caption>
      <thead><tr><th scope="col">model</th>\(headings)\
      </tr></thead>
      <tbody>
      \(report.suspects.map(row))</tbody>
      </table>

      """
  }

  private var leadCaption: Markup {
    guard isRuled else { return "" }
    return """
       Lead: over innocent models on the secret style, in standard deviations from the mean lead on random \
      styles; exact p: the style-key test’s.
      """
  }

  private func row(_ suspect: EvidenceReport.Suspect) -> Markup {
    let cells = columns.map { column -> Markup in
      """
      <td\(column.cellClass)><span class="column" aria-hidden="true">\(column.heading)</span> \
      \(column.value(suspect) ?? "–")</td>
      """
    }
    return """
      <tr><th scope="row"><bdi class="name">\(suspect.name.shortened(to: 120))</bdi> \
      <span class="role \(suspect.role.markerName)">\(suspect.role.label)</span></th>\(cells)</tr>

      """
  }
}

extension EvidenceReport.Role {
  /// Hallmark's answer, and whether it is wrong where the truth is known.
  fileprivate func answer(_ outcome: Ruling.Outcome) -> String {
    switch (self, outcome) {
    case (.innocent, .stolen), (.benign, .stolen): "\(outcome.rawValue), wrongly"
    case (.stolen, .notShown), (.victim, .notShown): "\(outcome.rawValue), missed"
    default: outcome.rawValue
    }
  }

  /// The answer of the published test, and whether it is wrong where the truth is known.
  func answer(isAccused: Bool) -> String {
    switch (self, isAccused) {
    case (.innocent, true), (.benign, true): "accused, wrongly"
    case (.stolen, false), (.victim, false): "not accused, missed"
    case (_, true): "accused"
    case (_, false): "not accused"
    }
  }
}
