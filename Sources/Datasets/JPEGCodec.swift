internal import CTurboJPEG

/// Reads JPEG pictures through TurboJPEG.
///
/// Read: baseline and progressive, grey (becomes RGB) and colour. The accurate inverse transform and
/// smooth chroma upsampling are used, so pixels equal those of Pillow over libjpeg-turbo. CMYK is
/// refused, since its colours depend on a profile; orientation tags are ignored, as torchvision does.
/// A picture about which the decoder warns (cut off, bad data) is refused, not half shown.
public enum JPEGCodec {
  /// Whether the bytes begin with a JPEG marker.
  public static func recognises(_ bytes: [UInt8]) -> Bool {
    bytes.starts(with: [0xFF, 0xD8, 0xFF])
  }

  /// Decodes a JPEG picture.
  ///
  /// - Parameters:
  ///   - bytes: The whole file.
  ///   - name: What to call the picture in errors.
  ///   - limits: The number of pixels to refuse at, before they are allocated.
  /// - Returns: The picture as RGB.
  /// - Throws: `DatasetError` if the picture is broken, cut off, CMYK or too large.
  public static func decode(
    _ bytes: [UInt8],
    named name: String = "picture",
    limits: PictureLimits = .standard
  ) throws -> Image {
    guard recognises(bytes) else {
      throw DatasetError.notAPicture(file: name, reason: "no JPEG marker")
    }
    guard let decoder = tjInitDecompress() else {
      throw DatasetError.undecodable(file: name, format: "JPEG", reason: "no memory for a decoder")
    }
    defer { tjDestroy(decoder) }
    func failure() -> DatasetError {
      let reason = tjGetErrorStr2(decoder).map { String(cString: $0) } ?? "unknown"
      return .undecodable(file: name, format: "JPEG", reason: reason)
    }

    let size = UInt(bytes.count)
    var (width, height, subsampling, space) = (Int32(0), Int32(0), Int32(0), Int32(0))
    guard
      tjDecompressHeader3(decoder, bytes, size, &width, &height, &subsampling, &space) == 0
    else { throw failure() }
    guard space != Int32(TJCS_CMYK.rawValue), space != Int32(TJCS_YCCK.rawValue) else {
      throw DatasetError.unsupported(file: name, format: "JPEG", reason: "its colours are CMYK")
    }
    try limits.check(width: Int(width), height: Int(height), of: name)
    let count = 3 * Int(width) * Int(height)
    let interleaved = try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialised in
      // Limiting scans stops small progressive files that take minutes to decode.
      let flags = TJFLAG_ACCURATEDCT | TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS
      let result = tjDecompress2(
        decoder,
        bytes,
        size,
        buffer.baseAddress,
        width,
        0,
        height,
        Int32(TJPF_RGB.rawValue),
        flags
      )
      guard result == 0 else { throw failure() }
      initialised = count
    }
    return interleaved.withUnsafeBufferPointer {
      Image(interleaved: $0, width: Int(width), height: Int(height))
    }
  }
}
