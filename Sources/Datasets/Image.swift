/// A colour picture of 8-bit RGB values, plane by plane.
///
/// `pixels` holds the red plane, then the green, then the blue, each row by row from the top:
/// the value of channel *c* at row *y*, column *x* is `pixels[(c * height + y) * width + x]`, in
/// 0...255, as stored in the file (sRGB). This is PyTorch's `[3, H, W]` layout.
public struct Image: Sendable, Equatable {
  /// Columns; at least 1.
  public let width: Int
  /// Rows; at least 1.
  public let height: Int
  /// The three planes; `3 * height * width` bytes.
  public let pixels: [UInt8]

  /// Creates a picture from its three planes.
  ///
  /// - Throws: `DatasetError` if a side is not positive or `pixels` has another length.
  public init(width: Int, height: Int, pixels: [UInt8]) throws {
    let expected = try Image.byteCount(width: width, height: height)
    guard pixels.count == expected else {
      throw DatasetError.inconsistent(
        what: "bytes of a \(width) x \(height) picture",
        found: pixels.count,
        expected: expected
      )
    }
    self.init(unchecked: pixels, width: width, height: height)
  }

  /// Creates a picture of one colour.
  ///
  /// - Throws: `DatasetError` if a side is not positive.
  public init(width: Int, height: Int, filledWith colour: (UInt8, UInt8, UInt8)) throws {
    _ = try Image.byteCount(width: width, height: height)
    let plane = width * height
    let pixels = [colour.0, colour.1, colour.2].flatMap { Array(repeating: $0, count: plane) }
    self.init(unchecked: pixels, width: width, height: height)
  }

  /// The caller vouches for the length of `pixels`.
  init(unchecked pixels: [UInt8], width: Int, height: Int) {
    self.width = width
    self.height = height
    self.pixels = pixels
  }

  /// Returns `3 * height * width`, refusing sides that are not positive and overflow.
  static func byteCount(width: Int, height: Int) throws -> Int {
    guard width > 0, height > 0 else {
      throw DatasetError.invalidSetting(
        name: "picture size",
        value: "\(width) x \(height)",
        allowed: "1 x 1 or more"
      )
    }
    let (plane, planeOverflow) = width.multipliedReportingOverflow(by: height)
    let (bytes, overflow) = plane.multipliedReportingOverflow(by: 3)
    guard !planeOverflow, !overflow else {
      throw DatasetError.invalidSetting(
        name: "picture size",
        value: "\(width) x \(height)",
        allowed: "what fits in memory"
      )
    }
    return bytes
  }
}

extension Image {
  /// Creates a picture from pixel-by-pixel RGB bytes.
  init(interleaved bytes: UnsafeBufferPointer<UInt8>, width: Int, height: Int) {
    let plane = width * height
    let planes = [UInt8](unsafeUninitializedCapacity: 3 * plane) { planes, count in
      for i in 0..<plane {
        planes[i] = bytes[3 * i]
        planes[plane + i] = bytes[3 * i + 1]
        planes[2 * plane + i] = bytes[3 * i + 2]
      }
      count = 3 * plane
    }
    self.init(unchecked: planes, width: width, height: height)
  }

  /// The picture as pixel-by-pixel RGB bytes.
  var interleaved: [UInt8] {
    let plane = width * height
    return pixels.withUnsafeBufferPointer { planes in
      [UInt8](unsafeUninitializedCapacity: 3 * plane) { bytes, count in
        for i in 0..<plane {
          bytes[3 * i] = planes[i]
          bytes[3 * i + 1] = planes[plane + i]
          bytes[3 * i + 2] = planes[2 * plane + i]
        }
        count = 3 * plane
      }
    }
  }
}

extension Image {
  func checkSize(width: Int, height: Int, named name: String) throws {
    guard (self.width, self.height) == (width, height) else {
      throw DatasetError.differentSize(
        file: name,
        found: "\(self.width) x \(self.height)",
        expected: "\(width) x \(height)"
      )
    }
  }
}
