extension Image {
  /// Lays pictures out as a grid, for instance originals above their marked versions.
  ///
  /// Rows may differ in length; places left over show the margin's colour.
  ///
  /// - Parameters:
  ///   - rows: Pictures of one size, row by row.
  ///   - magnification: How many times wider and higher each pixel becomes; at least 1.
  ///   - margin: Pixels around and between pictures, after magnification; at least 0.
  ///   - colour: Red, green and blue of the margin.
  /// - Returns: The sheet, `columns * (width * magnification + margin) + margin` pixels wide.
  /// - Throws: `DatasetError` if there is no picture, sizes differ, a number is out of range, or the
  ///   sheet would exceed `PictureLimits.standard`.
  public static func contactSheet(
    rows: [[Image]],
    magnification: Int = 2,
    margin: Int = 4,
    colour: (UInt8, UInt8, UInt8) = (255, 255, 255)
  ) throws -> Image {
    guard let first = rows.joined().first, let columns = rows.map(\.count).max() else {
      throw DatasetError.inconsistent(what: "pictures of a contact sheet", found: 0, expected: 1)
    }
    for (index, image) in rows.joined().enumerated() {
      try image.checkSize(width: first.width, height: first.height, named: "picture \(index)")
    }
    let width = try extent(first.width, times: magnification, cells: columns, margin: margin)
    let height = try extent(first.height, times: magnification, cells: rows.count, margin: margin)
    try PictureLimits.standard.check(width: width, height: height, of: "contact sheet")

    var sheet = try Image(width: width, height: height, filledWith: colour).pixels
    for (row, images) in rows.enumerated() {
      for (column, image) in images.enumerated() {
        let left = margin + column * (first.width * magnification + margin)
        let top = margin + row * (first.height * magnification + margin)
        image.draw(on: &sheet, sheetWidth: width, left: left, top: top, times: magnification)
      }
    }
    return Image(unchecked: sheet, width: width, height: height)
  }

  private static func extent(
    _ side: Int,
    times magnification: Int,
    cells: Int,
    margin: Int
  ) throws -> Int {
    guard (1...64).contains(magnification) else {
      throw DatasetError.invalidSetting(
        name: "magnification",
        value: "\(magnification)",
        allowed: "1 to 64"
      )
    }
    guard (0...1024).contains(margin) else {
      throw DatasetError.invalidSetting(name: "margin", value: "\(margin)", allowed: "0 to 1024")
    }
    return cells * (side * magnification + margin) + margin
  }

  private func draw(
    on sheet: inout [UInt8],
    sheetWidth: Int,
    left: Int,
    top: Int,
    times magnification: Int
  ) {
    let sheetHeight = sheet.count / 3 / sheetWidth
    for channel in 0..<3 {
      for y in 0..<height * magnification {
        let source = (channel * height + y / magnification) * width
        let target = (channel * sheetHeight + top + y) * sheetWidth + left
        for x in 0..<width * magnification {
          sheet[target + x] = pixels[source + x / magnification]
        }
      }
    }
  }
}
