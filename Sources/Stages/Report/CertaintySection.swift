import OwnershipVerification

/// "How sure can I be?": what the numbers of this report mean, in plain words.
struct CertaintySection {
  let report: EvidenceReport

  var markup: Markup {
    """
    <section aria-labelledby="certainty">
    <h2 id="certainty">How sure can I be?</h2>
    <div class="certainty">
    \(rulingParagraph)\(pValueParagraph)\(posteriorParagraph)\(scoresParagraph)\(trialParagraph)\(markParagraph)\
    \(adviceParagraph)</div>
    </section>

    """
  }

  /// What the verdict rests on; nothing if Hallmark's own tests were not run.
  private var rulingParagraph: Markup {
    guard let ruling = report.suspects.lazy.compactMap(\.findings?.ruling).first else { return "" }
    let rate = ruling.tests.first?.falseAccusationSentence ?? "not measured with these settings"
    let seeded: Markup =
      report.isDemonstration
      ? """
       Here number, value and further draws all follow from one seed: this demonstration shows the procedure \
      and proves nothing.
      """ : ""
    return """
      <p><strong>What Hallmark’s verdict rests on.</strong> A secret style is drawn at random, from a \
      number that the owner has committed to and a value that comes later, so an innocent model treats it like \
      any other draw from the same family. Its rank among \(ReportNumbers.count(ruling.decoyCount)) further \
      draws gives an exact p: the chance that an innocent model does as well. Corrected for the number of the \
      owner’s registration, here \(ReportNumbers.count(ruling.attempt)), and for other deciding tests, it must \
      not exceed α\u{A0}=\u{A0}\(ReportNumbers.level(ruling.significance)).\(seeded) False accusations measured \
      elsewhere: \(rate). “Not shown” clears nobody: a thief who learned little of the mark looks like this.</p>

      """
  }

  private var pValueParagraph: Markup {
    """
    <p><strong>What the published test’s p says.</strong> A small p says that the suspect’s score differs from that of \
    one comparison model B by more than chance would explain. It does not say why, and it is not \
    the probability that the suspect is innocent.\(example) The draws reuse the same pictures, so \
    \(ReportNumbers.count(report.test.repeats)) draws are not as many independent proofs.</p>

    """
  }

  /// An innocent model that is accused teaches this best.
  private var example: Markup {
    for suspect in report.suspects where suspect.role == .innocent {
      guard let outcome = suspect.outcome, outcome.isAccused,
        let p = ReportNumbers.pValue(log10: outcome.medianLog10P)
      else { continue }
      return """
         Here <bdi>\(suspect.name.shortened(to: 60))</bdi> has a median \
        \(ReportNumbers.equation("p", p)), and is innocent all the same.
        """
    }
    return ""
  }

  private var posteriorParagraph: Markup {
    """
    <p><strong>Why it can accuse innocent models.</strong> The score comes from a meta-classifier \
    that has met two networks only: the owner’s model V and the comparison model B. Shown a third \
    network, any third network, it answers whatever a stranger looks like to it: one half, or nearly what it \
    answers to V. B itself scores about zero, so the difference Δμ is large, and the test calls that \
    significant. Li et al. (AAAI 2022, Table 3) report Δμ from 0.50 to 0.54 for \
    distilled, zero-shot, fine-tuned, label-query and logit-query models. Their independent model \
    scores 0.00, but in the released code it is B compared with itself, which gives 0.00 whatever \
    the models are.</p>

    """
  }

  private var scoresParagraph: Markup {
    let innocent = differences { $0 == .innocent }
    let stolen = differences { if case .stolen = $0 { true } else { false } }
    var sentences: [String] = []
    if let range = Self.range(innocent) { sentences.append("innocent models score Δμ = \(range)") }
    if let range = Self.range(stolen) { sentences.append("stolen ones \(range)") }
    guard !sentences.isEmpty else { return "" }
    return """
      <p><strong>In this report</strong> \(sentences.joined(separator: ", "))\
      \(overlap(innocent, stolen)) (\(report.test.summary)).</p>

      """
  }

  private func overlap(_ innocent: [Double], _ stolen: [Double]) -> String {
    guard let highest = innocent.max(), let lowest = stolen.min() else { return "" }
    guard highest < lowest else { return ": the ranges overlap, so Δμ cannot tell them apart" }
    let gap = ReportNumbers.difference(lowest - highest) ?? ""
    let models = innocent.count == 1 ? "1 innocent model" : "\(innocent.count) innocent models"
    return ": the highest innocent score is \(gap) below the lowest stolen one, "
      + "and \(models) cannot show how far others would reach"
  }

  private var trialParagraph: Markup {
    """
    <p><strong>What is known of its error rate.</strong> \(KnownTrial.sentence)</p>

    """
  }

  private var markParagraph: Markup {
    let innocent = drops { $0 == .innocent || $0 == .benign }
    let stolen = drops { if case .stolen = $0 { true } else { false } }
    guard let innocentDrop = Self.mean(innocent), let stolenDrop = Self.mean(stolen) else {
      return ""
    }
    let reading =
      stolenDrop < innocentDrop
      ? "That difference is the mark, and it needs no gradients to be seen."
      : "In this run the mark does not show."
    return """
      <p><strong>What the mark shows.</strong> On marked pictures models that are not stolen lose \
      \(ReportNumbers.points(innocentDrop)) of accuracy on average (n\u{A0}=\u{A0}\(innocent.count)), \
      stolen ones \(ReportNumbers.points(stolenDrop)) (n\u{A0}=\u{A0}\(stolen.count)). \(reading) \
      It is no proof by itself: a model trained on other repainted pictures keeps more of its \
      accuracy too.</p>

      """
  }

  private var adviceParagraph: Markup {
    """
    <p><strong>What to do with this.</strong> Before naming anybody by the published test, run it on several \
    models that are certainly innocent: same architecture, trained by others or with other seeds, \
    some of them on other repainted pictures. A suspect stands out only if it stands out from them.</p>

    """
  }

  private func differences(_ isIncluded: (EvidenceReport.Role) -> Bool) -> [Double] {
    report.suspects.filter { isIncluded($0.role) }
      .compactMap { ReportNumbers.finite($0.outcome?.meanDifference) }
  }

  private func drops(_ isIncluded: (EvidenceReport.Role) -> Bool) -> [Double] {
    report.suspects.filter { isIncluded($0.role) }.compactMap { suspect in
      guard let clean = suspect.clean, let marked = suspect.marked else { return nil }
      return clean - marked
    }
  }

  private static func mean(_ values: [Double]) -> Double? {
    values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }

  /// "0.47", "0.35 to 0.53".
  private static func range(_ values: [Double]) -> String? {
    guard let low = ReportNumbers.difference(values.min()),
      let high = ReportNumbers.difference(values.max())
    else { return nil }
    return low == high ? low : "\(low) to \(high)"
  }
}
