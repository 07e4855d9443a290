extension Image {
  /// Returns the picture at another size.
  ///
  /// Each new value is a weighted mean of the old ones under a triangle that is as wide as two old
  /// or two new pixels, whichever is more: bilinear when enlarging, smoothing when reducing. This is
  /// Pillow's `BILINEAR` and PyTorch's `interpolate(mode: "bilinear", antialias: true)`, up to
  /// rounding. Values are averaged as stored, not in linear light.
  ///
  /// - Throws: `DatasetError` if a side is not positive or exceeds `PictureLimits.standard`.
  public func resized(toWidth newWidth: Int, height newHeight: Int) throws -> Image {
    _ = try Image.byteCount(width: newWidth, height: newHeight)
    try PictureLimits.standard.check(width: newWidth, height: newHeight, of: "resized picture")
    guard (newWidth, newHeight) != (width, height) else { return self }
    let columns = ResamplingWeights(from: width, to: newWidth)
    let rows = ResamplingWeights(from: height, to: newHeight)
    var result: [UInt8] = []
    result.reserveCapacity(3 * newWidth * newHeight)
    for channel in 0..<3 {
      let plane = pixels[channel * width * height..<(channel + 1) * width * height].map(Float.init)
      let narrowed = columns.applyAlongRows(to: plane, rowLength: width)
      let values = rows.applyAlongColumns(to: narrowed, rowLength: newWidth)
      result += values.map { UInt8(min(max($0 + 0.5, 0), 255)) }
    }
    return Image(unchecked: result, width: newWidth, height: newHeight)
  }

  /// Returns the largest square in the middle; an odd pixel is lost on the right or bottom.
  public func croppedToCentralSquare() -> Image {
    guard width != height else { return self }
    let side = min(width, height)
    let (left, top) = ((width - side) / 2, (height - side) / 2)
    var result: [UInt8] = []
    result.reserveCapacity(3 * side * side)
    for channel in 0..<3 {
      for row in top..<top + side {
        let start = (channel * height + row) * width + left
        result += pixels[start..<start + side]
      }
    }
    return Image(unchecked: result, width: side, height: side)
  }
}

/// The weights with which old positions along one axis enter each new one.
private struct ResamplingWeights {
  private var firsts: [Int] = []
  private var weights: [[Float]] = []

  init(from old: Int, to new: Int) {
    let scale = Double(old) / Double(new)
    let reach = max(scale, 1)
    for position in 0..<new {
      let centre = (Double(position) + 0.5) * scale
      let first = max(0, Int((centre - reach + 0.5).rounded(.down)))
      let end = min(old, Int((centre + reach + 0.5).rounded(.down)))
      let raw = (first..<end).map { max(0, 1 - abs(Double($0) + 0.5 - centre) / reach) }
      let sum = raw.reduce(0, +)
      firsts.append(first)
      weights.append(raw.map { Float($0 / sum) })
    }
  }

  func applyAlongRows(to plane: [Float], rowLength: Int) -> [Float] {
    var result: [Float] = []
    result.reserveCapacity(plane.count / rowLength * weights.count)
    for rowStart in stride(from: 0, to: plane.count, by: rowLength) {
      for (first, weights) in zip(firsts, weights) {
        var sum: Float = 0
        for (offset, weight) in weights.enumerated() {
          sum += weight * plane[rowStart + first + offset]
        }
        result.append(sum)
      }
    }
    return result
  }

  func applyAlongColumns(to plane: [Float], rowLength: Int) -> [Float] {
    var result = [Float](repeating: 0, count: weights.count * rowLength)
    for (row, (first, weights)) in zip(firsts, weights).enumerated() {
      for (offset, weight) in weights.enumerated() {
        let source = (first + offset) * rowLength
        for column in 0..<rowLength {
          result[row * rowLength + column] += weight * plane[source + column]
        }
      }
    }
    return result
  }
}
