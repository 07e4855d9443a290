import Foundation
import Statistics

extension EvidenceSummary {
  /// A QQ plot of the innocents' p-values against uniform ones, as SVG: both axes logarithmic, for small
  /// p-values are what accuses.
  ///
  /// The band holds each point of a valid test with probability 0.95, were its trials independent. A line
  /// below the diagonal accuses more often than it says.
  ///
  /// - Throws: `StatisticsError` for p-values outside [0, 1].
  public func quantilePlot() throws -> String {
    let curves = try Method.all.compactMap { method -> (String, [UniformQuantiles.Point])? in
      let values = nullTrials(of: method).map(\.pValue)
      return values.isEmpty ? nil : (method.title, try UniformQuantiles(of: values).points)
    }
    let plot = QuantilePlot(side: 420, decades: 4)
    let widest = curves.max { $0.1.count < $1.1.count }?.1 ?? []
    let colours = ["#1b6ca8", "#4aa3a2", "#d9a21b", "#7a5195", "#c8553d", "#4d4d4d"]
    var parts = [plot.start, plot.band(widest), plot.diagonal, plot.axes]
    for (index, curve) in curves.enumerated() {
      let colour = colours[index % colours.count]
      parts.append(plot.line(curve.1, colour))
      parts.append(plot.label(curve.0, row: index, colour))
    }
    return (parts + ["</svg>\n"]).joined(separator: "\n")
  }
}

/// The geometry of a QQ plot.
private struct QuantilePlot {
  let side: Double
  /// How many powers of ten the axes show.
  let decades: Double
  private let margin = 60.0

  init(side: Double, decades: Double) {
    self.side = side
    self.decades = decades
  }

  /// Where a p-value lies along an axis: 1 at the far end, small ones at the origin.
  private func place(_ p: Double) -> Double {
    side * max(0, 1 + log10(max(p, 1e-300)) / decades)
  }

  private func point(_ x: Double, _ y: Double) -> String {
    String(format: "%.1f,%.1f", margin + place(x), margin + side - place(y))
  }

  private func path(_ points: [String], _ attributes: String) -> String {
    "<polyline points=\"\(points.joined(separator: " "))\" fill=\"none\" \(attributes)/>"
  }

  /// Of many points only those that can be told apart.
  private func visible(_ points: [UniformQuantiles.Point]) -> [UniformQuantiles.Point] {
    var last = -1.0
    return points.filter { point in
      let here = place(point.expected)
      defer { if here - last >= 1 { last = here } }
      return here - last >= 1
    }
  }

  var start: String {
    let whole = side + 2 * margin
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Int(whole)) \(Int(whole))" \
      font-family="sans-serif" font-size="13">
      <title>P-values of innocent models against uniform ones</title>
      <rect width="100%" height="100%" fill="white"/>
      """
  }

  func band(_ points: [UniformQuantiles.Point]) -> String {
    let shown = visible(points)
    let outline =
      shown.map { point($0.expected, $0.lower) }
      + shown.reversed().map { point($0.expected, $0.upper) }
    return "<polygon points=\"\(outline.joined(separator: " "))\" fill=\"#e8e8e8\"/>"
  }

  var diagonal: String {
    path(
      [point(pow(10, -decades), pow(10, -decades)), point(1, 1)],
      "stroke=\"#888\" stroke-dasharray=\"4 4\""
    )
  }

  func line(_ points: [UniformQuantiles.Point], _ colour: String) -> String {
    path(
      visible(points).map { point($0.expected, $0.observed) },
      "stroke=\"\(colour)\" stroke-width=\"2\""
    )
  }

  func label(_ text: String, row: Int, _ colour: String) -> String {
    let y = margin + 20 + 20 * Double(row)
    return "<text x=\"\(margin + 16)\" y=\"\(y)\" fill=\"\(colour)\">\(text)</text>"
  }

  var axes: String {
    var parts = [
      "<rect x=\"\(margin)\" y=\"\(margin)\" width=\"\(side)\" height=\"\(side)\" fill=\"none\" "
        + "stroke=\"#444\"/>"
    ]
    for exponent in stride(from: 0, through: -Int(decades), by: -1) {
      let p = pow(10, Double(exponent))
      let text = exponent == 0 ? "1" : "0." + String(repeating: "0", count: -exponent - 1) + "1"
      let (x, y) = (margin + place(p), margin + side - place(p))
      parts.append(
        "<text x=\"\(x)\" y=\"\(margin + side + 20)\" text-anchor=\"middle\">\(text)</text>"
      )
      parts.append("<text x=\"\(margin - 8)\" y=\"\(y + 4)\" text-anchor=\"end\">\(text)</text>")
    }
    parts.append(
      "<text x=\"\(margin + side / 2)\" y=\"\(margin + side + 44)\" text-anchor=\"middle\">"
        + "p of a test that accuses as often as it says</text>"
    )
    parts.append(
      "<text transform=\"translate(16 \(margin + side / 2)) rotate(-90)\" text-anchor=\"middle\">"
        + "p of innocent models</text>"
    )
    return parts.joined(separator: "\n")
  }
}
