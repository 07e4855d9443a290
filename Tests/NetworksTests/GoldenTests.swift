import Foundation
import Networks
import SafeTensors
import TestSupport
import Testing
import Torch

/// Forward pass, loss and gradients against PyTorch's, on weights from a formula.
///
/// `Golden/make_golden.py` made the values, in float64. How far off PyTorch's own float32 is depends on the
/// processor's kernels (`make_golden.py --rounding`): for ResNet-18 5e-6 of a tensor's norm in NCHW and 1e-5 in
/// NHWC with AVX-512, 1.3e-5 and 1.2e-5 with AVX2. So 2e-5 leaves room for another order of summation and none
/// for a wrong formula.
@Suite struct GoldenTests {
  private static let tolerance = 2e-5

  @Test(
    arguments: [
      ("wrn-16-1", 10, 32), ("resnet-18", 20, 64),
    ],
    [false, true]
  )
  func agreesWithPyTorch(
    model: (name: String, classCount: Int, size: Int),
    isChannelsLast: Bool
  ) throws {
    let (name, classCount, size) = model
    let golden = try SafeTensorsFile(contentsOf: Self.file("\(name).safetensors"))
    let network = try Architecture(name).makeNetwork(classCount: classCount, seed: 0)
    try network.setRequiresGradient(true)
    let elements = spread(4 * 3 * size * size, phase: 1000)
    let plain = try Tensor(elements, shape: [4, 3, size, size])
    let images = try isChannelsLast ? plain.channelsLast() : plain
    let labels = try Tensor([0, 3, Int64(classCount - 1), 5], shape: [4])

    for mode in ["eval", "train"] {
      try fill(network)
      let pass =
        mode == "train"
        ? ForwardPass(trainingWith: try Generator(seed: 0)) : ForwardPass()
      let logits = try network.forward(images, pass)
      let loss = try logits.crossEntropy(labels)
      try loss.backward()

      try expectClose(logits, to: golden, "\(mode).logits")
      try expectClose(loss, to: golden, "\(mode).loss")
      let norms = try network.namedParameters.map {
        try golden.load("\(mode).gradient.\($0.name)").elements(as: Double.self)[0]
      }
      let whole = norms.reduce(0) { $0 + $1 * $1 }.squareRoot()
      for (parameter, tensor) in network.namedParameters {
        let gradient = try #require(try tensor.gradient())
        let found = projections(try gradient.elements(as: Float.self))
        let expected = try golden.load("\(mode).gradient.\(parameter)").elements(as: Double.self)
        // The bias of a convolution before a batch norm has no effect and so no gradient in training;
        // what float32 leaves of it counts against the norm of the loss's gradient as a whole.
        let scale = expected[0] < 1e-12 ? whole : expected[0]
        // The mean square of the projections' errors is that of the error's norm.
        let errors = zip(found, expected).map { ($0 - $1) * ($0 - $1) }
        let share = (errors.dropFirst().reduce(0, +) / 8).squareRoot() / scale
        #expect(share < Self.tolerance, "\(name) \(mode) \(parameter): \(share)")
        #expect(errors[0].squareRoot() / scale < Self.tolerance)
        try tensor.clearGradientInPlace()
      }
    }
  }

  private func expectClose(
    _ tensor: Tensor,
    to golden: SafeTensorsFile,
    _ name: String
  ) throws {
    let expected = try golden.load(name).elements(as: Double.self)
    let found = try tensor.detached().elements(as: Float.self).map(Double.init)
    let scale = expected.map(abs).max() ?? 0
    let worst = zip(found, expected).map { abs($0 - $1) / scale }.max() ?? .infinity
    #expect(found.count == expected.count)
    #expect(worst < Self.tolerance, "\(name): \(worst)")
  }

  /// The norm and eight projections on signs, as the script computes them.
  private func projections(_ gradient: [Float]) -> [Double] {
    let norm = gradient.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    return [norm]
      + (0..<8).map { index in
        zip(gradient, spread(gradient.count, phase: 2000 + index)).reduce(0) { sum, pair in
          sum + (pair.1 > 0 ? 1 : pair.1 < 0 ? -1 : 0) * Double(pair.0)
        }
      }
  }

  private static func file(_ name: String) -> URL {
    Bundle.module.bundleURL.appendingPathComponent("Golden").appendingPathComponent(name)
  }
}

/// Sets every tensor of a network by the script's formula.
private func fill(_ network: any Module) throws {
  for (index, (name, tensor)) in network.namedState.enumerated()
  where !name.hasSuffix("num_batches_tracked") {
    let shape = tensor.shape
    let fan = Double(tensor.elementCount / max(1, shape.first ?? 1))
    let values = spread(tensor.elementCount, phase: index).map { value -> Float in
      if shape.count > 1 { return value * Float((3 / fan).squareRoot()) }
      if name.hasSuffix("running_var") { return 1 + 0.5 * value }
      if name.hasSuffix("bias") || name.hasSuffix("running_mean") { return 0.1 * value }
      return 1 + 0.2 * value
    }
    try tensor.copyInPlace(from: Tensor(values, shape: shape))
  }
}
