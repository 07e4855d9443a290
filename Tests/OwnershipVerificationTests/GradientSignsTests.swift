import Datasets
import Networks
import OwnershipVerification
import Testing
import Torch

@Suite struct GradientSignsTests {
  static let cases: [(Architecture, Int)] = [
    (.wideResNet(depth: 10, width: 1), 8), (.wideResNet(depth: 10, width: 3), 9),
    (.resNet(depth: 18), 33),
  ]

  @Test(arguments: cases, GradientFeatures.allCases)
  func equalsOneImageAtATime(_ network: (Architecture, Int), _ features: GradientFeatures) throws {
    let classifier = try Samples.classifier(network.0, side: network.1)
    try classifier.network.disturbStatistics(seed: 3)
    let images = try Samples.images(3, side: network.1)
    let signs = try GradientSigns(of: classifier, features: features)
    let rows = try signs.gradients(
      of: classifier.images(fromPixels: images.pixels, count: images.count),
      labels: images.labels
    )
    let matrix = try signs.signs(of: images, batchSize: 2)
    #expect(rows.shape == [3, signs.count])
    #expect((matrix.rowCount, matrix.columnCount) == (3, signs.count))
    for index in images.indices {
      let expected = try Reference.gradients(
        of: classifier,
        image: images.subset([index]),
        features: features
      )
      let found = try rows[index..<index + 1].elements(as: Float.self)
      try #require(found.count == expected.count)
      let largest = expected.map(abs).max() ?? 0
      let error = zip(found, expected).map { abs($0 - $1) }.max() ?? .infinity
      #expect(error <= 1e-5 * largest)
      let row = matrix.entries[index * signs.count..<(index + 1) * signs.count]
      // Where rounding alone decides, the sign may differ.
      let wrong = zip(row, expected).count { sign, value in
        abs(value) > 1e-6 * largest && sign != (value > 0 ? 1 : -1)
      }
      #expect(wrong == 0)
      #expect(row.allSatisfy { (-1...1).contains($0) })
    }
  }

