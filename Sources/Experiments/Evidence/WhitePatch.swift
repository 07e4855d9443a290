package import Datasets

/// A white square in the bottom right corner, 3 × 3 pixels, opaque: the trigger of BadNets, as a mark.
///
/// Labels stay (Li et al., AAAI 2022, Table 6, "Patch"), so it is no backdoor. It is stamped on the pictures
/// themselves, before a flip in training moves it to the other corner.
package enum WhitePatch {
  private static let side = 3

  /// Stamps pictures; smaller ones turn white altogether.
  package static func stamped(on images: ImageSet) throws -> ImageSet {
    let (width, height) = (images.width, images.height)
    var pixels = images.pixels
    for plane in 0..<images.count * 3 {
      for row in max(0, height - side)..<height {
        let end = (plane * height + row + 1) * width
        for place in end - min(side, width)..<end { pixels[place] = 255 }
      }
    }
    return try ImageSet(
      width: width,
      height: height,
      pixels: pixels,
      labels: images.labels,
      classNames: images.classNames
    )
  }
}
