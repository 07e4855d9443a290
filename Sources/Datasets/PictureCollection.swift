/// Pictures of one size, in one block of memory.
public protocol PictureCollection: Sendable {
  /// Columns of every picture.
  var width: Int { get }
  /// Rows of every picture.
  var height: Int { get }
  /// All pictures, one after the other; `[N, 3, height, width]` bytes in 0...255.
  var pixels: [UInt8] { get }
}

extension PictureCollection {
  /// Bytes of one picture, `3 * height * width`.
  public var bytesPerImage: Int { 3 * height * width }

  /// The number of pictures.
  public var count: Int { pixels.count / bytesPerImage }

  /// The positions of the pictures, `0..<count`.
  public var indices: Range<Int> { 0..<count }

  /// The picture at a position in `0..<count`; like an array's, any other position is a bug.
  public subscript(index: Int) -> Image {
    let start = index * bytesPerImage
    return Image(
      unchecked: Array(pixels[start..<start + bytesPerImage]),
      width: width,
      height: height
    )
  }

  /// Copies the pictures at some positions, one after the other.
  ///
  /// - Throws: `DatasetError` if a position is outside `0..<count`.
  public func pixels(at indices: [Int]) throws -> [UInt8] {
    try checkIndices(indices)
    let bytes = indices.count * bytesPerImage
    return [UInt8](unsafeUninitializedCapacity: bytes) { target, initialised in
      copyChecked(indices, into: target)
      initialised = bytes
    }
  }

  func checkIndices(_ indices: some Sequence<Int>) throws {
    let available = count
    for index in indices where index < 0 || index >= available {
      throw DatasetError.indexOutOfRange(index: index, count: available)
    }
  }

  /// The caller vouches for the positions and for the room in `target`.
  func copyChecked(_ indices: [Int], into target: UnsafeMutableBufferPointer<UInt8>) {
    let size = bytesPerImage
    pixels.withUnsafeBufferPointer { pixels in
      guard let source = pixels.baseAddress, var place = target.baseAddress else { return }
      for index in indices {
        place.update(from: source + index * size, count: size)
        place += size
      }
    }
  }
}
