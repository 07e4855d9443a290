import OwnershipVerification
import Statistics

/// How far every model's lead over innocent models on the secret style stands out from its leads on random
/// styles.
struct StyleKeyChart {
  private let rows: [Row]
  private let low: Double
  private let high: Double

  private struct Row {
    let suspect: EvidenceReport.Suspect
    let findings: SuspectFindings
    /// Leads on decoys, from their mean and in their standard deviations.
    let decoys: [Double]
  }

  /// Returns nil if Hallmark's tests were run on no model, or no model's scores spread.
  init?(_ report: EvidenceReport) {
    rows = report.suspects.compactMap { suspect in
      guard let findings = suspect.findings,
        let summary = try? Summary(of: findings.styleKey.result.decoys),
        let deviation = summary.standardDeviation, deviation > 0
      else { return nil }
      let decoys = findings.styleKey.result.decoys.map { ($0 - summary.mean) / deviation }
      return Row(suspect: suspect, findings: findings, decoys: decoys)
    }
    let leads = rows.flatMap { $0.decoys + [$0.findings.ruling.effect] }
    guard let least = leads.min(), let most = leads.max() else { return nil }
    (low, high) = (least - 0.5, most + 0.5)
  }

  var markup: Markup {
    """
    <figure class="scores">
    <ul class="chart" role="list">
    \(rows.map(row))\(axisRow)</ul>
    \(Markers.legend(rows.map(\.suspect), then: [decoyLegend]))\
    <figcaption>\(caption)</figcaption>
    </figure>

    """
  }

  private func row(_ row: Row) -> Markup {
    let ruling = row.findings.ruling
    let p = ReportNumbers.equation(
      "p",
      ReportNumbers.pValue(row.findings.styleKey.result.pValue)
    )
    let marker = Markers.marker(row.suspect.role, x: place(ruling.effect))
    return """
      <li class="row">\(row.suspect.chartLabel)\
      <svg class="track" height="40" role="img" aria-label="\(p), \(ruling.outcome.rawValue)">\
      \(zone(ruling))<line class="base" x1="0" x2="100%" y1="50%" y2="50%"/>\
      <svg class="draws" y="50%">\(row.decoys.enumerated().map(decoy))</svg>\(marker)</svg>\
      <span class="value"><b>\(p)</b> <span class="answer">\(ruling.outcome.rawValue)</span></span></li>

      """
  }

  /// Moved up and down a little so that equal ones stay apart.
  private func decoy(index: Int, lead: Double) -> Markup {
    """
    <circle class="draw" cx="\(place(lead))" cy="\(index * 8 % 21 - 10)" r="1.5"/>
    """
  }

  /// The ground on which this model would be called stolen.
  private func zone(_ ruling: Ruling) -> Markup {
    guard let threshold = ruling.smallestEffect else { return "" }
    let edge = ReportNumbers.position(share(threshold))
    let width = ReportNumbers.position(1 - min(max(share(threshold), 0), 1))
    return """
      <rect class="zone" x="\(edge)" width="\(width)" height="100%"/>\
      <line class="alpha" x1="\(edge)" x2="\(edge)" y1="0" y2="100%"/>
      """
  }

  private func share(_ lead: Double) -> Double { (lead - low) / (high - low) }

  private func place(_ lead: Double) -> String { ReportNumbers.position(share(lead)) }

  private var axisRow: Markup {
    let step = high - low > 16 ? 4.0 : 2
    let first = (low / step).rounded(.up) * step
    let ticks = stride(from: first, through: high, by: step).map { lead -> Markup in
      """
      <line class="tick" x1="\(place(lead))" x2="\(place(lead))" y1="0" y2="5"/>\
      <text x="\(place(lead))" y="18" text-anchor="middle">\(Int(lead))</text>
      """
    }
    return """
      <li class="row scale" aria-hidden="true"><svg class="track" height="38">\
      <line class="axis" x1="2%" x2="98%" y1="0" y2="0"/>\(ticks)\
      <text class="title" x="50%" y="35" text-anchor="middle">lead over innocent models, in standard \
      deviations from its mean on random styles</text></svg></li>

      """
  }

  private var decoyLegend: Markup {
    """
    <li><svg width="20" height="18" aria-hidden="true">\
    <circle class="draw" cx="6" cy="6" r="1.5"/><circle class="draw" cx="14" cy="9" r="1.5"/>\
    <circle class="draw" cx="8" cy="13" r="1.5"/></svg>random styles</li>
    """
  }

  private var caption: Markup {
    let decoys = rows.first.map { ReportNumbers.count($0.decoys.count) } ?? "0"
    let m = rows.first.map { ReportNumbers.count($0.findings.ruling.pictureCount) } ?? "0"
    let significance = rows.first.map { ReportNumbers.level($0.findings.ruling.significance) } ?? ""
    return """
      <strong>The secret style among random ones.</strong> Large markers: each model’s lead over innocent \
      models on the secret style. Dots: its leads on \(decoys) random styles that nobody trained on, \
      \(m) pictures each; zero is their mean. In the tinted part a model is called stolen \
      (α\u{A0}=\u{A0}\(significance)). One that has nothing to do with the victim gets there with a probability \
      of at most α.
      """
  }
}
