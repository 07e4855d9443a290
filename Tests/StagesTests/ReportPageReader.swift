import Foundation

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// What a strict XML parser sees of a page.
struct ReportPage {
  struct Element {
    let name: String
    let attributes: [String: String]
  }

  /// All elements, in the order in which they open.
  let elements: [Element]
  /// All text outside the style sheet, white space collapsed, no-break spaces as spaces.
  let text: String
  /// The text of the style sheet.
  let style: String

  struct NotWellFormed: Error, CustomStringConvertible {
    let description: String
  }

  init(_ html: String) throws {
    let reader = Reader()
    let parser = XMLParser(data: Data(html.utf8))
    parser.delegate = reader
    guard parser.parse() else {
      let problem = parser.parserError.map { "\($0)" } ?? "unknown"
      throw NotWellFormed(description: "line \(parser.lineNumber): \(problem)")
    }
    elements = reader.elements
    style = reader.style
    text = reader.text.replacing("\u{A0}", with: " ")
      .split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  func elements(_ name: String, class className: String? = nil) -> [Element] {
    elements.filter { element in
      let classes = element.attributes["class"]?.split(separator: " ").map(String.init) ?? []
      return element.name == name && (className.map(classes.contains) ?? true)
    }
  }

  private final class Reader: NSObject, XMLParserDelegate {
    var elements: [Element] = []
    var text = ""
    var style = ""
    private var isInStyle = false

    func parser(
      _ parser: XMLParser,
      didStartElement name: String,
      namespaceURI: String?,
      qualifiedName: String?,
      attributes: [String: String]
    ) {
      elements.append(Element(name: name, attributes: attributes))
      isInStyle = name == "style"
      if !["b", "bdi", "strong", "a"].contains(name) { text += " " }
    }

    func parser(
      _ parser: XMLParser,
      didEndElement name: String,
      namespaceURI: String?,
      qualifiedName: String?
    ) {
      isInStyle = false
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) {
      if isInStyle { style += string } else { text += string }
    }
  }
}
