/// Changes of colour and a hole, on top of crops and flips.
///
/// Brightness, contrast and saturation are multiplied by factors drawn evenly from 1 ± strength, in
/// this order, as torchvision's `ColorJitter` does in a random one. Then comes Cutout (DeVries and
/// Taylor, 2017, arXiv:1708.04552): a square around a random pixel, cut off at the border, is wiped
/// out. The paper fills it with zeros after normalisation; here it becomes mid-grey before. The choice
/// for a picture is a pure function of (seed, epoch, its position in the data set).
public struct StrongAugmentation: Sendable, Hashable {
  /// The largest change of brightness, in 0...1.
  public let brightness: Double
  /// The largest change of contrast, in 0...1.
  public let contrast: Double
  /// The largest change of saturation, in 0...1.
  public let saturation: Double
  /// The side of the hole as a share of the picture's shorter side, in 0...1.
  public let hole: Double

  /// What chance decides about one picture in one epoch.
  public struct Choice: Sendable, Equatable {
    /// The factor of all colours, in [0, 2].
    public let brightness: Double
    /// The factor of the distance to the picture's mean grey, in [0, 2].
    public let contrast: Double
    /// The factor of the distance to each pixel's grey, in [0, 2].
    public let saturation: Double
    /// The rows of the hole on the picture.
    public let holeRows: Range<Int>
    /// The columns of the hole on the picture.
    public let holeColumns: Range<Int>
  }

  /// Creates the augmentation.
  ///
  /// - Throws: `DatasetError` if a number is outside 0...1.
  public init(
    brightness: Double = 0.4,
    contrast: Double = 0.4,
    saturation: Double = 0.4,
    hole: Double = 0.5
  ) throws {
    let settings = [
      ("brightness", brightness), ("contrast", contrast), ("saturation", saturation),
      ("hole", hole),
    ]
    for (name, value) in settings where !(0...1).contains(value) {
      throw DatasetError.invalidSetting(name: name, value: "\(value)", allowed: "0 to 1")
    }
    self.init(unchecked: brightness, contrast, saturation, hole: hole)
  }

  /// Colours changed by up to 40 %, and a hole of half the side: Cutout's 16 pixels for CIFAR-10.
  public static let standard = StrongAugmentation(unchecked: 0.4, 0.4, 0.4, hole: 0.5)

  private init(
    unchecked brightness: Double,
    _ contrast: Double,
    _ saturation: Double,
    hole: Double
  ) {
    self.brightness = brightness
    self.contrast = contrast
    self.saturation = saturation
    self.hole = hole
  }

  /// The choice for the picture at a position of a data set of pictures of one size.
  public func choice(
    forImage index: Int,
    epoch: Int,
    seed: UInt64,
    width: Int,
    height: Int
  ) -> Choice {
    var random = KeyedRandom(
      "colour and hole",
      seed,
      UInt64(bitPattern: Int64(epoch)),
      UInt64(bitPattern: Int64(index))
    )
    let side = Int((hole * Double(min(width, height))).rounded())
    let span = { (middle: Int, extent: Int) in
      max(0, middle - side / 2)..<min(extent, middle - side / 2 + side)
    }
    return Choice(
      brightness: random.uniform(in: 1 - brightness...1 + brightness),
      contrast: random.uniform(in: 1 - contrast...1 + contrast),
      saturation: random.uniform(in: 1 - saturation...1 + saturation),
      holeRows: side > 0 ? span(random.index(below: height), height) : 0..<0,
      holeColumns: side > 0 ? span(random.index(below: width), width) : 0..<0
    )
  }

  /// Changes pictures that lie one after the other, in place.
  ///
  /// The caller vouches that `target` holds a picture of the collection's size for each position.
  func changeChecked(
    _ indices: some Collection<Int>,
    of collection: some PictureCollection,
    epoch: Int,
    seed: UInt64,
    in target: UnsafeMutableBufferPointer<UInt8>
  ) {
    guard var place = target.baseAddress else { return }
    let (width, height) = (collection.width, collection.height)
    for index in indices {
      let choice = choice(forImage: index, epoch: epoch, seed: seed, width: width, height: height)
      recolour(place, area: width * height, choice)
      punch(place, width: width, height: height, choice)
      place += collection.bytesPerImage
    }
  }

  private static let greyWeights = SIMD3<Float>(0.299, 0.587, 0.114)
  private static let black = SIMD3<Float>(repeating: 0)
  private static let white = SIMD3<Float>(repeating: 255)
  private static let holeValue: UInt8 = 128

  private func recolour(_ picture: UnsafeMutablePointer<UInt8>, area: Int, _ choice: Choice) {
    let brightness = Float(choice.brightness)
    let contrast = Float(choice.contrast)
    let saturation = Float(choice.saturation)
    func limited(_ colour: SIMD3<Float>) -> SIMD3<Float> {
      colour.clamped(lowerBound: Self.black, upperBound: Self.white)
    }
    func brightened(_ pixel: Int) -> SIMD3<Float> {
      let colour = SIMD3(picture[pixel], picture[area + pixel], picture[2 * area + pixel])
      return limited(SIMD3<Float>(colour) * brightness)
    }
    var sum = 0.0
    for pixel in 0..<area {
      sum += Double((brightened(pixel) * Self.greyWeights).sum())
    }
    let mean = SIMD3(repeating: Float(sum / Double(area)))
    for pixel in 0..<area {
      let colour = limited(mean + (brightened(pixel) - mean) * contrast)
      let grey = SIMD3(repeating: (colour * Self.greyWeights).sum())
      let result = SIMD3<UInt8>(limited(grey + (colour - grey) * saturation) + 0.5)
      picture[pixel] = result.x
      picture[area + pixel] = result.y
      picture[2 * area + pixel] = result.z
    }
  }

  private func punch(
    _ picture: UnsafeMutablePointer<UInt8>,
    width: Int,
    height: Int,
    _ choice: Choice
  ) {
    for channel in 0..<3 {
      for row in choice.holeRows {
        let line = picture + (channel * height + row) * width + choice.holeColumns.lowerBound
        line.update(repeating: Self.holeValue, count: choice.holeColumns.count)
      }
    }
  }
}

extension StrongAugmentation: Codable {
  enum CodingKeys: String, CodingKey {
    case brightness, contrast, saturation, hole
  }

  /// Reads and checks an augmentation.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    try self.init(
      brightness: container.decode(Double.self, forKey: .brightness),
      contrast: container.decode(Double.self, forKey: .contrast),
      saturation: container.decode(Double.self, forKey: .saturation),
      hole: container.decode(Double.self, forKey: .hole)
    )
  }
}
