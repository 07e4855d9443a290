public import Artifacts

extension PictureCollection {
  /// The SHA-256 of size, pixels in order and, where there are any, class names and labels.
  ///
  /// The same pictures give the same digest whether they came from an image folder or a CIFAR file.
  public var digest: Digest {
    let set = self as? ImageSet
    let fields: [String] =
      ["\(width)", "\(height)", "\(count)"] + (set?.classNames ?? [])
      + (set?.labels.map { "\($0)" } ?? [])
    // A length before each field, so that no two lists give the same bytes.
    let head = fields.flatMap { Array("\($0.utf8.count):\($0)".utf8) }
    return Digest(of: Digest(of: head).bytes + Digest(of: pixels).bytes)
  }
}
