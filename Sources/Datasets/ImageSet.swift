/// Labelled pictures of one size.
public struct ImageSet: PictureCollection, Equatable {
  /// Columns of every picture.
  public let width: Int
  /// Rows of every picture.
  public let height: Int
  /// All pictures, one after the other; `[N, 3, height, width]` bytes in 0...255.
  public let pixels: [UInt8]
  /// The class of every picture, an index into `classNames`.
  public let labels: [Int]
  /// The names of the classes; the order gives the labels.
  public let classNames: [String]

  /// Creates a set and checks that its parts fit together.
  ///
  /// - Throws: `DatasetError` if a side is not positive, the numbers of pictures and labels
  ///   differ, a label is outside `0..<classNames.count`, or a name is empty or there twice.
  public init(
    width: Int,
    height: Int,
    pixels: [UInt8],
    labels: [Int],
    classNames: [String]
  ) throws {
    let size = try Image.byteCount(width: width, height: height)
    let (expected, overflow) = size.multipliedReportingOverflow(by: labels.count)
    guard !overflow, pixels.count == expected else {
      throw DatasetError.inconsistent(
        what: "bytes of \(labels.count) pictures of \(width) x \(height)",
        found: pixels.count,
        expected: overflow ? .max : expected
      )
    }
    try ClassMap.check(classNames, in: "class names")
    if let wrong = labels.first(where: { $0 < 0 || $0 >= classNames.count }) {
      throw DatasetError.invalidSetting(
        name: "label",
        value: "\(wrong)",
        allowed: "0 to \(classNames.count - 1)"
      )
    }
    self.init(
      uncheckedPixels: pixels,
      width: width,
      height: height,
      labels: labels,
      classNames: classNames
    )
  }

  /// Creates a set from pictures of one size.
  ///
  /// - Throws: `DatasetError` if there is no picture, their sizes differ, or the labels do not fit.
  public init(_ images: [Image], labels: [Int], classNames: [String]) throws {
    guard let first = images.first else {
      throw DatasetError.inconsistent(what: "pictures of a set", found: 0, expected: labels.count)
    }
    for (index, image) in images.enumerated() {
      try image.checkSize(width: first.width, height: first.height, named: "picture \(index)")
    }
    try self.init(
      width: first.width,
      height: first.height,
      pixels: images.flatMap(\.pixels),
      labels: labels,
      classNames: classNames
    )
  }

  /// The caller vouches for the parts.
  init(
    uncheckedPixels pixels: [UInt8],
    width: Int,
    height: Int,
    labels: [Int],
    classNames: [String]
  ) {
    self.width = width
    self.height = height
    self.pixels = pixels
    self.labels = labels
    self.classNames = classNames
  }

  /// The number of classes.
  public var classCount: Int { classNames.count }
}

extension ImageSet {
  /// Returns the pictures at the given positions, in the given order; a position may repeat.
  ///
  /// - Throws: `DatasetError` if a position is outside `0..<count`.
  public func subset(_ indices: some Sequence<Int>) throws -> ImageSet {
    let indices = Array(indices)
    let pixels = try pixels(at: indices)
    return ImageSet(
      uncheckedPixels: pixels,
      width: width,
      height: height,
      labels: indices.map { labels[$0] },
      classNames: classNames
    )
  }

  /// Returns the set with other pictures at some positions; labels and order stay.
  ///
  /// This is how a victim's training set is made: x' stands in for x, the label unchanged.
  ///
  /// - Throws: `DatasetError` if the numbers of positions and pictures differ, a position is outside
  ///   `0..<count` or a picture has another size.
  public func replacing(at indices: [Int], with images: [Image]) throws -> ImageSet {
    guard indices.count == images.count else {
      throw DatasetError.inconsistent(
        what: "replacement pictures",
        found: images.count,
        expected: indices.count
      )
    }
    let size = bytesPerImage
    var pixels = pixels
    for (index, image) in zip(indices, images) {
      guard self.indices.contains(index) else {
        throw DatasetError.indexOutOfRange(index: index, count: count)
      }
      try image.checkSize(width: width, height: height, named: "replacement of picture \(index)")
      pixels.replaceSubrange(index * size..<(index + 1) * size, with: image.pixels)
    }
    return ImageSet(
      uncheckedPixels: pixels,
      width: width,
      height: height,
      labels: labels,
      classNames: classNames
    )
  }

  /// Returns the set with other labels.
  ///
  /// - Throws: `DatasetError` if there are more or fewer labels than pictures, or one is no class.
  public func relabelled(_ labels: [Int]) throws -> ImageSet {
    try ImageSet(
      width: width,
      height: height,
      pixels: pixels,
      labels: labels,
      classNames: classNames
    )
  }

  /// Returns this set followed by another of the same size and classes.
  ///
  /// - Throws: `DatasetError` if sizes or class names differ.
  public func appending(_ other: ImageSet) throws -> ImageSet {
    guard (other.width, other.height) == (width, height) else {
      throw DatasetError.differentSize(
        file: "second set",
        found: "\(other.width) x \(other.height)",
        expected: "\(width) x \(height)"
      )
    }
    guard other.classNames == classNames else {
      throw DatasetError.invalidSetting(
        name: "class list of the second set",
        value: other.classNames.joined(separator: ", "),
        allowed: classNames.joined(separator: ", ")
      )
    }
    return ImageSet(
      uncheckedPixels: pixels + other.pixels,
      width: width,
      height: height,
      labels: labels + other.labels,
      classNames: classNames
    )
  }

  /// The positions of the pictures of one class, ascending.
  public func indices(ofClass label: Int) -> [Int] {
    labels.indices.filter { labels[$0] == label }
  }

  /// The same pictures without any label, for whoever must not see them.
  public var unlabelled: UnlabelledImages {
    UnlabelledImages(uncheckedPixels: pixels, width: width, height: height)
  }
}
