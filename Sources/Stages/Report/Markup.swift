/// A piece of HTML that is also well-formed XML.
///
/// Text put into a `Markup` literal by interpolation is escaped, other markup is not, so no name from
/// a file can become a tag by being forgotten:
///
///     let cell: Markup = "<td>\(suspect.name)</td>"
struct Markup: ExpressibleByStringInterpolation, Sendable {
  let source: String

  init(stringLiteral value: String) {
    source = value
  }

  init(stringInterpolation: Interpolation) {
    source = stringInterpolation.source
  }

  struct Interpolation: StringInterpolationProtocol {
    fileprivate var source = ""

    init(literalCapacity: Int, interpolationCount: Int) {
      source.reserveCapacity(literalCapacity)
    }

    mutating func appendLiteral(_ literal: String) {
      source += literal
    }

    mutating func appendInterpolation(_ text: String) {
      source += text.escapedForMarkup
    }

    mutating func appendInterpolation(_ number: Int) {
      source += String(number)
    }

    mutating func appendInterpolation(_ markup: Markup) {
      source += markup.source
    }

    mutating func appendInterpolation(_ pieces: [Markup]) {
      for piece in pieces { source += piece.source }
    }
  }
}

extension String {
  /// The text with everything that XML gives a meaning replaced, fit for elements and for attributes
  /// in double quotes.
  fileprivate var escapedForMarkup: String {
    var escaped = ""
    escaped.reserveCapacity(utf8.count)
    for scalar in spellingOutInvisibles.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "'": escaped += "&#39;"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }

  /// The text without characters that act instead of being seen.
  ///
  /// Control characters, which XML forbids and terminals obey, and characters that turn the direction
  /// of text, with which a file name can read as something it is not, become `⟨U+202E⟩`; line ends
  /// become spaces.
  var spellingOutInvisibles: String {
    var visible = ""
    visible.reserveCapacity(utf8.count)
    for scalar in unicodeScalars {
      switch scalar {
      case "\t", "\n", "\r": visible += " "
      case _ where scalar.isInvisibleActor:
        visible += "⟨U+\(String(scalar.value, radix: 16, uppercase: true))⟩"
      default: visible.unicodeScalars.append(scalar)
      }
    }
    return visible
  }

  /// The text, cut in the middle if it is too long to be read, or too high by piled-up accents.
  ///
  /// - Parameter limit: The greatest number of Unicode scalars that stay.
  /// - Returns: The text, or its beginning and end with an ellipsis between them.
  func shortened(to limit: Int) -> String {
    guard unicodeScalars.count > limit else { return self }
    let half = limit / 2
    return String(unicodeScalars.prefix(limit - half)) + "…" + String(unicodeScalars.suffix(half))
  }
}

extension Unicode.Scalar {
  fileprivate var isInvisibleActor: Bool {
    switch value {
    case 0..<0x20, 0x7F..<0xA0, 0xFFFE, 0xFFFF: true
    case 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
}
