internal import Datasets

/// How a small picture is brought to a size that the transformer paints well.
///
/// Every pixel is repeated `factor` times in both directions, so that the shorter side has at least
/// 128 pixels. If a side is then not divisible by 4, up to 3 columns on the right and rows at the
/// bottom are added by repeating the last one; they are cut off after painting. Averaging the painted
/// blocks of `factor` × `factor` pixels gives the picture's own size again. Pictures with sides of
/// 128 or more keep theirs.
package struct PaintingGeometry: Equatable {
  /// The shortest side that is painted.
  package static let shortestSide = 128

  /// How often each pixel is repeated in both directions.
  package let factor: Int
  /// Width after repetition.
  package let enlargedWidth: Int
  /// Height after repetition.
  package let enlargedHeight: Int
  /// Columns added on the right.
  package let addedColumns: Int
  /// Rows added at the bottom.
  package let addedRows: Int

  /// Plans the painting of pictures of one size.
  ///
  /// - Throws: `DatasetError` if a side is not positive or the enlarged picture exceeds
  ///   `PictureLimits.standard`, as a picture of 10 × 100,000 pixels does.
  package init(width: Int, height: Int) throws {
    let shorter = min(width, height)
    guard shorter > 0 else {
      throw DatasetError.invalidSetting(
        name: "picture size",
        value: "\(width) x \(height)",
        allowed: "1 x 1 or more"
      )
    }
    factor = max(1, (PaintingGeometry.shortestSide + shorter - 1) / shorter)
    enlargedWidth = try PaintingGeometry.product(width, factor, width, height)
    enlargedHeight = try PaintingGeometry.product(height, factor, width, height)
    addedColumns = (4 - enlargedWidth % 4) % 4
    addedRows = (4 - enlargedHeight % 4) % 4
    let pixels = try PaintingGeometry.product(enlargedWidth, enlargedHeight, width, height)
    guard pixels <= PictureLimits.standard.pixels else {
      throw PaintingGeometry.tooLarge(width, height)
    }
  }

  /// Pixels of a picture as it is painted.
  package var paintedPixels: Int {
    (enlargedWidth + addedColumns) * (enlargedHeight + addedRows)
  }

  private static func product(_ a: Int, _ b: Int, _ width: Int, _ height: Int) throws -> Int {
    let (product, overflow) = a.multipliedReportingOverflow(by: b)
    guard !overflow else { throw tooLarge(width, height) }
    return product
  }

  private static func tooLarge(_ width: Int, _ height: Int) -> DatasetError {
    .tooManyPixels(
      file: "picture enlarged for painting",
      width: width,
      height: height,
      limit: PictureLimits.standard.pixels
    )
  }
}
