/// The shapes, each about as large as the unit circle around the origin; y points down.
enum Silhouette: String, CaseIterable {
  case circle, ring, crescent, square, hexagon, triangle, star, cross, arrow, heart

  /// The hue, in turns, around which the colours of the class lie, as tomatoes tend to red.
  var usualHue: Float {
    switch self {
    case .heart: 0.0
    case .arrow: 0.1
    case .crescent: 0.2
    case .star: 0.3
    case .triangle: 0.4
    case .cross: 0.5
    case .square: 0.6
    case .ring: 0.7
    case .circle: 0.8
    case .hexagon: 0.9
    }
  }

  /// The shape, ready to be asked about many points.
  var outline: Outline { Outline(silhouette: self, corners: corners) }

  /// The corners of a polygon, none for the shapes that are round.
  private var corners: [SIMD2<Float>] {
    switch self {
    case .circle, .ring, .crescent, .heart: []
    case .square: Self.squareCorners
    case .hexagon: Self.hexagonCorners
    case .triangle: Self.triangleCorners
    case .star: Self.starCorners
    case .cross: Self.crossCorners
    case .arrow: Self.arrowCorners
    }
  }

  private static let squareCorners = regular(corners: 4, radius: 1.12)
  private static let hexagonCorners = regular(corners: 6, radius: 1.03)
  private static let triangleCorners = regular(corners: 3, radius: 1.12)
  private static let starCorners = (0..<10).map { corner in
    point(atTurn: Float(corner) / 10, radius: corner.isMultiple(of: 2) ? 1.12 : 0.5)
  }
  private static let crossCorners: [SIMD2<Float>] = [
    [-0.34, -1], [0.34, -1], [0.34, -0.34], [1, -0.34], [1, 0.34], [0.34, 0.34],
    [0.34, 1], [-0.34, 1], [-0.34, 0.34], [-1, 0.34], [-1, -0.34], [-0.34, -0.34],
  ]
  private static let arrowCorners: [SIMD2<Float>] = [
    [-1, -0.3], [0.05, -0.3], [0.05, -0.85], [1.1, 0], [0.05, 0.85], [0.05, 0.3], [-1, 0.3],
  ]

  private static func regular(corners: Int, radius: Float) -> [SIMD2<Float>] {
    (0..<corners).map { point(atTurn: Float($0) / Float(corners), radius: radius) }
  }

  private static func point(atTurn turn: Float, radius: Float) -> SIMD2<Float> {
    [radius * wave(turn), -radius * wave(turn + 0.25)]
  }
}

/// The border of a shape, for asking which points it encloses.
struct Outline {
  fileprivate let silhouette: Silhouette
  fileprivate let corners: [SIMD2<Float>]

  /// Which points belong to the shape.
  func contains(_ points: Canvas.Points) -> Canvas.Mask {
    let (x, y) = points
    let squared = x * x + y * y
    switch silhouette {
    case .circle: return squared .< 0.9
    case .ring: return (squared .< 1) .& (squared .> 0.27)
    case .crescent: return (squared .< 1) .& ((x - 0.5) * (x - 0.5) + y * y .> 0.62)
    case .heart:
      let (u, v) = (x * 1.12, 0.1 - y * 1.12)
      let body = u * u + v * v - 0.8
      return body * body * body .< u * u * v * v * v
    case .square, .hexagon, .triangle, .star, .cross, .arrow: return areInside(x, y)
    }
  }

  /// Counts how many sides a ray to the right crosses.
  private func areInside(_ x: SIMD16<Float>, _ y: SIMD16<Float>) -> Canvas.Mask {
    var inside = Canvas.Mask(repeating: false)
    guard var previous = corners.last else { return inside }
    for corner in corners {
      // Infinite or no number where the side is level; such a side is never passed.
      let crossing =
        (previous.x - corner.x) * (y - corner.y) / (previous.y - corner.y) + corner.x
      let isPassed = (y .< corner.y) .^ (y .< previous.y)
      inside .^= isPassed .& (x .< crossing)
      previous = corner
    }
    return inside
  }
}

/// The sine of an angle in turns, to about 0.001.
///
/// Made of additions and multiplications alone, unlike the C library's sine, whose last bit differs
/// between versions and processors.
func wave(_ turns: Float) -> Float {
  let x = turns - turns.rounded(.toNearestOrEven)
  let parabola = 8 * x - 16 * x * abs(x)
  return parabola + 0.225 * (parabola * abs(parabola) - parabola)
}

/// The same of sixteen angles in -1,000,000...1,000,000, to the bit: pictures mix both.
func wave(_ turns: SIMD16<Float>) -> SIMD16<Float> {
  // Beyond 2²³ there are no fractions: adding and subtracting rounds, to even where it is a tie.
  let large: Float = 0x1.8p23
  let x = turns - ((turns + large) - large)
  let size = x.replacing(with: -x, where: x .< 0)
  let parabola = 8 * x - 16 * x * size
  let other = parabola.replacing(with: -parabola, where: parabola .< 0)
  return parabola + 0.225 * (parabola * other - parabola)
}
