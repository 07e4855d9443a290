/// A pattern of two colours over the plane; red, green, blue in [0, 1], the fourth lane unused.
struct Texture {
  enum Pattern: CaseIterable {
    case plain, gradient, glow, stripes, checks, dots, clouds
  }

  typealias Colour = SIMD4<Float>

  private let pattern: Pattern
  private let first: Colour
  private let second: Colour
  private let direction: SIMD2<Float>
  private let frequency: Float
  private let phase: Float
  private let lattice: UInt32

  /// Draws a pattern between two colours.
  init(_ first: Colour, _ second: Colour, random: inout KeyedRandom) {
    self.first = first
    self.second = second
    pattern = Pattern.allCases[random.index(below: Pattern.allCases.count)]
    let turn = Float(random.uniform())
    direction = [wave(turn + 0.25), wave(turn)]
    frequency = Float(random.uniform(in: 2.5...7))
    phase = Float(random.uniform())
    lattice = UInt32(truncatingIfNeeded: random.next())
  }

  private init(plain colour: Colour) {
    (pattern, first, second) = (.plain, colour, colour)
    (direction, frequency, phase, lattice) = ([1, 0], 1, 0, 0)
  }

  /// One colour everywhere.
  static func plain(_ colour: Colour) -> Texture {
    Texture(plain: colour)
  }

  /// The colour at a point of the picture, both coordinates in [0, 1].
  func colour(_ x: Float, _ y: Float) -> Colour {
    first + (second - first) * weight(x, y)
  }

  private func weight(_ x: Float, _ y: Float) -> Float {
    let along = x * direction.x + y * direction.y
    let across = y * direction.x - x * direction.y
    switch pattern {
    case .plain: return 0
    case .gradient: return unit(0.5 + (along - 0.5 * (direction.x + direction.y)) * 0.9)
    case .glow:
      let (dx, dy) = (x - phase, y - 0.5 - 0.4 * direction.y)
      return unit((dx * dx + dy * dy) * 2)
    case .stripes: return unit(0.5 + 1.5 * wave(along * frequency + phase))
    case .checks: return unit(0.5 + 3 * wave(along * frequency) * wave(across * frequency + phase))
    case .dots: return unit(2.2 * wave(along * frequency) * wave(across * frequency + phase))
    case .clouds: return unit(0.65 * clouds(x, y, 1) + 0.35 * clouds(x, y, 2.3))
    }
  }

  /// Random values on a grid, smoothly joined.
  private func clouds(_ x: Float, _ y: Float, _ detail: Float) -> Float {
    let (u, v) = (x * frequency * detail, y * frequency * detail)
    let (column, row) = (u.rounded(.down), v.rounded(.down))
    let (s, t) = (smooth(u - column), smooth(v - row))
    let (i, j) = (UInt32(column), UInt32(row))
    let top = corner(i, j) + (corner(i + 1, j) - corner(i, j)) * s
    let bottom = corner(i, j + 1) + (corner(i + 1, j + 1) - corner(i, j + 1)) * s
    return top + (bottom - top) * t
  }

  private func corner(_ i: UInt32, _ j: UInt32) -> Float {
    var hash = lattice ^ (i &* 0x9E37_79B1) ^ (j &* 0x85EB_CA77)
    hash = (hash ^ (hash >> 15)) &* 0x2C1B_3C6D
    hash = (hash ^ (hash >> 12)) &* 0x297A_2D39
    return Float((hash ^ (hash >> 15)) >> 8) * 0x1p-24
  }
}

/// Clamps to [0, 1].
func unit(_ value: Float) -> Float {
  min(max(value, 0), 1)
}

/// The cubic step from 0 to 1, level at both ends.
func smooth(_ value: Float) -> Float {
  value * value * (3 - 2 * value)
}

extension Texture {
  /// Returns red, green and blue of a hue in turns, a saturation and a brightness in [0, 1].
  static func colour(hue: Float, saturation: Float, brightness: Float) -> Colour {
    func channel(_ shift: Float) -> Float {
      let turn = hue + shift - (hue + shift).rounded(.down)
      return brightness * (1 - saturation + saturation * unit(abs(6 * turn - 3) - 1))
    }
    return [channel(0), channel(2.0 / 3), channel(1.0 / 3), 0]
  }
}
