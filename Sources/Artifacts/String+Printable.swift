extension String {
  /// The text made fit for a terminal or a message: short, and unable to move a cursor or forge a line.
  ///
  /// Names in files come from others. Control and formatting characters (Unicode categories Cc and Cf,
  /// line and paragraph separators) are written as `\u{1B}`, and what is too long is cut.
  ///
  /// - Parameter limit: The most characters to keep.
  /// - Returns: A text of one line.
  public func printable(limit: Int = 80) -> String {
    var output = ""
    for scalar in unicodeScalars.prefix(limit) {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator:
        output += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
      default:
        output.unicodeScalars.append(scalar)
      }
    }
    return unicodeScalars.count > limit ? output + "…" : output
  }
}
