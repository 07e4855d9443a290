import Datasets
import ModelStealing
import Networks
import Testing
import Torch

/// Hiding methods that change weights without training.
@Suite struct WeightChangeTests {
  private func disguised(_ model: Classifier, by method: any HidingMethod) throws -> Classifier {
    let before = try Thief.bytes(model)
    let hidden = try method.disguise(model, run: nil, onProgress: { _ in })
    #expect(hidden !== model)
    #expect(try Thief.bytes(model) == before)
    #expect(try Thief.others(hidden) == Thief.others(model))
    return hidden
  }

  @Test(arguments: [0.001, 0.25, 0.5, 0.9, 0.999])
  func exactlyTheSmallestWeightsArePruned(share: Double) throws {
    let model = try Thief.model()
    let hidden = try disguised(model, by: MagnitudePruning(share: share))
    let before = try Thief.layers(model).flatMap(\.values)
    let after = try Thief.layers(hidden).flatMap(\.values)
    #expect(before.count { $0 == 0 } == 0)
    let pruned = after.indices.filter { after[$0] == 0 }
    #expect(pruned.count == Int((share * Double(before.count)).rounded()))
    let kept = after.indices.filter { after[$0] != 0 }
    #expect(kept.allSatisfy { after[$0] == before[$0] })
    let largest = try #require(pruned.map { before[$0].magnitude }.max())
    let smallest = try #require(kept.map { before[$0].magnitude }.min())
    #expect(largest <= smallest)
  }

  @Test func equalWeightsArePrunedInOrder() throws {
    let model = try Thief.model()
    for (_, tensor) in model.network.namedParameters where tensor.shape.count > 1 {
      try tensor.copyInPlace(from: Tensor(repeating: -0.5, shape: tensor.shape))
    }
    let hidden = try disguised(model, by: MagnitudePruning(share: 0.5))
    let values = try Thief.layers(hidden).flatMap(\.values)
    let half = Int((0.5 * Double(values.count)).rounded())
    #expect(values[..<half].allSatisfy { $0 == 0 })
    #expect(values[half...].allSatisfy { $0 == -0.5 })
  }

  @Test(arguments: [2, 4, 8, 16])
  func aChannelHasFewLevels(bits: Int) throws {
    let model = try Thief.model()
    let hidden = try disguised(model, by: WeightQuantization(bits: bits))
    for (before, after) in try zip(Thief.layers(model), Thief.layers(hidden)) {
      let size = before.values.count / before.shape[0]
      for start in stride(from: 0, to: before.values.count, by: size) {
        let old = before.values[start..<start + size]
        let new = after.values[start..<start + size]
        let largest = try #require(old.map(\.magnitude).max())
        let step = Double(largest) / Double(1 << (bits - 1) - 1)
        // Half a step, and what a level loses when it is stored in float32: half of 2⁻²³ of itself.
        let half = 0.5 + Double(1 << (bits - 1)) * 0x1p-24
        #expect(Set(new).count <= 1 << bits - 1)
        #expect(new.map(\.magnitude).max() == largest)
        for (value, rounded) in zip(old, new) {
          let level = Double(rounded) / step
          #expect(abs(level - level.rounded()) < 0.01)
          #expect(abs(Double(rounded) - Double(value)) <= half * step)
        }
      }
    }
  }

  @Test func quantizationByHand() throws {
    let model = try Thief.model()
    let fc = try #require(model.network.namedParameters.first { $0.name == "fc.weight" }?.tensor)
    var values = [Float](repeating: 0, count: fc.elementCount)
    // The largest of the first row is 1.27, so a step of 8 bits is 0.01; the second row stays zero;
    // the third is so small that its step is no normal float.
    values.replaceSubrange(0..<5, with: [1.27, -0.503, 0.0149, 0.0249, -0.0051])
    values[2 * 64] = .leastNonzeroMagnitude
    try fc.copyInPlace(from: Tensor(values, shape: fc.shape))
    let hidden = try WeightQuantization(bits: 8).disguise(model, run: nil, onProgress: { _ in })
    let found = try #require(try Thief.layers(hidden).first { $0.name == "fc.weight" }?.values)
    let expected: [Float] = [1.27, -0.5, 0.01, 0.02, -0.01]
    for (value, wanted) in zip(found, expected) { #expect(abs(value - wanted) < 1e-6) }
    #expect(found[64..<128].allSatisfy { $0 == 0 })
    #expect(found[128] == .leastNonzeroMagnitude)
  }

  @Test(arguments: [0.01, 0.3, 2])
  func noiseHasTheSpreadThatWasAskedFor(amount: Double) throws {
    let model = try Thief.model()
    let hidden = try disguised(model, by: WeightNoise(amount: amount, seed: 3))
    for (before, after) in try zip(Thief.layers(model), Thief.layers(hidden)) {
      func spread(_ values: [Double]) -> Double {
        let mean = values.reduce(0, +) / Double(values.count)
        let square = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return (square / Double(values.count)).squareRoot()
      }
      let noise = zip(after.values, before.values).map { Double($0) - Double($1) }
      let ratio = spread(noise) / spread(before.values.map(Double.init))
      // A standard deviation of n normal numbers spreads by 1 / √(2n); five of these.
      #expect(abs(ratio / amount - 1) < 5 / Double(2 * noise.count).squareRoot())
    }
  }

  @Test func noiseIsDecidedByItsSeed() throws {
    let model = try Thief.model()
    let results = try ([3, 3, 4] as [UInt64]).map { seed in
      let method = try WeightNoise(amount: 0.1, seed: seed)
      return try Thief.bytes(method.disguise(model, run: nil, onProgress: { _ in }))
    }
    #expect(results[0] == results[1])
    #expect(results[0] != results[2])
  }

  @Test(arguments: [0, 1, -0.5, .nan, .infinity])
  func impossibleSharesAreRefused(share: Double) throws {
    let error = #expect(throws: StealingError.self) { try MagnitudePruning(share: share) }
    #expect(
      error?.description
        == "the share to prune is \(share), expected a number above 0 and below 1"
    )
    #expect(throws: StealingError.self) {
      try FinePruning(share: share, pictures: Thief.pictures(), settings: Thief.settings())
    }
  }

  @Test func otherSettingsAreRefused() throws {
    for bits in [1, 17, -8] {
      #expect(throws: StealingError.self) { try WeightQuantization(bits: bits) }
    }
    for amount in [0, -1, 11, Double.nan] {
      #expect(throws: StealingError.self) { try WeightNoise(amount: amount, seed: 1) }
    }
    let error = #expect(throws: StealingError.self) {
      try MagnitudePruning(share: 1e-9).disguise(Thief.model(), run: nil, onProgress: { _ in })
    }
    #expect(error?.description.contains("0 of ") == true)
  }
}
