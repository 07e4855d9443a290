import Artifacts
public import Foundation

extension Image {
  /// Reads a PNG or JPEG file; its first bytes decide which, not its name.
  ///
  /// - Throws: `DatasetError`, naming the file, if it cannot be read, is neither, is broken or too
  ///   large.
  public init(contentsOf file: URL, limits: PictureLimits = .standard) throws {
    let bytes = try DatasetError.reading {
      try RegularFile(at: file).contents(limit: limits.fileBytes)
    }
    try self.init(encoded: bytes, named: file.path, limits: limits)
  }

  /// Decodes PNG or JPEG bytes; errors call the picture by the given name.
  ///
  /// - Throws: `DatasetError` if the bytes are neither, are broken or too large.
  public init(
    encoded bytes: [UInt8],
    named name: String = "picture",
    limits: PictureLimits = .standard
  ) throws {
    if PNGCodec.recognises(bytes) {
      self = try PNGCodec.decode(bytes, named: name, limits: limits)
    } else if JPEGCodec.recognises(bytes) {
      self = try JPEGCodec.decode(bytes, named: name, limits: limits)
    } else {
      let reason = bytes.isEmpty ? "it is empty" : "its first bytes are \(Image.hex(bytes))"
      throw DatasetError.notAPicture(file: name, reason: reason)
    }
  }

  /// Writes the picture as PNG, replacing the file at once or not at all.
  ///
  /// - Throws: `DatasetError` if the picture cannot be encoded, or the error of the file system.
  public func writePNG(to file: URL) throws {
    try AtomicFile.write(PNGCodec.encode(self), to: file)
  }

  private static func hex(_ bytes: [UInt8]) -> String {
    bytes.prefix(4).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
  }
}
