package import Artifacts
package import Datasets
import Foundation

extension ImageSet {
  /// The SHA-256 of the images themselves: of size, class names, labels and pixels in order.
  ///
  /// The same images give the same digest whether they came from an image folder or a CIFAR file.
  package var contentDigest: Digest {
    let fields: [String] =
      ["\(width)", "\(height)", "\(count)"] + classNames + labels.map { "\($0)" }
    // A length before each field, so that no two lists give the same bytes.
    let head = fields.flatMap { Array("\($0.utf8.count):\($0)".utf8) }
    return Digest(of: Digest(of: head).bytes + Digest(of: pixels).bytes)
  }
}
