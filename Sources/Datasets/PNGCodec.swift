internal import CPNG
import Foundation

/// Reads and writes PNG pictures through libpng's simplified interface.
///
/// Read: every PNG. Grey and palette pictures become RGB, 16-bit values are rounded to 8 bits (taken
/// as sRGB unless the file says otherwise), and transparent pixels are laid over white, as
/// (c·a + 255·(255 − a)) / 255 on the stored values. A file whose gAMA chunk differs from sRGB is
/// converted to sRGB. Written: 8-bit RGB without loss.
public enum PNGCodec {
  /// Whether the bytes begin with the PNG signature.
  public static func recognises(_ bytes: [UInt8]) -> Bool {
    bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
  }

  /// Decodes a PNG picture.
  ///
  /// - Parameters:
  ///   - bytes: The whole file.
  ///   - name: What to call the picture in errors.
  ///   - limits: The number of pixels to refuse at, before they are allocated.
  /// - Returns: The picture as RGB.
  /// - Throws: `DatasetError` if the picture is broken, cut off or too large.
  public static func decode(
    _ bytes: [UInt8],
    named name: String = "picture",
    limits: PictureLimits = .standard
  ) throws -> Image {
    guard recognises(bytes) else {
      throw DatasetError.notAPicture(file: name, reason: "no PNG signature")
    }
    return try bytes.withUnsafeBytes { bytes in
      var reader = png_image()
      reader.version = png_uint_32(PNG_IMAGE_VERSION)
      defer { png_image_free(&reader) }
      guard png_image_begin_read_from_memory(&reader, bytes.baseAddress, bytes.count) != 0 else {
        throw DatasetError.undecodable(file: name, format: "PNG", reason: message(of: reader))
      }
      let (width, height) = (Int(reader.width), Int(reader.height))
      try limits.check(width: width, height: height, of: name)
      let hasAlpha = reader.format & png_uint_32(PNG_FORMAT_FLAG_ALPHA) != 0
      // Without this flag libpng takes 16-bit values for linear light and brightens them.
      reader.flags |= png_uint_32(PNG_IMAGE_FLAG_16BIT_sRGB)
      reader.format = png_uint_32(PNG_FORMAT_FLAG_COLOR)
      if hasAlpha { reader.format |= png_uint_32(PNG_FORMAT_FLAG_ALPHA) }
      let channels = hasAlpha ? 4 : 3
      var interleaved = try [UInt8](unsafeUninitializedCapacity: width * height * channels) {
        buffer,
        count in
        guard png_image_finish_read(&reader, nil, buffer.baseAddress, 0, nil) != 0 else {
          throw DatasetError.undecodable(file: name, format: "PNG", reason: message(of: reader))
        }
        count = width * height * channels
      }
      if hasAlpha { layOverWhite(&interleaved) }
      return interleaved.withUnsafeBufferPointer {
        Image(interleaved: $0, width: width, height: height)
      }
    }
  }

  /// Encodes a picture as 8-bit RGB, without loss.
  ///
  /// - Throws: `DatasetError` if libpng refuses, for instance a side above 2³¹ − 1.
  public static func encode(_ image: Image) throws -> [UInt8] {
    var writer = png_image()
    writer.version = png_uint_32(PNG_IMAGE_VERSION)
    writer.width = png_uint_32(clamping: image.width)
    writer.height = png_uint_32(clamping: image.height)
    writer.format = png_uint_32(PNG_FORMAT_FLAG_COLOR)
    let data = image.pixels.count + image.height
    // libpng's own bound (PNG_IMAGE_PNG_SIZE_MAX, a macro that Swift does not see), rounded up.
    let bound = data + data / 8 + data / 64 + 1024
    return try [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
      var size = png_alloc_size_t(bound)
      let done = png_image_write_to_memory(
        &writer,
        buffer.baseAddress,
        &size,
        0,
        image.interleaved,
        0,
        nil
      )
      guard done != 0 else {
        throw DatasetError.unwritable(file: "PNG picture", reason: message(of: writer))
      }
      count = Int(size)
    }
  }

  /// Turns RGBA into RGB in place.
  private static func layOverWhite(_ pixels: inout [UInt8]) {
    let count = pixels.count / 4
    for i in 0..<count {
      let alpha = Int(pixels[4 * i + 3])
      for c in 0..<3 {
        let value = Int(pixels[4 * i + c]) * alpha + 255 * (255 - alpha)
        pixels[3 * i + c] = UInt8((value + 127) / 255)
      }
    }
    pixels.removeLast(count)
  }

  private static func message(of image: png_image) -> String {
    let text = withUnsafeBytes(of: image.message) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    return text.isEmpty ? "libpng gave no reason" : text
  }
}
