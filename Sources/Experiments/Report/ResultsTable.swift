/// All numbers, one row a model.
struct ResultsTable {
  let report: EvidenceReport

  /// A heading, and what a phone shows before the value where the headings have no room.
  private static let columns: [Markup] = [
    "clean", "marked", "Δμ", "median p", "draws with p\u{A0}&lt;\u{A0}α", "the test says",
  ]

  private static let headings = columns.map { "<th scope=\"col\">\($0)</th>" as Markup }

  var markup: Markup {
    guard !report.suspects.isEmpty else {
      return "<p>No model was examined in this run.</p>\n"
    }
    return """
      <table class="results">
      <caption>Test: \(report.test.summary). Clean, marked: accuracy on clean test pictures and on \
      marked pictures no model was trained on.</caption>
      <thead><tr><th scope="col">model</th>\(Self.headings)\
      </tr></thead>
      <tbody>
      \(report.suspects.map(row))</tbody>
      </table>

      """
  }

  private func row(_ suspect: EvidenceReport.Suspect) -> Markup {
    let outcome = suspect.outcome
    let values: [String?] = [
      ReportNumbers.percent(suspect.cleanAccuracy),
      ReportNumbers.percent(suspect.markedAccuracy),
      outcome.flatMap { ReportNumbers.difference($0.meanDifference) },
      outcome.flatMap { ReportNumbers.pValue(log10: $0.medianLog10P) },
      outcome.flatMap { ReportNumbers.percent($0.rejectionRate) },
      outcome.map { suspect.role.answer(isAccused: $0.isAccused) } ?? "not tested",
    ]
    let cells = zip(Self.columns, values).map { column, value -> Markup in
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

extension EvidenceReport.Role {
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
