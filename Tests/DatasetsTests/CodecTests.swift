import Datasets
import TestSupport
import Testing

@Suite("Picture files")
struct CodecTests {
  @Test(
    "PNG gives back every byte",
    arguments: [(1, 1), (1, 9), (9, 1), (7, 5), (32, 32), (257, 3)]
  )
  func pngRoundTrip(width: Int, height: Int) throws {
    let image = try Samples.picture(width: width, height: height)
    let bytes = try PNGCodec.encode(image)
    #expect(try PNGCodec.decode(bytes) == image)
    #expect(try Image(encoded: bytes) == image)
  }

  @Test("PNG: grey becomes RGB")
  func grey() throws {
    let bytes = Samples.png(width: 2, height: 1, depth: 8, kind: 0, rows: [[7, 200]])
    #expect(try PNGCodec.decode(bytes).pixels == [7, 200, 7, 200, 7, 200])
  }

  @Test("PNG: one-bit grey is black and white")
  func oneBit() throws {
    let bytes = Samples.png(width: 2, height: 1, depth: 1, kind: 0, rows: [[0b0100_0000]])
    #expect(try PNGCodec.decode(bytes).pixels == [0, 255, 0, 255, 0, 255])
  }

  @Test("PNG: palette colours are looked up")
  func palette() throws {
    let bytes = Samples.png(
      width: 2,
      height: 1,
      depth: 8,
      kind: 3,
      extra: [("PLTE", [1, 2, 3, 40, 50, 60])],
      rows: [[1, 0]]
    )
    #expect(try PNGCodec.decode(bytes).pixels == [40, 1, 50, 2, 60, 3])
  }

  @Test("PNG: 16-bit values are taken as sRGB, not as linear light", arguments: [0, 100, 128, 255])
  func sixteenBit(value: UInt8) throws {
    let row = Array(repeating: value, count: 6)
    let bytes = Samples.png(width: 1, height: 1, depth: 16, kind: 2, rows: [row])
    #expect(try PNGCodec.decode(bytes).pixels == [value, value, value])
  }

  @Test(
    "PNG: transparent pixels are laid over white",
    arguments: [(0, 255), (255, 100), (128, 177)] as [(UInt8, UInt8)]
  )
  func alpha(alpha: UInt8, expected: UInt8) throws {
    let bytes = Samples.png(
      width: 1,
      height: 1,
      depth: 8,
      kind: 6,
      rows: [[100, 100, 100, alpha]]
    )
    #expect(try PNGCodec.decode(bytes).pixels == [expected, expected, expected])
  }

  @Test("PNG: a palette with transparency is laid over white, too")
  func transparentPalette() throws {
    let bytes = Samples.png(
      width: 2,
      height: 1,
      depth: 8,
      kind: 3,
      extra: [("PLTE", [1, 2, 3, 40, 50, 60]), ("tRNS", [0, 255])],
      rows: [[0, 1]]
    )
    #expect(try PNGCodec.decode(bytes).pixels == [255, 40, 255, 50, 255, 60])
  }

  @Test("PNG: interlaced rows come in order")
  func interlaced() throws {
    // A 2 × 2 picture has pass 1 (top left), pass 6 (top right) and pass 7 (bottom row).
    let bytes = Samples.png(
      width: 2,
      height: 2,
      depth: 8,
      kind: 0,
      interlaced: true,
      rows: [[10], [20], [30, 40]]
    )
    #expect(try PNGCodec.decode(bytes).pixels.prefix(4) == [10, 20, 30, 40])
  }

  @Test("JPEG: grey and colour become RGB", arguments: [1, 3])
  func jpeg(components: Int) throws {
    let image = try Image(encoded: Samples.jpeg(components: components, width: 9, height: 17))
    #expect(image == (try Image(width: 9, height: 17, filledWith: (128, 128, 128))))
  }

  @Test("A file's first bytes decide, not its name")
  func magicBytes() throws {
    try withTemporaryDirectory { folder in
      try write(Samples.jpeg(components: 3), to: folder / "picture.png")
      let image = try Image(contentsOf: folder / "picture.png")
      #expect(image.width == 8 && image.height == 8)
      try image.writePNG(to: folder / "copy.png")
      #expect(try Image(contentsOf: folder / "copy.png") == image)
    }
  }
}
