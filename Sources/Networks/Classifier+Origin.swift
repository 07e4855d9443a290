package import Artifacts

extension Classifier {
  /// What the account of the model's making says at a place, such as `"inputs", "training pictures"`.
  ///
  /// The account came with the model's file and is as trustworthy as that; nil if it says nothing there.
  package func originEntry(_ path: String...) -> JSONValue? {
    path.reduce(origin) { (value: JSONValue?, name) in
      guard case .object(let fields)? = value else { return nil }
      return fields[name]
    }
  }
}
