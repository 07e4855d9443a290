import Testing
import Torch

/// Every operation of the shim against values worked out by hand, with its error where it has one.
@Suite struct OperationTests {
  private func tensor(_ values: [Float], _ shape: [Int]) throws -> Tensor {
    try Tensor(values, shape: shape)
  }

  private func expect(
    _ found: Tensor,
    _ values: [Float],
    _ shape: [Int],
    tolerance: Float = 1e-6,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    #expect(found.shape == shape, sourceLocation: sourceLocation)
    let elements = try found.elements(as: Float.self)
    #expect(elements.count == values.count, sourceLocation: sourceLocation)
    for (a, b) in zip(elements, values) {
      #expect(abs(a - b) <= tolerance, "\(elements)", sourceLocation: sourceLocation)
    }
  }

  @Test func arithmeticBroadcasts() throws {
    let a = try tensor([1, 2, 3, 4, 5, 6], [2, 3])
    let b = try tensor([10, 20, 30], [3])
    try expect(a + b, [11, 22, 33, 14, 25, 36], [2, 3])
    try expect(b - a, [9, 18, 27, 6, 15, 24], [2, 3])
    try expect(a * b, [10, 40, 90, 40, 100, 180], [2, 3])
    try expect(a / b, [0.1, 0.1, 0.1, 0.4, 0.25, 0.2], [2, 3])
    try expect(a.maximum(tensor([3, 3, 3], [3])), [3, 3, 3, 4, 5, 6], [2, 3])
    try expect(a * 2 + 1, [3, 5, 7, 9, 11, 13], [2, 3])
    try expect(-(a - 1) / 2, [0, -0.5, -1, -1.5, -2, -2.5], [2, 3])
    #expect(throws: TorchError.self) { try a + tensor([1, 2], [2]) }
    #expect(throws: TorchError.self) { try a.maximum(tensor([1, 2], [2])) }
    #expect(throws: TorchError.self) { try a * tensor([1, 2], [2]) }
    #expect(throws: TorchError.self) { try a - tensor([1, 2], [2]) }
    #expect(throws: TorchError.self) { try a / tensor([1, 2], [2]) }
  }

  @Test func elementwiseFunctions() throws {
    let a = try tensor([-4, -0.5, 0, 9], [4])
    try expect(a.abs(), [4, 0.5, 0, 9], [4])
    try expect(a.sign(), [-1, -1, 0, 1], [4])
    try expect(a.relu(), [0, 0, 0, 9], [4])
    let own = try a.clone()
    try expect(own.reluInPlace(), [0, 0, 0, 9], [4])
    try expect(own, [0, 0, 0, 9], [4])
    let leaf = try a.clone()
    try leaf.setRequiresGradientInPlace(true)
    #expect(throws: TorchError.self) { try leaf.reluInPlace() }
    try expect(a.abs().squareRoot(), [2, 0.7071068, 0, 3], [4])
    try expect((a.abs() + 1).log(), [1.6094379, 0.4054651, 0, 2.3025851], [4])
    try expect(a.clone().leakyReluInPlace(slope: 0.2), [-0.8, -0.1, 0, 9], [4])
    #expect(throws: TorchError.self) { try leaf.leakyReluInPlace(slope: 0.2) }
    try expect(a.tanh(), [-0.9993293, -0.4621172, 0, 1], [4])
    try expect(a.sigmoid(), [0.0179862, 0.3775407, 0.5, 0.9998766], [4])
    try expect(a.clamped(to: -1...1), [-1, -0.5, 0, 1], [4])
    let same = try a.equal(to: tensor([-4, 0.5, 0, 8], [4]))
    #expect(same.dtype == .bool)
    #expect(try same.to(.uint8).elements(as: UInt8.self) == [1, 0, 1, 0])
  }

  @Test func reductions() throws {
    let a = try tensor([1, 2, 3, 4, 5, 9], [2, 3])
    try expect(a.sum(), [24], [])
    try expect(a.sum(over: [0]), [5, 7, 12], [3])
    try expect(a.mean(over: [-1], keeping: true), [2, 6], [2, 1])
    try expect(a.variance(over: [1], unbiased: true), [1, 7], [2])
    try expect(a.variance(over: [1], unbiased: false), [2.0 / 3, 14.0 / 3], [2])
    try expect(a.maximum(over: [1]), [3, 9], [2])
    #expect(try a.argmax(over: 0).elements(as: Int64.self) == [1, 1, 1])
    #expect(try a.mean().item() == 4)
    #expect(throws: TorchError.self) { try a.sum(over: [2]) }
    #expect(throws: TorchError.self) { try a.mean(over: [2]) }
    #expect(throws: TorchError.self) { try a.maximum(over: [2]) }
    #expect(throws: TorchError.self) { try a.argmax(over: 2) }
    #expect(throws: TorchError.self) { try a.item() }
  }

