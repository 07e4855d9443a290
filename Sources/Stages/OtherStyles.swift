import Artifacts
public import Datasets
import FeatureEmbedding
import Foundation

/// Styles to repaint pictures in, of somebody whom nobody told the secret one.
public struct OtherStyles: Sendable, CustomStringConvertible {
  /// Where styles come from.
  public enum Source: String, Sendable, CaseIterable {
    /// Pictures drawn by code, each a random field of bent waves in a random palette.
    case drawings
    /// The published family that owners' keys are drawn from, too.
    case family

    /// How many a thief takes where nothing else is said.
    ///
    /// Drawings are plainly different; of the family it takes many to come close to any key.
    public var usualCount: Int { self == .drawings ? 8 : 200 }
  }

  /// How many styles.
  public let count: Int
  /// Decides the styles, and which picture is painted in which.
  public let seed: UInt64
  /// Where they come from.
  public let source: Source

  /// Creates styles.
  ///
  /// - Throws: `StageError.badSetting` if the count is outside 1...1,000.
  public init(count: Int, seed: UInt64, from source: Source = .drawings) throws {
    guard (1...1_000).contains(count) else {
      throw StageError.badSetting(
        name: "the number of styles",
        value: "\(count)",
        expected: "1 to 1,000"
      )
    }
    self.count = count
    self.seed = seed
    self.source = source
  }

  /// Number, seed, and what is special about them.
  public var description: String {
    switch source {
    case .drawings: "\(count) other styles, seed \(seed)"
    case .family: "\(count) styles of the built-in family, seed \(seed)"
    }
  }

  /// Repaints each picture once, each style being used about equally often.
  ///
  /// - Parameters:
  ///   - pictures: The thief's pictures.
  ///   - progress: Is told how many pictures are done, and of how many; may throw to stop.
  /// - Returns: The repainted pictures, in the order of the plain ones.
  /// - Throws: `DatasetError` if the pictures are too large to paint; `FeatureEmbeddingError` if the build was damaged;
  ///   what `progress` throws.
  public func repaint(
    _ pictures: UnlabelledImages,
    progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
  ) throws -> UnlabelledImages {
    let weights = try StyleWeights.builtIn()
    let makeStyle = try styleMaker(weights)
    let labelled = try pictures.labelled(pictures.indices.map { _ in 0 }, classNames: ["picture"])
    var random = KeyedRandom("other styles", seed)
    let order = random.permutation(of: pictures.count)
    let size = pictures.bytesPerImage
    var pixels = pictures.pixels
    var done = 0
    for index in 0..<min(count, pictures.count) {
      let painter = try StylePainter(style: makeStyle(index), weights: weights)
      let members = stride(from: index, to: order.count, by: count).map { order[$0] }
      let painted = try painter.repaint(labelled, at: members) { part, _ in
        try progress(done + part, pictures.count)
      }
      for (place, index) in members.enumerated() {
        pixels.replaceSubrange(
          index * size..<(index + 1) * size,
          with: painted.pixels[place * size..<(place + 1) * size]
        )
      }
      done += members.count
    }
    return try UnlabelledImages(width: pictures.width, height: pictures.height, pixels: pixels)
  }

  /// Returns a function from a style's number to the style.
  private func styleMaker(_ weights: StyleWeights) throws -> (Int) throws -> Style {
    switch source {
    case .drawings:
      let predictor = try StylePredictor(weights)
      return { try Style(vector: predictor.vector(of: drawing($0)), named: "other-\($0)") }
    case .family:
      let family = try StyleFamily.builtIn()
      return { index in
        let seed = Digest(
          of: KeyDerivation.framed(["hallmark other styles v1", "\(seed)", "\(index)"])
        ).bytes
        return try family.style(seed: seed, named: "other-\(index)")
      }
    }
  }

  /// Draws the picture that a style is taken from, 256 × 256.
  func drawing(_ style: Int) throws -> Image {
    var random = KeyedRandom("drawing", seed, UInt64(style))
    let palette = (0..<4).map { _ in
      SIMD3(random.uniform(), random.uniform(), random.uniform()) * 255
    }
    let waves = (0..<3).map { _ in Wave(frequencies: 3...30, &random) }
    let bend = Wave(frequencies: 1...4, &random)
    let grain = random.uniform(in: 0...0.2)
    let side = StylePredictor.side
    let colours = (0..<side * side).map { pixel in
      let place = SIMD2(Double(pixel % side), Double(pixel / side)) / Double(side)
      let bent = place + 0.1 * bend.height(at: place)
      let sum = waves.reduce(0) { $0 + $1.height(at: bent) } / 3
      let level = sum / 2 + 0.5 + random.uniform(in: -grain...grain)
      let step = max(0, min(0.999, level)) * Double(palette.count - 1)
      let below = palette[Int(step)]
      return below + (palette[Int(step) + 1] - below) * (step - step.rounded(.down))
    }
    return try Image(
      width: side,
      height: side,
      pixels: (0..<3).flatMap { channel in colours.map { UInt8($0[channel] + 0.5) } }
    )
  }
}

/// A plane wave over the unit square.
private struct Wave {
  private let frequency: SIMD2<Double>
  private let phase: Double

  init(frequencies: ClosedRange<Double>, _ random: inout KeyedRandom) {
    let angle = random.uniform(in: 0...2 * Double.pi)
    let number = random.uniform(in: frequencies)
    frequency = SIMD2(cos(angle), sin(angle)) * (2 * Double.pi * number)
    phase = random.uniform(in: 0...2 * Double.pi)
  }

  /// The wave's height in [-1, 1].
  func height(at place: SIMD2<Double>) -> Double {
    sin((frequency * place).sum() + phase)
  }
}
