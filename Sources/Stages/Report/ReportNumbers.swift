import Foundation
import Statistics

/// How the report writes numbers; what is missing or not a number is nil, never "NaN".
package enum ReportNumbers {
  /// A share in [0, 1] as "89.1 %".
  static func percent(_ share: Double?) -> String? {
    finite(share).map { fixed(100 * $0, places: 1) + "\u{A0}%" }
  }

  /// A share in [0, 1] with a decimal only where it says something: "10 %", "2.5 %".
  package static func shortPercent(_ share: Double?) -> String? {
    finite(share).map { trimmed(fixed(100 * $0, places: 1)) + "\u{A0}%" }
  }

  /// A difference of two shares as "36.7 points".
  static func points(_ difference: Double) -> String {
    fixed(100 * difference, places: 1) + "\u{A0}points"
  }

  /// Δμ, with two decimals.
  static func difference(_ value: Double?) -> String? {
    finite(value).map { fixed($0, places: 2) }
  }

  /// A p-value from its decimal logarithm, as "3 × 10⁻¹⁹".
  static func pValue(log10: Double) -> String? {
    guard !log10.isNaN else { return nil }
    return PValue(log10: log10).description.replacingOccurrences(of: " ", with: "\u{A0}")
  }

  /// A p-value as "0.0050".
  package static func pValue(_ value: Double) -> String? { pValue(log10: PValue(value).log10) }

  /// A quantity and its value: "p = 0.02", "p < 10⁻³⁰⁰".
  package static func equation(_ symbol: String, _ value: String?) -> String {
    guard let value else { return "\(symbol) not available" }
    let relation = value.hasPrefix("<") ? "" : "=\u{A0}"
    return symbol + "\u{A0}" + relation + value
  }

  /// A power of ten as "10⁻⁴"; the exponent may have any size.
  static func powerOfTen(_ exponent: Int) -> String {
    let digits: [Character: Character] = [
      "-": "⁻", "0": "⁰", "1": "¹", "2": "²", "3": "³", "4": "⁴", "5": "⁵", "6": "⁶", "7": "⁷",
      "8": "⁸", "9": "⁹",
    ]
    return "10" + String(String(exponent).compactMap { digits[$0] })
  }

  /// A significance level as it was set: "0.01".
  static func level(_ significance: Double) -> String {
    significance.isFinite ? trimmed(fixed(significance, places: 6)) : "not set"
  }

  /// A count with separators: "10,000".
  static func count(_ number: Int) -> String {
    var digits = String(number.magnitude)
    var groups: [String] = []
    while digits.count > 3 {
      groups.insert(String(digits.suffix(3)), at: 0)
      digits.removeLast(3)
    }
    return (number < 0 ? "−" : "") + ([digits] + groups).joined(separator: ",")
  }

  /// A position along a chart as an SVG percentage, kept inside by the radius of a marker.
  static func position(_ share: Double) -> String {
    let inside = share.isNaN ? 0 : min(max(share, 0), 1)
    return fixed(2 + 96 * inside, places: 2) + "%"
  }

  static func finite(_ value: Double?) -> Double? {
    value.flatMap { $0.isFinite ? $0 : nil }
  }

  private static func fixed(_ value: Double, places: Int) -> String {
    let text = String(format: "%.\(places)f", value)
    guard text.hasPrefix("-") else { return text }
    // A rounded nothing has no sign.
    return text.contains(where: { ("1"..."9").contains($0) })
      ? "−" + text.dropFirst() : String(text.dropFirst())
  }

  private static func trimmed(_ decimal: String) -> String {
    guard decimal.contains(".") else { return decimal }
    var text = decimal
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return text
  }
}