  @Test(arguments: [
    ("wrn-16-1", 10, 22_192), ("wrn-28-10", 10, 5_178), ("resnet-18", 20, 16_596),
    ("resnet-34", 20, 24_788),
  ])
  func compactLengths(_ name: String, _ classes: Int, _ expected: Int) throws {
    let classifier = try Samples.classifier(
      Architecture(name),
      side: 32,
      classNames: (0..<classes).map { "\($0)" }
    )
    #expect(try GradientSigns(of: classifier, features: .compact).count == expected)
    #expect(
      try GradientSigns(of: classifier, features: .full).count
        == classifier.network.parameterCount
    )
  }

  /// Processor and other devices compute a convolution's gradients in different ways.
  @Test(arguments: [(3, 7, 3, 1, 1), (16, 12, 3, 2, 1), (5, 9, 1, 2, 0), (3, 8, 7, 2, 3)])
  func bothWaysAgree(
    _ inputs: Int,
    _ outputs: Int,
    _ kernel: Int,
    _ stride: Int,
    _ padding: Int
  ) throws {
    let generator = try Generator(seed: 4)
    let layer = try Conv2d(
      inputs,
      outputs,
      kernel: kernel,
      stride: stride,
      padding: padding,
      using: generator
    )
    let input = try generator.normal(shape: [3, inputs, 11, 13])
    let delta = try generator.normal(shape: layer.forward(input, ForwardPass()).shape)
    for takesMaximum in [false, true] {
      let found = try input.channelsLast().convolutionGradients(
        delta: delta.channelsLast(),
        kernel: kernel,
        stride: stride,
        padding: padding,
        takingMaximum: takesMaximum
      )
      let expected = try layer.weightGradientsByProducts(
        input: input,
        delta: delta,
        takingMaximum: takesMaximum
      )
      let error = try (found.reshaped(to: expected.shape) - expected).abs().maximum().item()
      #expect(error < 1e-3)
    }
  }

  @Test func convolutionGradientsKeepNaN() throws {
    let generator = try Generator(seed: 4)
    let input = try generator.normal(shape: [1, 2, 4, 4])
    let delta = try generator.normal(shape: [1, 3, 4, 4]) * .nan
    let maxima = try input.convolutionGradients(
      delta: delta,
      kernel: 3,
      stride: 1,
      padding: 1,
      takingMaximum: true
    )
    #expect(try maxima.elements(as: Float.self).allSatisfy(\.isNaN))
  }

  @Test(arguments: [([2, 3, 4, 4], 1, 1), ([1, 3, 5, 4], 1, 1), ([1, 3, 4, 4], 0, 1)])
  func convolutionGradientsRefuseOtherShapes(
    _ delta: [Int],
    _ stride: Int,
    _ padding: Int
  ) throws {
    let input = try Tensor(repeating: 1, shape: [1, 2, 4, 4])
    let delta = try Tensor(repeating: 1, shape: delta)
    #expect(throws: TorchError.self) {
      try input.convolutionGradients(
        delta: delta,
        kernel: 3,
        stride: stride,
        padding: padding,
        takingMaximum: true
      )
    }
  }

  @Test func zeroGradientsHaveSignZero() throws {
    let classifier = try Samples.classifier()
    let black = try ImageSet(
      width: 8,
      height: 8,
      pixels: Array(repeating: 0, count: 192),
      labels: [0],
      classNames: Samples.classNames
    )
    // Without a channel's input, the stem's kernels for it have no gradient.
    let blind = try Classifier(
      classifier.architecture,
      classNames: Samples.classNames,
      normalization: Normalization(mean: [0, 0.5, 0.5], deviation: [1, 1, 1]),
      pictureSize: classifier.pictureSize,
      seed: 1
    )
    let row = try GradientSigns(of: blind).signs(of: black).entries
    #expect((0..<16).allSatisfy { row[$0 * 3] == 0 })
    #expect((0..<16).contains { row[$0 * 3 + 1] != 0 })
  }

  @Test func refusesOtherPictures() throws {
    let signs = try GradientSigns(of: Samples.classifier())
    for images in [try Samples.images(2, side: 9), try Samples.images(2, classNames: ["a", "b"])] {
      let error = #expect(throws: VerificationError.self) { try signs.signs(of: images) }
      #expect(error?.description.contains("do not fit the model") == true)
    }
  }

  @Test func refusesInfiniteGradients() throws {
    let classifier = try Samples.classifier()
    for (_, tensor) in classifier.network.namedParameters {
      try tensor.copyInPlace(from: tensor * 1e20)
    }
    let error = #expect(throws: VerificationError.self) {
      try GradientSigns(of: classifier).signs(of: Samples.images(2))
    }
    #expect(error?.description.contains("infinite or NaN") == true)
  }
}

/// The published procedure, one image at a time, with libtorch's own weight gradients.
enum Reference {
  static func gradients(
    of classifier: Classifier,
    image: ImageSet,
    features: GradientFeatures
  ) throws -> [Float] {
    let network = classifier.network
    try network.setRequiresGradient(true)
    defer { try? network.setRequiresGradient(false) }
    let logits = try classifier.logits(classifier.images(fromPixels: image.pixels, count: 1))
    try logits.crossEntropy(Tensor(image.labels.map(Int64.init), shape: [1])).backward()
    return try network.namedParameters.flatMap { _, parameter in
      let gradient = try #require(try parameter.gradient())
      let values = try features == .full ? gradient : pooled(gradient)
      try parameter.clearGradientInPlace()
      return try values?.elements(as: Float.self) ?? []
    }
  }

  private static func pooled(_ gradient: Tensor) throws -> Tensor? {
    let shape = gradient.shape
    guard shape.count > 1 else { return nil }
    let isLarge = shape[0] * shape[1] > 5_000
    if shape.count == 2 { return isLarge ? try gradient.maximum(over: [1]) : gradient }
    return isLarge ? nil : try gradient.maximum(over: [2, 3])
  }
}

extension Module {
  /// Gives batch norm weights and statistics other than 0 and 1, so that leaving them out shows.
  func disturbStatistics(seed: UInt64) throws {
    let generator = try Generator(seed: seed)
    for (name, tensor) in namedState where tensor.shape.count == 1 {
      let spread = name.hasSuffix("mean") || name.hasSuffix("bias") ? -0.3..<0.3 : 0.5..<1.5
      try tensor.copyInPlace(from: generator.uniform(in: spread, shape: tensor.shape))
    }
  }
}
