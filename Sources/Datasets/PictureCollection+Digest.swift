public import Artifacts

extension PictureCollection {
  /// The SHA-256 of size, pixels and, where there are any, labels and class names.
  public var digest: Digest {
    var text = "\(width)x\(height) \(Digest(of: pixels))"
    if let set = self as? ImageSet {
      let labels = set.labels.map(String.init).joined(separator: ",")
      text += " \(labels) \(JSONValue.array(set.classNames.map { .string($0) }).compactText)"
    }
    return Digest(of: Array(text.utf8))
  }
}
