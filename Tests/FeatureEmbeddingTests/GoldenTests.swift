import Datasets
import FeatureEmbedding
import Foundation
import SafeTensors
import Testing
import Torch

/// The built-in float16 network against PyTorch, in the plain order of its layers.
///
/// `Golden/make_golden.py` made the values from the same weights. Activations reach a few hundred in
/// the predictor, so 1e-4 is about what float32 in another order allows; a wrong layer shows in the
/// first digit.
@Suite struct GoldenTests {
  static let tolerance: Float = 1e-4

  static func golden(_ name: String) throws -> Tensor {
    let file = try #require(
      Bundle.module.url(forResource: "style", withExtension: "safetensors", subdirectory: "Golden")
    )
    return try SafeTensorsFile(contentsOf: file).load(name)
  }

  static func picture(width: Int, height: Int) throws -> Image {
    var pixels: [UInt8] = []
    for channel in 0..<3 {
      for y in 0..<height {
        for x in 0..<width {
          pixels.append(UInt8((5 * x + 3 * y + 60 * channel + x * y / 7) % 256))
        }
      }
    }
    return try Image(width: width, height: height, pixels: pixels)
  }

  @Test func predictsTheStyleOfAPicture() throws {
    let predictor = try StylePredictor(StyleWeights.builtIn())
    let vector = try predictor.vector(of: Self.picture(width: 256, height: 256))
    let difference = try largestDifference(vector, Self.golden("style_vector").elements())
    #expect(difference < Self.tolerance)
  }

  @Test(arguments: [1, 3, 11])
  func repaintsAPicture(copies: Int) throws {
    let transformer = try StyleTransformer(StyleWeights.builtIn())
    let picture = try Self.picture(width: 48, height: 32)
    let pixels = Array(repeating: picture.pixels, count: copies).flatMap { $0 }
    let batch = try Tensor(pixels, shape: [copies, 3, 32, 48]).to(.float32) / 255
    let painted = try transformer.repaint(batch, with: transformer.brush(for: Samples.style()))
    #expect(painted.shape == [copies, 3, 32, 48])

    let last = try painted[copies - 1..<copies]
    let rows = try last.selecting([0, 5, 10, 15, 20, 25, 30], along: 2)
    let sampled = try rows.selecting([0, 5, 10, 15, 20, 25, 30, 35, 40, 45], along: 3)
    let difference = try largestDifference(
      sampled.elements(),
      Self.golden("painted").elements()
    )
    #expect(difference < Self.tolerance)
    let mean = try last.mean(over: [0, 2, 3]).elements(as: Float.self)
    #expect(try largestDifference(mean, Self.golden("painted_mean").elements()) < 1e-5)
  }
}

/// The float32 weights against the values that came with them.
@Suite(
  .enabled(
    if: Samples.hasSharedData,
    """
    SKIPPED: data/weights/arbitrary_style.safetensors, data/weights/golden.safetensors or \
    data/styles/starry_night.png is missing from '\(Samples.sharedFolder.path)'; \
    name the folder that holds data/ with HALLMARK_SHARED
    """
  )
)
struct SharedGoldenTests {
  let golden: SafeTensorsFile
  let weights: StyleWeights

  init() throws {
    golden = try SafeTensorsFile(contentsOf: Samples.shared("weights/golden.safetensors"))
    weights = try StyleWeights(contentsOf: Samples.shared("weights/arbitrary_style.safetensors"))
  }

  private func goldenStyle() throws -> Style {
    try Style(vector: golden.load("style_vector.starry_night").elements(), named: "starry night")
  }

  @Test func predictsStarryNight() throws {
    let painting = Samples.shared("styles/starry_night.png")
    let style = try Style(picture: painting, using: StylePredictor(weights))
    #expect(largestDifference(style.vector, try goldenStyle().vector) < 1e-4)
    #expect(style.name == "starry_night")
  }

  @Test(arguments: [1, 4])
  func repaintsInStarryNight(enlargement: Int) throws {
    let transformer = try StyleTransformer(weights)
    let content = try golden.load("content32").upsampledNearest(by: enlargement)
    let painted = try transformer.repaint(content, with: transformer.brush(for: goldenStyle()))
    let expected = try golden.load("stylised\(32 * enlargement)")
    #expect(try largestDifference(painted.elements(), expected.elements()) < 1e-4)
  }

  /// Rounding the weights to float16 moves the style vector and the pictures a little; 0.004 is one
  /// step of an 8-bit picture.
  @Test func float16WeightsPaintAlike() throws {
    let half = try StyleWeights.builtIn()
    let painting = Samples.shared("styles/starry_night.png")
    let style = try Style(picture: painting, using: StylePredictor(half))
    #expect(largestDifference(style.vector, try goldenStyle().vector) < 0.03)

    let transformer = try StyleTransformer(half)
    let content = try golden.load("content32").upsampledNearest(by: 4)
    let painted = try transformer.repaint(content, with: transformer.brush(for: style))
    let difference = try (painted - golden.load("stylised128")).abs()
    #expect(try difference.maximum().item() < 0.04)
    #expect(try difference.mean().item() < 0.006)
  }
}
