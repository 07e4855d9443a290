import Foundation

/// Numbers in words for the terminal.
enum Text {
  static func duration(_ seconds: Double) -> String {
    let whole = Int(min(max(seconds, 0), 1e9).rounded())
    if whole < 60 { return seconds < 9.95 ? "\(fixed(seconds, 1)) s" : "\(whole) s" }
    return "\(whole / 60) min \(whole % 60) s"
  }

  static func fixed(_ value: Double, _ places: Int) -> String {
    String(format: "%.\(places)f", value)
  }

  static func percent(_ share: Double) -> String {
    "\(fixed(share * 100, 1)) %"
  }
}

extension String {
  /// The text with spaces up to a width; longer texts stay as they are.
  func padded(to width: Int) -> String {
    count < width ? self + String(repeating: " ", count: width - count) : self
  }

  /// The text with spaces before it up to a width.
  func leftPadded(to width: Int) -> String {
    count < width ? String(repeating: " ", count: width - count) + self : self
  }
}
