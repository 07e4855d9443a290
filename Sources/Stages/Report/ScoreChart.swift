internal import Glibc

/// Where log₁₀ p lies on an axis that runs from 1 at the left to the smallest p at the right.
///
/// The axis ends at 10⁻¹² at the latest: what decides happens near α, and a p-value far below says
/// more about saturated posteriors than about models.
struct PValueAxis {
  /// The number of powers of ten shown: 6, 8, 10 or 12.
  let decades: Int

  init(containing log10P: [Double]) {
    let largest = log10P.filter { $0.isFinite }.map { -$0 }.max() ?? 0
    let isEndless = log10P.contains(-.infinity)
    let even = 2 * Int((min(largest, 12) / 2).rounded(.up))
    decades = isEndless ? 12 : max(6, even)
  }

  /// The share of the axis left of a p-value; above 1 if it is off the chart.
  func share(_ log10P: Double) -> Double {
    -log10P / Double(decades)
  }

  var ticks: [(share: Double, label: String)] {
    stride(from: 0, through: decades, by: 2).map { exponent in
      let log10P = -Double(exponent)
      let label =
        switch exponent {
        case 0: "1"
        case 2: "0.01"
        default: ReportNumbers.powerOfTen(-exponent)
        }
      return (share(log10P), label)
    }
  }
}

/// The p-values of every tested model on one logarithmic axis, with the line at α.
struct ScoreChart {
  private let suspects: [EvidenceReport.Suspect]
  private let test: EvidenceReport.Test
  private let axis: PValueAxis
  private let threshold: Double

  /// Returns nil if no model was tested.
  init?(_ report: EvidenceReport) {
    suspects = report.suspects.filter { $0.outcome.map { !$0.medianLog10P.isNaN } ?? false }
    guard !suspects.isEmpty else { return nil }
    test = report.test
    let outcomes = suspects.compactMap(\.outcome)
    axis = PValueAxis(containing: outcomes.map(\.medianLog10P) + outcomes.flatMap(\.log10P))
    threshold = axis.share(log10(test.significance))
  }

  var markup: Markup {
    """
    <figure class="scores">
    <ul class="chart" role="list">
    \(alphaLabel)\(suspects.map(row))\(axisRow)</ul>
    \(Markers.legend(suspects, then: explanations))\
    <figcaption>\(caption)</figcaption>
    </figure>

    """
  }

  private func row(_ suspect: EvidenceReport.Suspect) -> Markup {
    guard let outcome = suspect.outcome else { return "" }
    let answer = outcome.isAccused ? "accused" : "not accused"
    let p = ReportNumbers.equation("p", ReportNumbers.pValue(log10: outcome.medianLog10P))
    let share = axis.share(outcome.medianLog10P)
    let place = ReportNumbers.position(share)
    let beyond: Markup =
      share > 1
      ? "<use href=\"#beyond\" class=\"beyond \(suspect.role.markerName)\" x=\"\(place)\" y=\"50%\"/>"
      : ""
    return """
      <li class="row">\(suspect.chartLabel)\
      <svg class="track" height="40" role="img" aria-label="median \(p), \(answer)">\
      \(zone)<line class="base" x1="0" x2="100%" y1="50%" y2="50%"/>\
      <svg class="draws" y="50%">\(draws(outcome.log10P, of: suspect.role))</svg>\
      \(Markers.marker(suspect.role, x: place))\(beyond)</svg>\
      <span class="value"><b>\(p)</b> <span class="answer">\(answer)</span></span></li>

      """
  }

  /// The p of each draw, moved up and down a little so that equal ones stay apart.
  private func draws(_ log10P: [Double], of role: EvidenceReport.Role) -> [Markup] {
    log10P.filter { !$0.isNaN }.enumerated().map { index, value in
      let place = ReportNumbers.position(axis.share(value))
      return """
        <circle class="draw \(role.markerName)" cx="\(place)" cy="\(index * 8 % 21 - 10)" r="2"/>
        """
    }
  }

  /// The ground on which a model is accused, and its edge at α.
  private var zone: Markup {
    let edge = ReportNumbers.position(threshold)
    let width = ReportNumbers.position(1 - min(max(threshold, 0), 1))
    return """
      <rect class="zone" x="\(edge)" width="\(width)" height="100%"/>\
      <line class="alpha" x1="\(edge)" x2="\(edge)" y1="0" y2="100%"/>
      """
  }

  private var alphaLabel: Markup {
    let anchor = threshold > 0.5 ? "end" : "start"
    let text = "accused: p < α = \(ReportNumbers.level(test.significance))"
    let edge = ReportNumbers.position(threshold)
    return """
      <li class="row scale" aria-hidden="true"><svg class="track" height="20">\
      \(zone)<text class="zone-label" x="\(edge)" \
      dx="\(threshold > 0.5 ? -5 : 5)" y="14" text-anchor="\(anchor)">\(text)</text></svg></li>

      """
  }

  private var axisRow: Markup {
    let ticks = axis.ticks.map { tick -> Markup in
      let x = ReportNumbers.position(tick.share)
      return """
        <line class="tick" x1="\(x)" x2="\(x)" y1="0" y2="5"/>\
        <text x="\(x)" y="18" text-anchor="middle">\(tick.label)</text>
        """
    }
    return """
      <li class="row scale" aria-hidden="true"><svg class="track" height="38">\
      <line class="axis" x1="2%" x2="98%" y1="0" y2="0"/>\(ticks)\
      <text class="title" x="50%" y="35" text-anchor="middle">p, logarithmic; smaller to the right\
      </text></svg></li>

      """
  }

  private var explanations: [Markup] {
    let outcomes = suspects.compactMap(\.outcome)
    var entries: [Markup] = []
    if outcomes.contains(where: { !$0.log10P.isEmpty }) {
      entries.append(
        """
        <li><svg width="20" height="18" aria-hidden="true">\
        <circle class="draw" cx="6" cy="6" r="2"/><circle class="draw" cx="14" cy="9" r="2"/>\
        <circle class="draw" cx="8" cy="13" r="2"/></svg>single draws</li>
        """
      )
    }
    if outcomes.contains(where: { axis.share($0.medianLog10P) > 1 }) {
      entries.append(
        """
        <li><svg width="20" height="18" aria-hidden="true">\
        <use href="#beyond" class="beyond" x="-5" y="9"/></svg>beyond the end of the axis</li>
        """
      )
    }
    return entries
  }

  private var caption: Markup {
    """
    <strong>What the published test says.</strong> Large markers: \(test.combination.shortened(to: 80)) of \
    \(ReportNumbers.count(test.repeats)) draws. \(test.summary.startingLarge). The further right, the less a \
    model’s scores look like those of the comparison model B.
    """
  }
}

extension EvidenceReport.Test {
  /// Everything that must be said with a number: "paired t-test, one-sided, m = 10, 40 draws, …".
  var summary: String {
    let draws = "\(ReportNumbers.count(repeats)) \(repeats == 1 ? "draw" : "draws")"
    return
      "\(name.shortened(to: 80)), m\u{A0}=\u{A0}\(ReportNumbers.count(sampleSize)), \(draws) combined by "
      + "\(combination.shortened(to: 80)), α\u{A0}=\u{A0}\(ReportNumbers.level(significance))"
  }
}

extension String {
  /// The text as the beginning of a sentence.
  fileprivate var startingLarge: String {
    prefix(1).uppercased() + dropFirst()
  }
}
