/// Generated pictures of ten kinds of shape, for tests and for trying the whole method in minutes.
///
/// Each picture shows one large shape with its own colours, fill, size, place, rotation and
/// distortion, over a patterned ground with smaller shapes and strokes that belong to no class, under
/// noise and often half covered. Circle, hexagon and ring, or crescent and heart, are easily taken
/// for one another, so that a small network learns most of the classes but not all.
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
  /// - Complexity: About 0.3 ms for a picture of 32 × 32.
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
