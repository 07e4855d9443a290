import Networks
import Testing
import Torch

@Suite struct ActivatedBatchNormTests {
  /// Batch norm and activation at once against one after the other: outputs, running statistics, and
  /// gradients of input, weight and bias.
  ///
  /// In float32 both round in another order: some 1e-6 of the largest number, of sums of up to 3,000
  /// numbers. In bfloat16, whose steps are 2⁻⁸, the plain form rounds once more.
  @Test(arguments: [DType.float32, .bfloat16], [(3, 1, 5), (16, 4, 8), (40, 3, 9), (130, 2, 6)])
  func equalsBatchNormAndActivation(dtype: DType, shape: (Int, Int, Int)) throws {
    let (channels, count, side) = shape
    for (slope, isTraining) in [(0, true), (0.2, true), (1, true), (0, false), (0.2, false)] {
      let generator = try Generator(seed: 1)
      // Means far from zero, so that a variance from plain sums of squares would be wrong.
      let means = try generator.normal(shape: [1, channels, 1, 1]) * 30
      let pictures = try (generator.normal(shape: [count, channels, side, side]) + means)
        .to(dtype).channelsLast()
      let weights = try generator.normal(shape: [count, channels, side, side])
      let results = try [true, false].map { fused in
        let layer = try BatchNorm2d(channels, momentum: 0.3)
        try layer.ownParameters[0].tensor.copyInPlace(
          from: Generator(seed: 2).normal(shape: [channels])
        )
        try layer.ownParameters[1].tensor.copyInPlace(
          from: Generator(seed: 3).normal(shape: [channels])
        )
        let leaves = [try pictures.clone()] + layer.ownParameters.map(\.tensor)
        for leaf in leaves { try leaf.setRequiresGradientInPlace(true) }
        try layer.runningMean.copyInPlace(from: means.reshaped(to: [channels]))
        let pass = isTraining ? ForwardPass(trainingWith: generator) : ForwardPass()
        let output =
          fused
          ? try layer.activated(leaves[0], pass, slope: slope)
          : try layer.forward(leaves[0], pass).leaky(slope)
        let loss = try (output.to(.float32) * weights).sum()
        return try [output] + layer.ownBuffers.map(\.tensor) + loss.gradients(of: leaves)
      }
      for (found, expected) in zip(results[0], results[1]) {
        try expectClose(found, expected, within: dtype == .float32 ? 2e-5 : 0.02)
      }
      #expect(results[0][0].isChannelsLast)
    }
  }

  @Test func resultsDoNotDependOnTheNumberOfThreads() throws {
    let before = Runtime.threadCount
    defer { try? Runtime.setThreadCount(before) }
    let pictures = try Generator(seed: 1).normal(shape: [8, 16, 32, 32]).channelsLast()
    let results = try [1, 2].map { threads in
      try Runtime.setThreadCount(threads)
      let layer = try BatchNorm2d(16)
      let output = try layer.activated(pictures, ForwardPass(trainingWith: Generator(seed: 1)))
      return try output.bytes() + layer.runningVariance.bytes()
    }
    #expect(results[0] == results[1])
  }

  @Test func notANumberStays() throws {
    let pictures = try Tensor([.nan, 1, 2, 3] as [Float], shape: [1, 1, 2, 2])
    let layer = try BatchNorm2d(1)
    let output = try layer.activated(pictures, ForwardPass(trainingWith: Generator(seed: 1)))
    #expect(try output.elements(as: Float.self).allSatisfy(\.isNaN))
    #expect(try layer.runningVariance.item().isNaN)
  }

  @Test func batchesWithoutVarianceAreRefused() throws {
    let layer = try BatchNorm2d(2)
    let pass = ForwardPass(trainingWith: try Generator(seed: 1))
    let single = try Tensor(repeating: 1, shape: [1, 2, 1, 1])
    #expect(throws: TorchError.self) { try layer.activated(single, pass) }
    let wide = try Tensor(repeating: 1, shape: [2, 3, 2, 2])
    #expect(throws: TorchError.self) { try layer.activated(wide, pass) }
  }

  private func expectClose(_ found: Tensor, _ expected: Tensor, within tolerance: Double) throws {
    #expect(found.shape == expected.shape)
    #expect(found.dtype == expected.dtype)
    let (a, b) = (try found.detached().to(.float64), try expected.detached().to(.float64))
    let scale = try max(b.abs().maximum(over: nil).item(), 1e-3)
    let worst = try (a - b).abs().maximum(over: nil).item()
    #expect(worst < tolerance * scale, "\(worst / scale)")
  }
}

extension Tensor {
  /// max(x, slope · x), out of place.
  fileprivate func leaky(_ slope: Double) throws -> Tensor { try maximum(self * slope) }
}
