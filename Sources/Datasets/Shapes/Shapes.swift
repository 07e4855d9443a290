/// Generated pictures of ten kinds of shape, for tests and for trying the whole method in minutes.
///
/// Each picture shows one large shape with its own fill, size, place, tilt and distortion, over a
/// muted, patterned ground with strokes and small shapes that do not count, under uneven light and
/// noise, and at times partly covered. As tomatoes tend to red, each class keeps to a range of hues
/// that overlaps with its neighbours'; there only the form decides, and circle and hexagon, or star
/// and crescent, look much alike to a small network. A WRN-10-1 that has learned 2,000 pictures of
/// 32 × 32 for 15 epochs is right about nine times in ten.
///
/// A picture depends on nothing but (seed, part, index, side): asking for more leaves the first ones
/// as they were. Only exactly rounded arithmetic is used, so the bytes are the same on every machine.
public enum Shapes {
  /// The names of the classes, in the order of their labels.
  public static var classNames: [String] { Silhouette.allCases.map(\.rawValue) }

  /// Generates the first pictures of a part.
  ///
  /// Every ten pictures in a row that begin at a multiple of ten show each class once.
  ///
  /// - Parameters:
  ///   - part: Training and test pictures come from unrelated random streams.
  ///   - count: The number of pictures; at least 1.
  ///   - side: Width and height of each, in pixels; 8 to 4,096.
  ///   - seed: Another seed gives another data set.
  /// - Returns: The pictures with their labels, in order.
  /// - Throws: `DatasetError` if `count` or `side` is out of range or the set exceeds 16 GiB.
  /// - Complexity: About 0.4 ms for a picture of 32 × 32.
  public static func images(
    _ part: DataPart,
    count: Int,
    side: Int = 32,
    seed: UInt64
  ) throws -> ImageSet {
    guard count >= 1 else {
      throw DatasetError.invalidSetting(
        name: "number of shapes",
        value: "\(count)",
        allowed: "1 or more"
      )
    }
    let size = try byteCount(side: side)
    guard count <= PictureLimits.standard.setBytes / size else {
      throw DatasetError.setTooLarge(
        name: "shapes",
        bytes: count.multipliedReportingOverflow(by: size).partialValue,
        limit: PictureLimits.standard.setBytes
      )
    }
    var pixels: [UInt8] = []
    pixels.reserveCapacity(count * size)
    var labels: [Int] = []
    for index in 0..<count {
      let label = label(part, index: index, seed: seed)
      pixels += draw(part, index: index, label: label, side: side, seed: seed)
      labels.append(label)
    }
    return ImageSet(
      uncheckedPixels: pixels,
      width: side,
      height: side,
      labels: labels,
      classNames: classNames
    )
  }

  /// The class of the picture at an index.
  private static func label(_ part: DataPart, index: Int, seed: UInt64) -> Int {
    let classCount = Silhouette.allCases.count
    let block = index / classCount
    var random = KeyedRandom("shapes labels", seed, part.key, UInt64(block))
    return random.permutation(of: classCount)[index % classCount]
  }

  private static func draw(
    _ part: DataPart,
    index: Int,
    label: Int,
    side: Int,
    seed: UInt64
  ) -> [UInt8] {
    var random = KeyedRandom("shapes picture", seed, part.key, UInt64(index))
    var canvas = Canvas(side: side)
    ShapeScene(showing: Silhouette.allCases[label], random: &random).paint(on: &canvas)
    return canvas.bytes(noise: Float(random.uniform(in: 0.01...0.04)), random: &random)
  }

  private static func byteCount(side: Int) throws -> Int {
    guard (8...4096).contains(side) else {
      throw DatasetError.invalidSetting(
        name: "side of the shapes",
        value: "\(side)",
        allowed: "8 to 4096 pixels"
      )
    }
    return try Image.byteCount(width: side, height: side)
  }
}

extension DataPart {
  var key: UInt64 { self == .train ? 0 : 1 }
}
