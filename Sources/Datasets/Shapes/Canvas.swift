/// A square picture of floating-point colours to paint on; coordinates run from 0 to 1.
struct Canvas {
  /// The coordinates of sixteen points.
  typealias Points = (x: SIMD16<Float>, y: SIMD16<Float>)
  /// Which of sixteen points something holds for.
  typealias Mask = SIMDMask<SIMD16<Int32>>

  /// 4 × 4 places within a pixel, in pixels.
  private static let samples: Points = (
    SIMD16((0..<16).map { (Float($0 & 3) + 0.5) * 0.25 }),
    SIMD16((0..<16).map { (Float($0 >> 2) + 0.5) * 0.25 })
  )

  private let side: Int
  private var colours: [Texture.Colour]

  init(side: Int) {
    self.side = side
    colours = Array(repeating: .zero, count: side * side)
  }

  /// Covers the whole picture.
  mutating func fill(with texture: Texture) {
    let step = 1 / Float(side)
    for row in 0..<side {
      for column in 0..<side {
        colours[row * side + column] = texture.colour(
          (Float(column) + 0.5) * step,
          (Float(row) + 0.5) * step
        )
      }
    }
  }

  /// Covers an area, its edge smoothed by 4 × 4 samples a pixel.
  ///
  /// - Parameters:
  ///   - centre: Middle of a square that holds the area.
  ///   - reach: Half the side of that square.
  ///   - texture: The colours.
  ///   - opacity: 0 leaves the picture as it is, 1 hides it.
  ///   - contains: Which points belong to the area.
  mutating func paint(
    around centre: SIMD2<Float>,
    reach: Float,
    with texture: Texture,
    opacity: Float = 1,
    where contains: (Points) -> Mask
  ) {
    let step = 1 / Float(side)
    let (dx, dy) = (Self.samples.x * step, Self.samples.y * step)
    for row in pixels(centre.y - reach, centre.y + reach) {
      for column in pixels(centre.x - reach, centre.x + reach) {
        let (x, y) = (Float(column) * step, Float(row) * step)
        let ones = SIMD16<Int32>.zero.replacing(with: 1, where: contains((x + dx, y + dy)))
        let hits = ones.wrappedSum()
        guard hits > 0 else { continue }
        let below = colours[row * side + column]
        let above = texture.colour(x + 0.5 * step, y + 0.5 * step)
        colours[row * side + column] = below + (above - below) * (opacity * Float(hits) / 16)
      }
    }
  }

  /// Multiplies brightness by a factor that changes evenly across the picture.
  mutating func light(from first: Float, to second: Float, along direction: SIMD2<Float>) {
    let step = 1 / Float(side)
    for row in 0..<side {
      for column in 0..<side {
        let x = (Float(column) + 0.5) * step - 0.5
        let y = (Float(row) + 0.5) * step - 0.5
        let place = unit(0.5 + x * direction.x + y * direction.y)
        colours[row * side + column] *= first + (second - first) * place
      }
    }
  }

  /// The picture as planes of bytes, with noise of the given standard deviation on every value.
  func bytes(noise: Float, random: inout KeyedRandom) -> [UInt8] {
    let plane = side * side
    return [UInt8](unsafeUninitializedCapacity: 3 * plane) { bytes, count in
      for i in 0..<plane {
        let colour = colours[i] + Self.noise(random: &random) * noise
        for channel in 0..<3 {
          bytes[channel * plane + i] = UInt8(unit(colour[channel]) * 255 + 0.5)
        }
      }
      count = 3 * plane
    }
  }

  /// Four sums of four uniform 8-bit numbers: nearly normal, mean 0, standard deviation 1.
  private static func noise(random: inout KeyedRandom) -> SIMD4<Float> {
    let bits = SIMD2<UInt64>(random.next(), random.next())
    let bytes = unsafeBitCast(bits, to: SIMD16<UInt8>.self)
    let halves =
      SIMD8<UInt16>(truncatingIfNeeded: bytes.evenHalf)
      &+ SIMD8<UInt16>(truncatingIfNeeded: bytes.oddHalf)
    let sums = SIMD4<Float>(halves.evenHalf) + SIMD4<Float>(halves.oddHalf)
    // A byte has mean 127.5 and variance (256² − 1) / 12; four have twice its deviation.
    return (sums - 510) / 147.8
  }

  private func pixels(_ low: Float, _ high: Float) -> Range<Int> {
    let scale = Float(side)
    let first = Int(min(max((low * scale).rounded(.down), 0), scale))
    let last = Int(min(max((high * scale).rounded(.up), 0), scale))
    return first..<max(first, last)
  }
}
