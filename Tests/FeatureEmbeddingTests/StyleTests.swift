import Artifacts
import Datasets
import FeatureEmbedding
import Foundation
import SafeTensors
import TestSupport
import Testing
import Torch

@Suite struct StyleTests {
  @Test func thePictureDecidesTheDigest() throws {
    try withTemporaryDirectory { folder in
      let predictor = try StylePredictor(StyleWeights.builtIn())
      let picture = try GoldenTests.picture(width: 300, height: 256)
      let file = folder.appendingPathComponent("stripes.png")
      try picture.writePNG(to: file)
      let style = try Style.named(file.path, using: predictor)
      #expect(style.name == "stripes")
      #expect(try style.digest == Digest(ofFileAt: file))
      // Only the central square counts.
      let square = try predictor.vector(of: picture.croppedToCentralSquare())
      #expect(style.vector == square)
    }
  }

  @Test func theBuiltInStyleIsTheSameEachTimeAndLikeNoOther() throws {
    let predictor = try StylePredictor(StyleWeights.builtIn())
    let style = try Style.named("built-in", using: predictor)
    #expect(style == (try Style.builtIn(using: predictor)))
    #expect(style.name == BuiltInStyle.name)
    let other = try predictor.vector(of: GoldenTests.picture(width: 256, height: 256))
    #expect(largestDifference(style.vector, other) > 1)
  }

  @Test func theBuiltInPictureIsVivid() throws {
    let picture = try BuiltInStyle.picture()
    #expect((picture.width, picture.height) == (256, 256))
    let plane = 256 * 256
    let saturated = (0..<plane).count { index in
      let channels = (0..<3).map { picture.pixels[$0 * plane + index] }
      return (channels.max() ?? 0) - (channels.min() ?? 0) > 128
    }
    #expect(saturated > plane / 2)
  }

  @Test(arguments: [
    [], Array(repeating: Float(0), count: 99), Array(repeating: .nan, count: 100),
    Array(repeating: .infinity, count: 100), Array(repeating: -1001, count: 100),
  ])
  func refusesVectorsThatAreNone(vector: [Float]) {
    #expect(throws: FeatureEmbeddingError.self) { try Style(vector: vector, named: "odd") }
  }

  @Test(arguments: [
    [1, 3, 30, 32], [1, 3, 32, 4], [1, 1, 32, 32], [0, 3, 32, 32], [3, 32, 32],
  ])
  func refusesShapesItCannotPaint(shape: [Int]) throws {
    let transformer = try StyleTransformer(StyleWeights.builtIn())
    let brush = try transformer.brush(for: Samples.style())
    let pictures = try Tensor(repeating: 0.5, shape: shape)
    #expect(throws: FeatureEmbeddingError.self) { try transformer.repaint(pictures, with: brush) }
  }

  @Test func refusesWeightsOfAnotherNetwork() throws {
    try withTemporaryDirectory { folder in
      let file = folder.appendingPathComponent("other.safetensors")
      var writer = SafeTensorsWriter()
      writer.add("predictor.stem.weight", try Tensor(repeating: 0, shape: [32, 3, 5, 5]))
      try writer.write(to: file)
      let weights = try StyleWeights(contentsOf: file)
      #expect(
        throws: FeatureEmbeddingError.unsuitableWeights(
          source: file.path,
          tensor: "predictor.stem.weight",
          found: "[32, 3, 5, 5]",
          expected: "[32, 3, 3, 3]"
        )
      ) { try StylePredictor(weights) }
      #expect(
        throws: FeatureEmbeddingError.unsuitableWeights(
          source: file.path,
          tensor: "transformer.contract1.weight",
          found: "missing",
          expected: "[8, 3, 9, 9]"
        )
      ) { try StyleTransformer(weights) }
    }
  }
}
