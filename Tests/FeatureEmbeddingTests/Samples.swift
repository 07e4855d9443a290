import Artifacts
import Datasets
import FeatureEmbedding
import Foundation
import SafeTensors
import Torch

/// Things that several suites need.
enum Samples {
  /// Pictures with gradients and noise, of three classes.
  static func images(_ count: Int, width: Int = 8, height: Int = 8) throws -> ImageSet {
    var random = KeyedRandom("test images", UInt64(count))
    let pixels = (0..<count * 3 * width * height).map { index in
      UInt8(truncatingIfNeeded: index % width * 12 + random.index(below: 90))
    }
    return try ImageSet(
      width: width,
      height: height,
      pixels: pixels,
      labels: (0..<count).map { $0 % 3 },
      classNames: ["ant", "bee", "cat"]
    )
  }

  /// A style vector by a formula; no network is needed to make it.
  static func style() throws -> Style {
    try Style(vector: (0..<100).map { Float(37 * $0 % 41 - 20) / 20 }, named: "formula")
  }

  /// Marked images without the cost of painting: every byte of a marked image is inverted.
  static func features(
    of originals: ImageSet,
    rate: Double = 0.25
  ) throws -> EmbeddedFeatures {
    let settings = EmbeddingSettings(rate: rate, strength: 0.75, seed: .max)
    let indices = try settings.chosenIndices(count: originals.count)
    let chosen = try originals.subset(indices)
    let inverted = try ImageSet(
      width: chosen.width,
      height: chosen.height,
      pixels: chosen.pixels.map { 255 - $0 },
      labels: chosen.labels,
      classNames: chosen.classNames
    )
    return EmbeddedFeatures(
      originals: originals,
      indices: indices,
      marked: inverted,
      style: try style(),
      settings: settings,
      networkDigest: Digest(of: [])
    )
  }

  /// The folder of large files that are not part of the project: pretrained weights, paintings.
  static var sharedFolder: URL {
    if let path = ProcessInfo.processInfo.environment["HALLMARK_SHARED"] {
      return URL(fileURLWithPath: path)
    }
    return URL(fileURLWithPath: #filePath).appendingPathComponent("../../../../shared").standardized
  }

  static func shared(_ path: String) -> URL {
    sharedFolder.appendingPathComponent("data").appendingPathComponent(path)
  }

  static var hasSharedData: Bool {
    [
      "weights/arbitrary_style.safetensors", "weights/golden.safetensors",
      "styles/starry_night.png",
    ]
    .allSatisfy { FileManager.default.fileExists(atPath: shared($0).path) }
  }
}

/// The largest difference between elements, infinite where shapes or values are no match.
func largestDifference(_ a: [Float], _ b: [Float]) -> Float {
  guard a.count == b.count, !a.isEmpty else { return .infinity }
  return zip(a, b).map { $0 == $1 ? 0 : abs($0 - $1) }.reduce(0) {
    $1.isNaN ? .infinity : max($0, $1)
  }
}
