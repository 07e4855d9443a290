import Foundation
public import Datasets

/// A picture drawn by code: whirls of thick, saturated strokes over a dark ground.
public enum BuiltInStyle {
  /// What the style is called where a picture's path could stand.
  public static let name = "built-in"
  /// Raised when the picture changes.
  public static let version = 1

  /// Draws the picture, 256 × 256; the same each time.
  public static func picture() throws -> Image {
    var canvas = StrokeCanvas(side: StylePredictor.side)
    var random = KeyedRandom("built-in style", UInt64(version))
    for stroke in 0..<strokeCount {
      let isLate = stroke > strokeCount / 2
      let start = SIMD2(random.uniform(), random.uniform())
      let colour = colour(at: start, &random)
      let radius = random.uniform(in: 0.005...0.011) * (isLate ? 0.7 : 1)
      canvas.draw(from: start, length: isLate ? 26 : 40, radius: radius, colour: colour)
    }
    return try canvas.image()
  }

  private static let strokeCount = 3_600

  /// From shadow to light, so that what is light in a picture stays light when painted.
  private static let ramp: [SIMD3<Double>] = [
    [0.10, 0.01, 0.28], [0.45, 0.02, 0.42], [0.86, 0.06, 0.28], [0.98, 0.46, 0.05],
    [1.00, 0.82, 0.22], [1.00, 0.96, 0.70],
  ]
  private static let accent: SIMD3<Double> = [0.00, 0.62, 0.60]

  /// Neighbouring strokes have like colours; a few stand out.
  private static func colour(
    at place: SIMD2<Double>,
    _ random: inout KeyedRandom
  ) -> SIMD3<Double> {
    if random.uniform() < 0.08 { return accent * random.uniform(in: 0.6...1.3) }
    let wave = sin(8 * place.x + 3 * sin(5 * place.y)) + sin(7 * place.y - 3 * sin(6 * place.x))
    let light = (wave + 2) / 4 + random.uniform(in: -0.13...0.13)
    let step = max(0, min(0.999, light)) * Double(ramp.count - 1)
    let below = ramp[Int(step)]
    return below + (ramp[Int(step) + 1] - below) * (step - step.rounded(.down))
  }
}

/// Paints strokes that follow a field of whirls.
private struct StrokeCanvas {
  private let side: Int
  private var pixels: [SIMD3<Double>]

  /// Middle, and sense and strength of each whirl.
  private static let whirls: [(middle: SIMD2<Double>, turn: Double)] = [
    ([0.30, 0.28], 1.0), ([0.74, 0.34], -1.2), ([0.48, 0.72], 1.1), ([0.90, 0.86], -0.8),
    ([0.08, 0.80], -0.9),
  ]

  init(side: Int) {
    self.side = side
    pixels = Array(repeating: [0.03, 0.03, 0.12], count: side * side)
  }

  mutating func draw(
    from start: SIMD2<Double>,
    length: Int,
    radius: Double,
    colour: SIMD3<Double>
  ) {
    var place = start
    for _ in 0..<length {
      stamp(at: place, radius: radius, colour: colour)
      place += StrokeCanvas.direction(at: place) * 0.004
    }
  }

  /// Whirls turn around their middles, weaker with distance; far from all of them strokes run level.
  private static func direction(at place: SIMD2<Double>) -> SIMD2<Double> {
    var sum = SIMD2(0.25, 0.05)
    for whirl in whirls {
      let offset = place - whirl.middle
      let weight = whirl.turn / (0.004 + (offset * offset).sum())
      sum += SIMD2(-offset.y, offset.x) * weight
    }
    return sum / max((sum * sum).sum().squareRoot(), 1e-9)
  }

  /// A round dab, lighter above and darker below, as thick paint is.
  private mutating func stamp(at place: SIMD2<Double>, radius: Double, colour: SIMD3<Double>) {
    let scale = Double(side)
    func range(_ middle: Double) -> Range<Int> {
      let first = max(0, Int(((middle - radius) * scale).rounded(.down)))
      return first..<max(first, min(side, Int(((middle + radius) * scale).rounded(.up))))
    }
    for row in range(place.y) {
      for column in range(place.x) {
        let point = SIMD2(Double(column) + 0.5, Double(row) + 0.5) / scale
        let offset = (point - place) / radius
        guard (offset * offset).sum() <= 1 else { continue }
        pixels[row * side + column] = colour * (1 - 0.35 * offset.y)
      }
    }
  }

  func image() throws -> Image {
    let planes = (0..<3).flatMap { channel in
      pixels.map { UInt8(max(0, min(255, $0[channel] * 255 + 0.5))) }
    }
    return try Image(width: side, height: side, pixels: planes)
  }
}
