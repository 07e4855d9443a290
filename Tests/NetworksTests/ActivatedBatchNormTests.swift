import Networks
import Testing
import Torch

@Suite struct ActivatedBatchNormTests {
  /// Batch norm and activation at once against one after the other in float64: outputs, running
  /// statistics, and gradients of input, weight and bias.
  ///
  /// bfloat16 has steps of 2⁻⁸, float32 of 2⁻²³, and means are 30 deviations away.
  @Test(
    arguments: [(3, 1, 5), (16, 4, 8), (40, 3, 9), (130, 2, 6)],
    [(DType.bfloat16, 0.02), (.float32, 2e-5)]
  )
  func equalsBatchNormAndActivation(
    size: (channels: Int, count: Int, side: Int),
    format: (dtype: DType, tolerance: Double)
  ) throws {
    let (channels, count, side) = size
    for (slope, isTraining) in [(0, true), (0.2, true), (1, true), (0, false), (0.2, false)] {
      let generator = try Generator(seed: 1)
      let means = try generator.normal(shape: [1, channels, 1, 1]) * 30
      let pictures = try (generator.normal(shape: [count, channels, side, side]) + means)
        .to(format.dtype).channelsLast()
      let weights = try generator.normal(shape: [count, channels, side, side])
      let layer = try BatchNorm2d(channels, momentum: 0.3)
      for (_, tensor) in layer.ownParameters {
        try tensor.copyInPlace(from: generator.normal(shape: [channels]))
      }
      try layer.runningMean.copyInPlace(from: means.reshaped(to: [channels]))
      let exact = try Exact(layer, pictures, isTraining: isTraining)

      let leaves = [pictures] + layer.ownParameters.map(\.tensor)
      for leaf in leaves + exact.leaves { try leaf.setRequiresGradientInPlace(true) }
      let pass = isTraining ? ForwardPass(trainingWith: generator) : ForwardPass()
      let output = try layer.activated(pictures, pass, slope: slope)
      let expected = try exact.output(slope)
      #expect(output.isChannelsLast)
      #expect(output.dtype == format.dtype)

      let found =
        try [output, layer.runningMean, layer.runningVariance]
        + (output.to(.float32) * weights).sum().gradients(of: leaves)
      let right =
        try [expected, exact.runningMean, exact.runningVariance]
        + (expected * weights).sum().gradients(of: exact.leaves)
      for (a, b) in zip(found, right) {
        try expectClose(a, b, within: format.tolerance)
      }
    }
  }

  /// A channel whose statistics are beyond all numbers is dead under ReLU, as in PyTorch, and not NaN.
  @Test(arguments: [DType.float32, .bfloat16])
  func minusInfinityIsCutToZero(dtype: DType) throws {
    let layer = try BatchNorm2d(4)
    for (_, tensor) in layer.ownParameters {
      try tensor.copyInPlace(from: Tensor([100, 1, 1, 1], shape: [4]))
    }
    try layer.runningMean.copyInPlace(from: Tensor([1e38, 0, 0, 0], shape: [4]))
    let pictures = try Generator(seed: 1).normal(shape: [2, 4, 3, 3]).to(dtype).channelsLast()
    let output: [Float] = try layer.activated(pictures, ForwardPass(), slope: 0).to(.float32)
      .elements()
    #expect(output.allSatisfy { $0 >= 0 && $0.isFinite })
    #expect(output.contains { $0 > 0 })
  }

  @Test(arguments: [DType.float32, .bfloat16])
  func resultsDoNotDependOnTheNumberOfThreads(dtype: DType) throws {
    let before = Runtime.threadCount
    defer { try? Runtime.setThreadCount(before) }
    // More rows than a thread takes at once, with a last block that is not full.
    let generator = try Generator(seed: 1)
    let pictures = try generator.normal(shape: [9, 16, 31, 31]).to(dtype).channelsLast()
    let weights = try generator.normal(shape: [9, 16, 31, 31])
    try pictures.setRequiresGradientInPlace(true)
    let results = try [1, 2, 3].map { threads in
      try Runtime.setThreadCount(threads)
      let layer = try BatchNorm2d(16)
      let leaves = [pictures] + layer.ownParameters.map(\.tensor)
      for leaf in leaves { try leaf.setRequiresGradientInPlace(true) }
      let output = try layer.activated(pictures, ForwardPass(trainingWith: generator))
      let gradients = try (output.to(.float32) * weights).sum().gradients(of: leaves)
      return try ([output, layer.runningVariance] + gradients).map { try $0.detached().bytes() }
    }
    #expect(results[1] == results[0])
    #expect(results[2] == results[0])
  }

  @Test(arguments: [DType.float32, .bfloat16])
  func notANumberStays(dtype: DType) throws {
    let pictures = try Tensor([.nan, 1, 2, 3] as [Float], shape: [1, 1, 2, 2]).to(dtype)
    let layer = try BatchNorm2d(1)
    let output = try layer.activated(pictures, ForwardPass(trainingWith: Generator(seed: 1)))
    #expect(try output.to(.float32).elements(as: Float.self).allSatisfy(\.isNaN))
    #expect(try layer.runningVariance.item().isNaN)
  }

  @Test func batchesWithoutVarianceAreRefused() throws {
    let layer = try BatchNorm2d(2)
    let pass = ForwardPass(trainingWith: try Generator(seed: 1))
    let single = try Tensor(repeating: 1, shape: [1, 2, 1, 1]).to(.bfloat16)
    #expect(throws: TorchError.self) { try layer.activated(single, pass) }
    let wide = try Tensor(repeating: 1, shape: [2, 3, 2, 2]).to(.bfloat16)
    #expect(throws: TorchError.self) { try layer.activated(wide, pass) }
  }

  private func expectClose(_ found: Tensor, _ expected: Tensor, within tolerance: Double) throws {
    #expect(found.shape == expected.shape)
    let (a, b) = (try found.detached().to(.float64), try expected.detached())
    let scale = try b.abs().maximum(over: nil).item()
    let worst = try (a - b).abs().maximum(over: nil).item()
    #expect(scale > 0)
    #expect(worst < tolerance * scale, "\(worst / scale)")
  }
}

/// libtorch's batch norm in float64, of copies of a layer's tensors.
private struct Exact {
  /// Pictures, weight and bias.
  let leaves: [Tensor]
  let runningMean: Tensor
  let runningVariance: Tensor
  private let isTraining: Bool
  private let layer: BatchNorm2d

  init(_ layer: BatchNorm2d, _ pictures: Tensor, isTraining: Bool) throws {
    leaves = try ([pictures] + layer.ownParameters.map(\.tensor)).map { try $0.to(.float64) }
    runningMean = try layer.runningMean.to(.float64)
    runningVariance = try layer.runningVariance.to(.float64)
    self.isTraining = isTraining
    self.layer = layer
  }

  func output(_ slope: Double) throws -> Tensor {
    let normalized = try leaves[0].batchNormalized(
      weight: leaves[1],
      bias: leaves[2],
      runningMean: runningMean,
      runningVariance: runningVariance,
      training: isTraining,
      momentum: layer.momentum,
      epsilon: layer.epsilon
    )
    // Of two equal numbers `maximum` would split the gradient.
    return slope == 1 ? normalized : try normalized.maximum(normalized * slope)
  }
}
