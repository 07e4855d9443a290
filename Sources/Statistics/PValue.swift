internal import Glibc

/// A p-value kept as its logarithm, and the way it is shown in tables and reports.
public struct PValue: Hashable, Sendable {
  /// log₁₀ p, at most 0; −∞ for p = 0.
  public let log10: Double

  /// Creates a p-value from its decimal logarithm, such as `TTestResult.log10P`.
  ///
  /// - Parameter log10: At most 0; anything above, by rounding, counts as 0.
  public init(log10: Double) {
    self.log10 = min(log10, 0)
  }

  /// Creates a p-value from the number itself.
  ///
  /// - Parameter value: In [0, 1]; anything above, by rounding, counts as 1.
  public init(_ value: Double) {
    self.init(log10: Glibc.log10(value))
  }
}

extension PValue: CustomStringConvertible {
  /// The value as people read it: `0.042`, `3 × 10⁻¹⁹`, `< 10⁻³⁰⁰`.
  ///
  /// Two significant digits from 0.001 up, one below; what is less than 10⁻³⁰⁰ says more about
  /// saturated numbers than about models, so it is not shown in figures.
  public var description: String {
    if log10.isNaN { return "NaN" }
    if log10 < -300 { return "< 10" + PValue.superscript(-300) }
    if log10 < -3 { return scientific }
    return decimal
  }

  private var scientific: String {
    var exponent = log10.rounded(.down)
    var digit = pow(10, log10 - exponent).rounded()
    if digit == 10 { (digit, exponent) = (1, exponent + 1) }
    return "\(Int(digit)) × 10" + PValue.superscript(Int(exponent))
  }

  private var decimal: String {
    var places = 1 - Int(log10.rounded(.down))
    var digits = Int(pow(10, log10 + Double(places)).rounded())
    if digits == 100 { (digits, places) = (10, places - 1) }
    let text = String(digits)
    let padded = String(repeating: "0", count: max(0, places + 1 - text.count)) + text
    return padded.dropLast(places) + "." + padded.suffix(places)
  }

  private static func superscript(_ number: Int) -> String {
    let digits: [Character: Character] = [
      "-": "⁻", "0": "⁰", "1": "¹", "2": "²", "3": "³", "4": "⁴", "5": "⁵", "6": "⁶", "7": "⁷",
      "8": "⁸", "9": "⁹",
    ]
    return String(String(number).compactMap { digits[$0] })
  }
}
