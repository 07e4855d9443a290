import Datasets
import Foundation

/// Small pictures, and files made from them, for the tests to break.
enum Samples {
  /// A picture in which every value differs from its neighbours.
  static func picture(width: Int = 7, height: Int = 5, salt: UInt64 = 0) throws -> Image {
    var random = KeyedRandom("sample picture", salt)
    let pixels = (0..<3 * width * height).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    return try Image(width: width, height: height, pixels: pixels)
  }

  /// A set of random pictures whose labels go round the classes.
  static func set(
    count: Int,
    side: Int = 32,
    classes: Int = 10,
    salt: UInt64 = 0
  ) throws
    -> ImageSet
  {
    let images = try (0..<count).map {
      try picture(width: side, height: side, salt: salt &+ UInt64($0))
    }
    return try ImageSet(
      images,
      labels: (0..<count).map { $0 % classes },
      classNames: (0..<classes).map { "class\($0)" }
    )
  }

  /// An 8 × 8 baseline JPEG of one colour, made by hand: quality tables of ones, no subsampling.
  ///
  /// One component is grey, three are YCbCr, four are CMYK.
  static func jpeg(components: Int, width: Int = 8, height: Int = 8) -> [UInt8] {
    var bytes: [UInt8] = [0xFF, 0xD8]
    func segment(_ marker: UInt8, _ body: [UInt8]) {
      let length = body.count + 2
      bytes += [0xFF, marker, UInt8(length >> 8), UInt8(length & 255)] + body
    }
    segment(0xDB, [0] + Array(repeating: 1, count: 64))
    let parts = (1...components).flatMap { [UInt8($0), 0x11, 0] as [UInt8] }
    let size = [height >> 8, height & 255, width >> 8, width & 255].map { UInt8($0) }
    segment(0xC0, [8] + size + [UInt8(components)] + parts)
    // One-bit codes: DC category 0 is "0", AC end-of-block is "0"; so each block is two zero bits.
    for table in [0x00, 0x10] as [UInt8] {
      segment(0xC4, [table, 1] + Array(repeating: 0, count: 15) + [0])
    }
    segment(
      0xDA,
      [UInt8(components)] + (1...components).flatMap { [UInt8($0), 0] as [UInt8] } + [0, 63, 0]
    )
    let bits = (width + 7) / 8 * ((height + 7) / 8) * components * 2
    bytes += Array(repeating: 0, count: bits / 8)
    if bits % 8 > 0 { bytes.append(UInt8((1 << (8 - bits % 8)) - 1)) }
    return bytes + [0xFF, 0xD9]
  }

  /// A PNG put together chunk by chunk, its pixels stored without compression.
  ///
  /// `depth` is bits a value; `kind` PNG's colour type: 0 grey, 2 RGB, 3 palette, 6 RGBA. Each row
  /// gets a filter byte of 0.
  static func png(
    width: Int,
    height: Int,
    depth: UInt8,
    kind: UInt8,
    interlaced: Bool = false,
    extra: [(String, [UInt8])] = [],
    rows: [[UInt8]]
  ) -> [UInt8] {
    let header = bigEndian(width) + bigEndian(height) + [depth, kind, 0, 0, interlaced ? 1 : 0]
    let raw = rows.flatMap { [UInt8(0)] + $0 }
    let length = [UInt8(raw.count & 255), UInt8(raw.count >> 8)]
    let stored: [UInt8] = [0x78, 0x01, 0x01] + length + length.map { ~$0 } + raw
    let data = stored + bigEndian(Int(adler(raw)))
    var bytes: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    for (name, body) in [("IHDR", header)] + extra + [("IDAT", data), ("IEND", [])] {
      bytes += chunk(name, body)
    }
    return bytes
  }

  static func chunk(_ name: String, _ body: [UInt8]) -> [UInt8] {
    let named = Array(name.utf8) + body
    return bigEndian(body.count) + named + bigEndian(Int(crc(named)))
  }

  static func bigEndian(_ value: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }

  private static func adler(_ bytes: [UInt8]) -> UInt32 {
    var (a, b) = (UInt32(1), UInt32(0))
    for byte in bytes {
      a = (a + UInt32(byte)) % 65521
      b = (b + a) % 65521
    }
    return b << 16 | a
  }

  private static func crc(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(UInt32.max) { crc, byte in
      (0..<8).reduce(crc ^ UInt32(byte)) { crc, _ in
        crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1
      }
    }
  }
}

/// Writes bytes to a file, making the folders above it.
func write(_ bytes: [UInt8], to file: URL) throws {
  try FileManager.default.createDirectory(
    at: file.deletingLastPathComponent(),
    withIntermediateDirectories: true
  )
  try Data(bytes).write(to: file)
}

extension URL {
  static func / (folder: URL, name: String) -> URL { folder.appendingPathComponent(name) }
}
