internal import Glibc

/// How large a picture or its file may be; checked before memory is allocated for it.
public struct PictureLimits: Sendable, Equatable {
  /// The largest width times height; 64 Mi pixels unless told, 192 MiB decoded.
  public var pixels: Int
  /// The largest file, in bytes; 256 MiB unless told.
  public var fileBytes: Int
  /// The largest image set, in bytes of decoded pixels; 16 GiB unless told.
  public var setBytes: Int

  /// Creates limits.
  public init(pixels: Int = 1 << 26, fileBytes: Int = 1 << 28, setBytes: Int = 1 << 34) {
    self.pixels = pixels
    self.fileBytes = fileBytes
    self.setBytes = setBytes
  }

  /// The limits used unless told otherwise.
  public static let standard = PictureLimits()

  func check(width: Int, height: Int, of name: String) throws {
    let (count, overflow) = width.multipliedReportingOverflow(by: height)
    guard !overflow, count <= pixels else {
      throw DatasetError.tooManyPixels(file: name, width: width, height: height, limit: pixels)
    }
  }
}

extension PictureLimits {
  /// Refuses a set that is larger than the limit, or than the memory that can be had.
  ///
  /// Swift ends the process when an allocation fails, and a file with holes claims more than it has.
  func check(setBytes bytes: Int, of name: String) throws {
    guard bytes <= setBytes else {
      throw DatasetError.setTooLarge(name: name, bytes: bytes, limit: setBytes)
    }
    guard let memory = malloc(max(1, bytes)) else {
      throw DatasetError.outOfMemory(name: name, bytes: bytes)
    }
    free(memory)
  }
}
