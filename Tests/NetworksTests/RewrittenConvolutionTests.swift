import Networks
import Testing
import Torch

@Suite struct RewrittenConvolutionTests {
  /// The layer against the plain form: outputs, and the gradients of input, weight and bias.
  ///
  /// Both add the same products in another order, so float32 leaves differences near 1e-6 of the largest
  /// number.
  @Test(arguments: [(3, 2, 1, 1), (2, 5, 4, 4), (8, 6, 3, 5)])
  func equalsUpsamplingAndConvolution(input: Int, output: Int, height: Int, width: Int) throws {
    let generator = try Generator(seed: 1)
    let layer = try UpsampledConv2d(input, output, using: generator)
    let pictures = try generator.normal(shape: [2, input, height, width]).channelsLast()
    let weights = try generator.normal(shape: [2, output, 2 * height, 2 * width])
    let leaves = [pictures, layer.weight, layer.bias]
    let withoutGradients = try layer.forward(pictures, ForwardPass())
    for leaf in leaves { try leaf.setRequiresGradientInPlace(true) }

    let fast = try layer.forward(pictures, ForwardPass())
    let plain = try pictures.upsampledNearest(by: 2)
      .convolved(with: layer.weight, bias: layer.bias, padding: 1)
    try expectClose(fast, plain)
    try expectClose(withoutGradients, plain)
    let found = try (fast * weights).sum().gradients(of: leaves)
    let expected = try (plain * weights).sum().gradients(of: leaves)
    for (a, b) in zip(found, expected) { try expectClose(a, b) }
  }

  /// The same for the layer that computes blocks.
  @Test(arguments: [(3, 2, 2, 2), (5, 3, 4, 6), (64, 3, 8, 8)])
  func blocksEqualConvolution(input: Int, output: Int, height: Int, width: Int) throws {
    let generator = try Generator(seed: 1)
    let layer = try BlockConv2d(input, output, using: generator)
    let pictures = try generator.normal(shape: [2, input, height, width]).channelsLast()
    let weights = try generator.normal(shape: [2, output, height, width])
    let leaves = [pictures, layer.weight, layer.bias]
    for leaf in leaves { try leaf.setRequiresGradientInPlace(true) }
    let fast = try layer.forward(pictures, ForwardPass())
    let plain = try pictures.convolved(with: layer.weight, bias: layer.bias, padding: 1)
    try expectClose(fast, plain)
    let found = try (fast * weights).sum().gradients(of: leaves)
    let expected = try (plain * weights).sum().gradients(of: leaves)
    for (a, b) in zip(found, expected) { try expectClose(a, b) }
  }

  private func expectClose(_ found: Tensor, _ expected: Tensor) throws {
    #expect(found.shape == expected.shape)
    let scale = try expected.detached().abs().maximum().item()
    let worst = try (found.detached() - expected.detached()).abs().maximum().item()
    #expect(scale > 0)
    #expect(worst < 1e-5 * scale)
  }
}
