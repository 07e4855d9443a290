/// Pictures of one size whose labels are unknown; what a label-query thief holds.
public struct UnlabelledImages: PictureCollection, Equatable {
  /// Columns of every picture.
  public let width: Int
  /// Rows of every picture.
  public let height: Int
  /// All pictures, one after the other; `[N, 3, height, width]` bytes in 0...255.
  public let pixels: [UInt8]

  /// Creates a collection from its pixels.
  ///
  /// - Throws: `DatasetError` if a side is not positive or the bytes are no whole number of
  ///   pictures.
  public init(width: Int, height: Int, pixels: [UInt8]) throws {
    let size = try Image.byteCount(width: width, height: height)
    guard pixels.count.isMultiple(of: size) else {
      throw DatasetError.inconsistent(
        what: "bytes of pictures of \(width) x \(height)",
        found: pixels.count,
        expected: pixels.count / size * size
      )
    }
    self.init(uncheckedPixels: pixels, width: width, height: height)
  }

  init(uncheckedPixels pixels: [UInt8], width: Int, height: Int) {
    self.width = width
    self.height = height
    self.pixels = pixels
  }

  /// Returns the pictures at the given positions, in the given order.
  ///
  /// - Throws: `DatasetError` if a position is outside `0..<count`.
  public func subset(_ indices: some Sequence<Int>) throws -> UnlabelledImages {
    UnlabelledImages(
      uncheckedPixels: try pixels(at: Array(indices)),
      width: width,
      height: height
    )
  }

  /// Returns the pictures with labels, for instance those that a stolen model gave.
  ///
  /// - Throws: `DatasetError` if there are more or fewer labels than pictures, or one is no class.
  public func labelled(_ labels: [Int], classNames: [String]) throws -> ImageSet {
    try ImageSet(
      width: width,
      height: height,
      pixels: pixels,
      labels: labels,
      classNames: classNames
    )
  }
}
