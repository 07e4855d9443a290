import OwnershipVerification

/// Whose own mistakes a suspect repeats: the victim's beside those of each sibling.
struct MistakeChart {
  private let evidence: SharedMistakesEvidence

  init(_ evidence: SharedMistakesEvidence) {
    self.evidence = evidence
  }

  var markup: Markup {
    """
    <figure class="accuracies">
    <ul class="chart" role="list">
    \(victimRow)\(siblingRow)\(Markers.percentAxis(title: "repeated, % of the mistakes that are one model’s own"))</ul>
    <figcaption><strong>Whose mistakes it repeats.</strong> \(evidence.sentence) The triangle is the \
    victim, each stroke a sibling.</figcaption>
    </figure>

    """
  }

  private var victimRow: Markup {
    let victim = evidence.victim
    return row(
      "the victim’s",
      [Markers.marker(.victim, x: ReportNumbers.position(victim.rate))],
      ReportNumbers.percent(victim.rate) ?? "unknown"
    )
  }

  private var siblingRow: Markup {
    let rates = evidence.siblings.map(\.rate)
    let ticks = rates.map(ReportNumbers.position).map { x -> Markup in
      "<line class=\"clean\" x1=\"\(x)\" x2=\"\(x)\" y1=\"20%\" y2=\"80%\"/>"
    }
    let mean = rates.reduce(0, +) / Double(max(1, rates.count))
    return row(
      "those of \(rates.count) siblings",
      ticks,
      "mean \(ReportNumbers.percent(mean) ?? "unknown")"
    )
  }

  private func row(_ name: String, _ marks: [Markup], _ counts: String) -> Markup {
    """
    <li class="row"><span class="who"><span class="name">\(name)</span></span>\
    <svg class="track" height="36" role="img" aria-label="\(name): \(counts)">\
    <line class="base" x1="0" x2="100%" y1="50%" y2="50%"/>\(marks)</svg>\
    <span class="value">\(counts)</span></li>

    """
  }
}
