/// How much of its accuracy each model keeps on marked pictures: a pair of markers on one line.
struct AccuracyChart {
  private let suspects: [EvidenceReport.Suspect]
  private let classCount: Int?

  /// Returns nil if no accuracy was measured.
  init?(_ suspects: [EvidenceReport.Suspect], classCount: Int?) {
    self.suspects = suspects.filter { $0.clean != nil || $0.marked != nil }
    guard !self.suspects.isEmpty else { return nil }
    self.classCount = classCount.flatMap { $0 > 1 ? $0 : nil }
  }

  var markup: Markup {
    """
    <figure class="accuracies">
    <ul class="chart" role="list">
    \(suspects.map(row))\(Markers.percentAxis(title: "accuracy, % of the pictures"))</ul>
    \(Markers.legend(suspects, then: [cleanLegend]))\
    <figcaption>\(caption)</figcaption>
    </figure>

    """
  }

  private func row(_ suspect: EvidenceReport.Suspect) -> Markup {
    let clean = ReportNumbers.percent(suspect.clean) ?? "not measured"
    let marked = ReportNumbers.percent(suspect.marked) ?? "not measured"
    return """
      <li class="row">\(suspect.chartLabel)\
      <svg class="track" height="36" role="img" \
      aria-label="clean pictures \(clean), marked pictures \(marked)">\
      \(chanceLine)<line class="base" x1="0" x2="100%" y1="50%" y2="50%"/>\(marks(suspect))</svg>\
      <span class="value">\(clean) → <b>\(marked)</b></span></li>

      """
  }

  private func marks(_ suspect: EvidenceReport.Suspect) -> [Markup] {
    let clean = suspect.clean.map(ReportNumbers.position)
    let marked = suspect.marked.map(ReportNumbers.position)
    var marks: [Markup] = []
    if let clean, let marked {
      marks.append(
        """
        <line class="span \(suspect.role.markerName)" x1="\(marked)" x2="\(clean)" y1="50%" y2="50%"/>
        """
      )
    }
    if let clean {
      marks.append("<line class=\"clean\" x1=\"\(clean)\" x2=\"\(clean)\" y1=\"20%\" y2=\"80%\"/>")
    }
    if let marked { marks.append(Markers.marker(suspect.role, x: marked)) }
    return marks
  }

  private var chanceLine: Markup {
    guard let classCount else { return "" }
    let x = ReportNumbers.position(1 / Double(classCount))
    return "<line class=\"chance\" x1=\"\(x)\" x2=\"\(x)\" y1=\"0\" y2=\"100%\"/>"
  }

  private var cleanLegend: Markup {
    let chance: Markup =
      classCount.map { count in
        """
        <li><svg width="20" height="18" aria-hidden="true">\
        <line class="chance" x1="10" x2="10" y1="0" y2="18"/></svg>\
        pure guessing, 1 in \(count)</li>
        """
      } ?? ""
    return """
      <li><svg width="20" height="18" aria-hidden="true">\
      <line class="clean" x1="10" x2="10" y1="1" y2="17"/></svg>on clean pictures</li>\(chance)
      """
  }

  private var caption: Markup {
    """
    <strong>Who carries the mark.</strong> From accuracy on clean test pictures (bar) to accuracy on \
    marked ones that no model was trained on (the model’s own shape). The shorter the line, the more \
    a model knows of the style.
    """
  }
}

extension EvidenceReport.Suspect {
  /// Clean accuracy, unless it is missing or not a number.
  var clean: Double? { ReportNumbers.finite(cleanAccuracy) }
  /// Marked accuracy, unless it is missing or not a number.
  var marked: Double? { ReportNumbers.finite(markedAccuracy) }
}
