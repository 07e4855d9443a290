import Datasets
import Testing

@Suite("Pictures: resizing, contact sheets, generated shapes")
struct PictureTests {
  @Test("Halving averages, with the weights of a triangle")
  func halving() throws {
    let row: [UInt8] = [0, 80, 160, 240]
    let image = try Image(width: 4, height: 1, pixels: row + row + row)
    // Triangle of half-width 2 around 1: weights 3, 3, 1 of 7 (what lies outside is left out).
    #expect(try image.resized(toWidth: 2, height: 1).pixels.prefix(2) == [57, 183])
  }

  @Test("Doubling is bilinear")
  func doubling() throws {
    let image = try Image(width: 2, height: 1, pixels: [0, 100, 0, 100, 0, 100])
    #expect(try image.resized(toWidth: 4, height: 1).pixels.prefix(4) == [0, 25, 75, 100])
  }

  @Test("One colour stays one colour", arguments: [(1, 1), (3, 17), (40, 8), (16, 16)])
  func constant(width: Int, height: Int) throws {
    let image = try Image(width: 16, height: 16, filledWith: (3, 128, 255))
    let expected = try Image(width: width, height: height, filledWith: (3, 128, 255))
    #expect(try image.resized(toWidth: width, height: height) == expected)
  }

  @Test("The central square leaves out both ends")
  func centralSquare() throws {
    let row: [UInt8] = [1, 2, 3, 4]
    let wide = try Image(width: 4, height: 2, pixels: (0..<6).flatMap { _ in row })
    #expect(wide.croppedToCentralSquare().pixels.prefix(4) == [2, 3, 2, 3])
    let high = try Image(width: 1, height: 4, pixels: row + row + row)
    #expect(high.croppedToCentralSquare().pixels == [2, 2, 2])
  }

  @Test("Sizes that are not positive, or too large, are refused", arguments: [0, -1, 1 << 62])
  func badSize(side: Int) throws {
    let image = try Samples.picture()
    #expect(throws: DatasetError.self) { try image.resized(toWidth: side, height: 4) }
    #expect(throws: DatasetError.self) { try Image(width: side, height: 4, pixels: [1, 2, 3]) }
    #expect(throws: DatasetError.self) {
      try Image(width: side, height: 1 << 20, filledWith: (0, 0, 0))
    }
  }

  @Test("A contact sheet shows each picture enlarged in its place", arguments: [1, 3])
  func contactSheet(times: Int) throws {
    let images = try (0..<5).map { try Samples.picture(width: 3, height: 2, salt: $0) }
    let sheet = try Image.contactSheet(
      rows: [Array(images[0..<3]), Array(images[3..<5])],
      magnification: times,
      margin: 2,
      colour: (9, 8, 7)
    )
    #expect(sheet.width == 3 * (3 * times + 2) + 2)
    #expect(sheet.height == 2 * (2 * times + 2) + 2)
    func place(_ position: Int, _ pitch: Int, _ extent: Int) -> (cell: Int, inside: Int)? {
      let inside = position % pitch - 2
      return inside >= 0 && position / pitch < extent ? (position / pitch, inside / times) : nil
    }
    for y in 0..<sheet.height {
      for x in 0..<sheet.width {
        let column = place(x, 3 * times + 2, 3)
        let row = place(y, 2 * times + 2, 2)
        for channel in 0..<3 {
          var expected: UInt8 = [9, 8, 7][channel]
          if let column, let row, row.cell * 3 + column.cell < images.count {
            let image = images[row.cell * 3 + column.cell]
            expected = image.pixels[(channel * 2 + row.inside) * 3 + column.inside]
          }
          #expect(sheet.pixels[(channel * sheet.height + y) * sheet.width + x] == expected)
        }
      }
    }
  }

  @Test("Contact sheets without pictures, of mixed sizes or beyond all bounds are refused")
  func badContactSheet() throws {
    let image = try Samples.picture()
    #expect(throws: DatasetError.self) { try Image.contactSheet(rows: []) }
    #expect(throws: DatasetError.self) { try Image.contactSheet(rows: [[], []]) }
    #expect(throws: DatasetError.self) {
      try Image.contactSheet(rows: [[image, Samples.picture(width: 4)]])
    }
    #expect(throws: DatasetError.self) { try Image.contactSheet(rows: [[image]], magnification: 0) }
    #expect(throws: DatasetError.self) { try Image.contactSheet(rows: [[image]], margin: -1) }
    let large = try Image(width: 2000, height: 2000, filledWith: (0, 0, 0))
    #expect(throws: DatasetError.self) {
      try Image.contactSheet(rows: [[large]], magnification: 64)
    }
  }

  @Test("Asking for more shapes leaves the first ones as they were", arguments: DataPart.allCases)
  func prefix(part: DataPart) throws {
    let many = try Shapes.images(part, count: 45, seed: 3)
    #expect(try Shapes.images(part, count: 17, seed: 3) == many.subset(0..<17))
    #expect(try Shapes.images(part, count: 45, seed: 4) != many)
  }

  @Test("The first shapes are the same bytes on every machine, debug or release")
  func golden() throws {
    let pixels = try Shapes.images(.train, count: 20, seed: 1).pixels
    // 64-bit FNV-1a; changes whenever the drawing does, and published results with it.
    let digest = pixels.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { hash, byte in
      (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
    }
    #expect(digest == 0x70BD_BD32_B851_68C6)
  }

  @Test("Training and test shapes differ")
  func parts() throws {
    let train = try Shapes.images(.train, count: 10, seed: 3)
    #expect(try Shapes.images(.test, count: 10, seed: 3).pixels != train.pixels)
  }

  @Test("Every ten shapes show each class once")
  func balanced() throws {
    let labels = try Shapes.images(.train, count: 100, side: 8, seed: 1).labels
    for start in stride(from: 0, to: 100, by: 10) {
      #expect(labels[start..<start + 10].sorted() == Array(0..<10))
    }
    #expect(Array(labels[0..<10]) != Array(labels[10..<20]))
  }

  @Test("Shapes come at any side from 8", arguments: [8, 9, 33, 64])
  func sides(side: Int) throws {
    let set = try Shapes.images(.train, count: 10, side: side, seed: 1)
    #expect(set.width == side && set.height == side && set.classNames == Shapes.classNames)
    for index in set.indices { #expect(Set(set[index].pixels).count > 20) }
  }

  @Test(
    "Impossible orders for shapes are refused",
    arguments: [(0, 32), (-1, 32), (1, 7), (1, 5000), (.max, 32)]
  )
  func refused(count: Int, side: Int) {
    #expect(throws: DatasetError.self) {
      try Shapes.images(.train, count: count, side: side, seed: 1)
    }
  }
}
