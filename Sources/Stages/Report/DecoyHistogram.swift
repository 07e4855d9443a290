import Foundation
import OwnershipVerification
import Statistics

/// The scores of all decoys as a histogram, and where the secret styles lie.
struct DecoyHistogram {
  private let result: StyleKeyResult
  private let measure: StyleMeasure
  private let low: Double
  private let high: Double
  /// The score from which a suspect is called stolen; nil if there is none.
  private let threshold: Double?

  private static let binCount = 48
  /// The height of the bars' ground, and of the tallest bar, in pixels.
  private static let (ground, tallest) = (190.0, 130.0)

  /// Returns nil if there is nothing to draw.
  init?(_ evidence: StyleKeyEvidence, _ ruling: Ruling) {
    result = evidence.result
    measure = evidence.measure
    guard let summary = try? Summary(of: result.decoys), let deviation = summary.standardDeviation
    else { return nil }
    threshold = ruling.smallestEffect.flatMap { effect in
      effect.isFinite ? summary.mean + effect * deviation : nil
    }
    let all = result.secrets + [summary.minimum, summary.maximum] + (threshold.map { [$0] } ?? [])
    let (least, most) = (all.min() ?? 0, all.max() ?? 0)
    let room = max(0.04 * (most - least), 1e-6)
    (low, high) = (least - room, most + room)
  }

  var markup: Markup {
    """
    <figure class="histogram">
    <svg role="img" aria-label="\(description)">
    \(zone)\(bars)\(secrets)\(zoneLabel)\(axis)</svg>
    <figcaption><strong>The secret style among \(ReportNumbers.count(result.decoys.count)) random \
    ones.</strong> Each random style, drawn after the claim was made, counts once by the suspect’s score on \
    pictures in it: \(scoreName), the examiner’s innocent models subtracted. The further right, the better \
    the suspect knows a style. To an innocent model the secret style is one more random one.</figcaption>
    </figure>

    """
  }

  private var description: String {
    let ahead = result.decoys.count { decoy in result.secrets.contains { decoy >= $0 } }
    return "histogram of \(result.decoys.count) random styles; \(ahead) reach a secret one"
  }

  private var scoreName: String {
    measure == .margin
      ? "mean margin of the true class"
      : "share of pictures recognised"
  }

  private func place(_ score: Double) -> String {
    ReportNumbers.position((score - low) / (high - low))
  }

  private var bars: [Markup] {
    let width = (high - low) / Double(Self.binCount)
    var counts = [Int](repeating: 0, count: Self.binCount)
    for score in result.decoys {
      counts[min(Self.binCount - 1, max(0, Int((score - low) / width)))] += 1
    }
    let most = Double(max(1, counts.max() ?? 1))
    return counts.enumerated().filter { $0.element > 0 }.map { index, count in
      // A single decoy stays visible.
      let height = max(3, Self.tallest * Double(count) / most)
      return """
        <rect class="bar" x="\(place(low + Double(index) * width))" y="\(pixels(Self.ground - height))" \
        width="1.8%" height="\(pixels(height))"><title>\(count)</title></rect>

        """
    }
  }

  private var secrets: [Markup] {
    result.secrets.enumerated().map { index, score in
      let x = place(score)
      let isRight = score > (low + high) / 2
      let label: Markup =
        index == 0
        ? """
        <text class="secret-label" x="\(x)" dx="\(isRight ? -9 : 9)" y="18" \
        text-anchor="\(isRight ? "end" : "start")">\
        \(result.secrets.count == 1 ? "the secret style" : "the secret styles")</text>
        """ : ""
      return """
        <line class="secret" x1="\(x)" x2="\(x)" y1="12" y2="\(pixels(Self.ground))"/>\
        <use href="#stolen" class="marker stolen" x="\(x)" y="12"/>\(label)

        """
    }
  }

  private var zone: Markup {
    guard let threshold else { return "" }
    let share = (threshold - low) / (high - low)
    let x = ReportNumbers.position(share)
    return """
      <rect class="zone" x="\(x)" y="0" width="\(ReportNumbers.position(1 - share))" \
      height="\(pixels(Self.ground))"/>\
      <line class="alpha" x1="\(x)" x2="\(x)" y1="0" y2="\(pixels(Self.ground))"/>

      """
  }

  private var zoneLabel: Markup {
    guard let threshold else { return "" }
    return """
      <text class="zone-label" x="\(place(threshold))" dx="-6" y="46" text-anchor="end">\
      called stolen from here</text>

      """
  }

  private var axis: Markup {
    let ticks = (0...4).map { index -> Markup in
      let score = low + (high - low) * (0.05 + 0.225 * Double(index))
      let x = place(score)
      return """
        <line class="tick" x1="\(x)" x2="\(x)" y1="190" y2="195"/>\
        <text x="\(x)" y="209" text-anchor="middle">\(ReportNumbers.difference(score) ?? "")</text>
        """
    }
    return """
      <line class="axis" x1="2%" x2="98%" y1="190" y2="190"/>\(ticks)\
      <text x="50%" y="227" text-anchor="middle">the suspect’s lead over innocent models, style by style</text>

      """
  }

  private func pixels(_ value: Double) -> String { String(format: "%.1f", value) }
}