  @Test func shapes() throws {
    let a = try tensor([1, 2, 3, 4, 5, 6], [2, 3])
    try expect(a.reshaped(to: [3, -1]), [1, 2, 3, 4, 5, 6], [3, 2])
    try expect(a.permuted([1, 0]), [1, 4, 2, 5, 3, 6], [3, 2])
    try expect(a.narrowed(1, to: 1..<3), [2, 3, 5, 6], [2, 2])
    try expect(a[1..<2], [4, 5, 6], [1, 3])
    try expect(a.selecting([2, 0], along: 1), [3, 1, 6, 4], [2, 2])
    try expect(a.picking(columns: Tensor([Int64(2), 0], shape: [2])), [3, 4], [2])
    try expect(
      Tensor.concatenating([a, a], along: 1),
      [1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6],
      [2, 6]
    )
    #expect(throws: TorchError.self) { try a.reshaped(to: [4, 2]) }
    #expect(throws: TorchError.self) { try a.permuted([0]) }
    #expect(throws: TorchError.self) { try a.narrowed(1, to: 2..<4) }
    #expect(throws: TorchError.self) { try a.selecting([3], along: 1) }
    #expect(throws: TorchError.self) { try a.picking(columns: Tensor([Int64(3), 0], shape: [2])) }
    #expect(throws: TorchError.self) { try Tensor.concatenating([]) }
    #expect(throws: TorchError.self) { try Tensor([Float(1)], shape: [-1]) }
    #expect(throws: TorchError.self) { try Tensor([Float(1), 2], shape: [3]) }
    #expect(throws: TorchError.self) {
      try Tensor([Float(1)], shape: [Int](repeating: 1, count: 9))
    }
  }

  @Test func padding() throws {
    let a = try tensor([1, 2, 3, 4], [1, 1, 2, 2])
    try expect(
      a.padded(by: 1, .reflect),
      [4, 3, 4, 3, 2, 1, 2, 1, 4, 3, 4, 3, 2, 1, 2, 1],
      [1, 1, 4, 4]
    )
    try expect(
      a.padded(left: 1, right: 0, top: 0, bottom: 0, .replicate),
      [1, 1, 2, 3, 3, 4],
      [1, 1, 2, 3]
    )
    try expect(
      a.padded(left: 0, right: 0, top: 1, bottom: 0, .zeros),
      [0, 0, 1, 2, 3, 4],
      [1, 1, 3, 2]
    )
    try expect(
      a.upsampledNearest(by: 2),
      [1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4],
      [1, 1, 4, 4]
    )
    #expect(throws: TorchError.self) { try a.padded(by: 2, .reflect) }
    #expect(throws: TorchError.self) { try tensor([1], [1]).upsampledNearest(by: 2) }
  }

  @Test func layers() throws {
    let image = try tensor([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 1, 3, 3])
    let kernel = try tensor([1, 0, 0, -1], [1, 1, 2, 2])
    try expect(image.convolved(with: kernel, bias: tensor([10], [1])), [6, 6, 6, 6], [1, 1, 2, 2])
    try expect(
      image.convolved(with: kernel, stride: 2, padding: 1),
      [-1, -3, -7, -4],
      [1, 1, 2, 2]
    )
    try expect(
      Tensor.concatenating([image, image * 2], along: 1)
        .convolved(with: Tensor.concatenating([kernel, kernel]), groups: 2),
      [-4, -4, -4, -4, -8, -8, -8, -8],
      [1, 2, 2, 2]
    )
    #expect(throws: TorchError.self) { try image.convolved(with: tensor([1, 1], [1, 2, 1, 1])) }
    let small = try tensor([1, 2], [1, 1, 1, 2])
    try expect(
      small.transposeConvolved(with: tensor([1, 10, 100, 1000], [1, 1, 2, 2]), stride: 2),
      [1, 10, 2, 20, 100, 1000, 200, 2000],
      [1, 1, 2, 4]
    )
    try expect(
      small.transposeConvolved(
        with: tensor([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 1, 3, 3]),
        bias: tensor([100], [1]),
        padding: 1
      ),
      [113, 116],
      [1, 1, 1, 2]
    )
    #expect(throws: TorchError.self) {
      try small.transposeConvolved(with: tensor([1, 1], [2, 1, 1, 1]))
    }

    let rows = try tensor([1, 2], [1, 2])
    let weight = try tensor([1, 0, 0, 1, 1, 1], [3, 2])
    try expect(rows.linear(weight, bias: tensor([0, 0, 1], [3])), [1, 2, 4], [1, 3])
    try expect(rows.matmul(weight.permuted([1, 0])), [1, 2, 3], [1, 3])
    #expect(throws: TorchError.self) { try rows.linear(tensor([1, 1, 1], [1, 3])) }
    #expect(throws: TorchError.self) { try rows.matmul(rows) }

    try expect(image.maxPooled(kernel: 2, stride: 1), [5, 6, 8, 9], [1, 1, 2, 2])
    try expect(image.averagePooled(kernel: 3, stride: 1), [5], [1, 1, 1, 1])
    try expect(
      image.unfolded(kernelHeight: 2, kernelWidth: 2, stride: 1, padding: 0),
      [1, 2, 4, 5, 2, 3, 5, 6, 4, 5, 7, 8, 5, 6, 8, 9],
      [1, 4, 4]
    )
    #expect(throws: TorchError.self) { try image.maxPooled(kernel: 4, stride: 1) }
    #expect(throws: TorchError.self) { try image.averagePooled(kernel: 4, stride: 1) }
  }

  @Test func batchNormKeepsRunningStatistics() throws {
    let input = try tensor([1, 3, 5, 7], [2, 1, 1, 2])
    let mean = try tensor([0], [1])
    let variance = try tensor([1], [1])
    let normalized = { (training: Bool) in
      try input.batchNormalized(
        weight: tensor([2], [1]),
        bias: tensor([1], [1]),
        runningMean: mean,
        runningVariance: variance,
        training: training,
        momentum: 0.5,
        epsilon: 0
      )
    }
    let root = Float(5).squareRoot()
    try expect(
      normalized(true),
      [1 - 6 / root, 1 - 2 / root, 1 + 2 / root, 1 + 6 / root],
      [2, 1, 1, 2],
      tolerance: 1e-5
    )
    // The batch has mean 4 and unbiased variance 20 / 3.
    try expect(mean, [2], [1])
    try expect(variance, [0.5 + 10.0 / 3], [1], tolerance: 1e-5)
    let deviation = (0.5 + 10.0 / 3 as Float).squareRoot()
    try expect(
      normalized(false),
      [-1, 1, 3, 5].map { 1 + 2 * $0 / deviation },
      [2, 1, 1, 2],
      tolerance: 1e-5
    )
    #expect(throws: TorchError.self) {
      try input.batchNormalized(
        weight: tensor([1, 1], [2]),
        bias: nil,
        runningMean: nil,
        runningVariance: nil,
        training: true,
        momentum: 0.1,
        epsilon: 1e-5
      )
    }
  }

  @Test func dropoutKeepsTheMean() throws {
    let ones = try Tensor(repeating: 1, shape: [10_000])
    let dropped = try ones.dropout(0.25, using: Generator(seed: 1)).elements(as: Float.self)
    #expect(Set(dropped) == [0, Float(4) / 3])
    let zeros = dropped.count { $0 == 0 }
    #expect((2_300...2_700).contains(zeros))
    #expect(throws: TorchError.self) { try ones.dropout(1, using: Generator(seed: 1)) }
  }

  @Test func losses() throws {
    let logits = try tensor([0, 0, 2, 0], [2, 2])
    let labels = try Tensor([Int64(0), 1], shape: [2])
    let each: [Float] = [0.6931472, 2.1269280]
    try expect(logits.crossEntropy(labels, reduction: .none), each, [2])
    try expect(logits.crossEntropy(labels), [(each[0] + each[1]) / 2], [])
    try expect(logits.crossEntropy(labels, reduction: .sum), [each[0] + each[1]], [])
    // With smoothing s, the loss is (1 - s)·loss + s·mean over classes of -log p.
    try expect(
      logits.crossEntropy(labels, reduction: .none, labelSmoothing: 0.2),
      [0.6931472, 0.8 * 2.1269280 + 0.2 * (2.1269280 + 0.1269280) / 2],
      [2]
    )
    try expect(logits.softmax(over: 1), [0.5, 0.5, 0.8807971, 0.1192029], [2, 2])
    try expect(
      logits.logSoftmax(over: 1),
      [-0.6931472, -0.6931472, -0.1269280, -2.1269280],
      [2, 2]
    )
    #expect(throws: TorchError.self) {
      try logits.crossEntropy(Tensor([Int64(0), 2], shape: [2]))
    }
    #expect(throws: TorchError.self) { try logits.softmax(over: 2) }
    #expect(throws: TorchError.self) { try logits.logSoftmax(over: 2) }
  }
}
