extension DecodingError {
  /// The field at fault, with dots.
  package var field: String {
    var path = context.codingPath
    if case .keyNotFound(let key, _) = self { path.append(key) }
    return path.map(\.stringValue).joined(separator: ".")
  }

  /// What is wrong with it.
  package var reason: String {
    switch self {
    case .keyNotFound: "it is missing"
    default: context.debugDescription
    }
  }

  /// Both, in one line.
  package var sentence: String { field.isEmpty ? reason : "the field '\(field)': \(reason)" }

  private var context: Context {
    switch self {
    case .typeMismatch(_, let context), .valueNotFound(_, let context),
      .keyNotFound(_, let context), .dataCorrupted(let context):
      context
    @unknown default: Context(codingPath: [], debugDescription: "\(self)")
    }
  }
}
