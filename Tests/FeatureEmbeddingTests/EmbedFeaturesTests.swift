import Datasets
import FeatureEmbedding
import Testing

@Suite struct ChosenIndicesTests {
  @Test(arguments: [
    (10, 0.1, 1), (10, 0.25, 3), (10, 0.24, 2), (50_000, 0.1, 5000), (7, 1.0, 7), (1, 0.5, 1),
  ])
  func choosesTheRoundedShareWithoutRepeats(count: Int, rate: Double, expected: Int) throws {
    let chosen = try EmbeddingSettings(rate: rate, seed: 4).chosenIndices(count: count)
    #expect(chosen.count == expected)
    #expect(zip(chosen, chosen.dropFirst()).allSatisfy { $0 < $1 })
    #expect(chosen.allSatisfy { (0..<count).contains($0) })
  }

  @Test func theSeedDecides() throws {
    func chosen(_ seed: UInt64) throws -> [Int] {
      try EmbeddingSettings(rate: 0.1, seed: seed).chosenIndices(count: 1000)
    }
    #expect(try chosen(1) == chosen(1))
    #expect(try chosen(1) != chosen(2))
    // If this changes, nobody can repeat an older embedding from its rate and seed.
    #expect(
      try EmbeddingSettings(rate: 0.1, seed: 7).chosenIndices(count: 50) == [1, 11, 15, 36, 46]
    )
  }

  /// Each image is chosen in about a tenth of 400 seeds: mean 40, standard deviation 6.
  @Test func noImageIsPreferred() throws {
    var hits = Array(repeating: 0, count: 50)
    for seed in 0..<400 {
      for index in try EmbeddingSettings(rate: 0.1, seed: UInt64(seed)).chosenIndices(count: 50) {
        hits[index] += 1
      }
    }
    #expect(hits.reduce(0, +) == 400 * 5)
    #expect(hits.allSatisfy { (14...66).contains($0) })
  }

  @Test(arguments: [(0, 10), (-0.5, 10), (1.5, 10), (.nan, 10), (0.04, 10), (0.5, 0)])
  func refusesRatesThatMarkNothing(rate: Double, count: Int) {
    #expect(throws: FeatureEmbeddingError.self) {
      try EmbeddingSettings(rate: rate, seed: 1).chosenIndices(count: count)
    }
  }
}

@Suite struct EmbedFeaturesTests {
  @Test func marksSomeAndLeavesTheRest() throws {
    let images = try Samples.images(12)
    let settings = EmbeddingSettings(rate: 0.25, seed: 3)
    var last = [0, 0]
    let features = try embedFeatures(in: images, style: Samples.style(), settings: settings) {
      last = [$0, $1]
    }
    #expect(last == [3, 3])
    #expect(try features.indices == settings.chosenIndices(count: 12))
    #expect(features.marked.labels == features.indices.map { images.labels[$0] })

    let training = try features.trainingSet()
    #expect(training.labels == images.labels)
    for index in images.indices {
      let isMarked = features.indices.contains(index)
      #expect((training[index] != images[index]) == isMarked)
    }
    let again = try embedFeatures(in: images, style: Samples.style(), settings: settings)
    #expect(try again.trainingSet() == training)
  }
}
