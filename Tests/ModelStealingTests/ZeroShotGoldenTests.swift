import Foundation
import ModelStealing
import Networks
import SafeTensors
import TestSupport
import Testing
import Torch

/// A round of data-free stealing against PyTorch's, on weights and noise from a formula.
///
/// `Golden/make_golden.py` made the values, in float64, and prints how far PyTorch's own float32 is from
/// them: losses, pictures and gradients 2e-6 of their norm at most, so 1e-5 leaves room for another
/// order of summation and none for a wrong formula. The change of a weight is the difference of two
/// float32 numbers, of which rounding leaves errors up to 3e-4 of it: 1e-3 has room for as much again.
@Suite struct ZeroShotGoldenTests {
  private static let tolerance = 1e-5
  private static let changeTolerance = 1e-3
  /// A bias before a batch norm has no effect: what float32 leaves of its gradient is noise, which Adam
  /// scales up to steps of the usual size.
  private static let withoutEffect = ["conv_blocks1.0.bias", "conv_blocks2.0.bias"]

  private let golden: SafeTensorsFile

  init() throws {
    golden = try SafeTensorsFile(
      contentsOf: Bundle.module.bundleURL.appendingPathComponent("Golden/zero-shot.safetensors")
    )
  }

  @Test func aRoundAgreesWithPyTorch() throws {
    let size = Classifier.PictureSize(height: 8, width: 8)
    let teacher = try classifier(size, phase: 100)
    let student = try classifier(size, phase: 200)
    let generator = try PictureGenerator.automatic.makeNetwork(size: size, seed: 0)
    try fill(generator, phase: 300)
    var settings = ZeroShotSettings(seed: 0)
    settings.precision = .float32
    let game = try ZeroShotGame(
      teacher: teacher,
      student: student,
      generator: generator,
      settings: settings
    )
    let before = (try state(student.network), try state(generator))
    for step in 0..<3 {
      let loss = try game.updateStudent(noise: noise(400 + step), learningRate: 0.1)
      try expectClose([Float(loss)], "student.loss.\(step)")
    }
    let loss = try game.updateGenerator(noise: noise(403), learningRate: 1e-3)
    try expectClose([Float(loss)], "generator.loss")
    try expectChange(of: student.network, from: before.0, "student")
    try expectChange(of: generator, from: before.1, "generator")
    for (name, tensor) in generator.namedParameters where !Self.withoutEffect.contains(name) {
      let gradient = try #require(try tensor.gradient())
      try expectClose(gradient.elements(), "generator.gradient.\(name)")
    }
  }

  @Test func theUpsamplingGeneratorsPicturesAreNormalised() throws {
    let size = Classifier.PictureSize(height: 8, width: 8)
    let generator = try UpsamplingGenerator(size: size, using: Generator(seed: 0))
    try fill(generator, phase: 300)
    let pictures = try generate(generator)
    #expect(pictures.shape == [4, 3, 8, 8])
    try expectClose(pictures.elements(), "pictures")
    let mean = try pictures.mean(over: [0, 2, 3]).elements(as: Float.self)
    let variance = try pictures.variance(over: [0, 2, 3], unbiased: false).elements(as: Float.self)
    #expect(mean.allSatisfy { abs($0) < 1e-5 })
    // Batch norm divides by √(σ² + 1e-5).
    #expect(variance.allSatisfy { abs($0 - 1) < 1e-3 })
  }

  @Test func theLargeGeneratorsPicturesAreWithinOne() throws {
    let size = Classifier.PictureSize(height: 32, width: 32)
    let generator = try DCGANGenerator(size: size, using: Generator(seed: 0))
    try fill(generator, phase: 500)
    let pictures = try generate(generator)
    #expect(pictures.shape == [4, 3, 32, 32])
    try expectClose(pictures.elements(), "dcgan.pictures")
    #expect(try pictures.abs().maximum().item() < 1)
  }

  private func generate(_ generator: any Module) throws -> Tensor {
    try withoutGradients { () throws in
      try generator.forward(noise(403), ForwardPass(trainingWith: Generator(seed: 0)))
    }
  }

  private func classifier(_ size: Classifier.PictureSize, phase: Int) throws -> Classifier {
    let classifier = try Classifier(
      Architecture("wrn-10-1"),
      classNames: (0..<10).map { "class \($0)" },
      normalization: .cifar10,
      pictureSize: size,
      seed: 0
    )
    try fill(classifier.network, phase: phase)
    return classifier
  }

  private func noise(_ phase: Int) throws -> Tensor {
    let elements = spread(4 * 256, phase: phase).map { Float(1.7 * Double($0)) }
    return try Tensor(elements, shape: [4, 256])
  }

  private func state(_ network: any Module) throws -> [String: [Float]] {
    try Dictionary(
      network.namedState.filter { $0.tensor.dtype == .float32 }
        .map { ($0.name, try $0.tensor.detached().elements()) }
    ) { $1 }
  }

  private func expectChange(
    of network: any Module,
    from before: [String: [Float]],
    _ role: String
  ) throws {
    for (name, elements) in try state(network) where !Self.withoutEffect.contains(name) {
      let change = zip(elements, try #require(before[name])).map { $0 - $1 }
      try expectClose(change, "\(role).change.\(name)", within: Self.changeTolerance)
    }
  }

  /// Compares a number, or norm and projections, to the file's.
  private func expectClose(
    _ elements: [Float],
    _ name: String,
    within tolerance: Double = Self.tolerance
  ) throws {
    let expected = try golden.load(name).elements(as: Double.self)
    let found = expected.count == 1 ? elements.map(Double.init) : projections(elements)
    #expect(found.count == expected.count)
    let errors = zip(found, expected).map { abs($0 - $1) / abs(expected[0]) }
    #expect(errors[0] < tolerance, "\(name): \(errors[0])")
    // The mean square of the projections' errors is that of the error's norm.
    let share = (errors.dropFirst().reduce(0) { $0 + $1 * $1 } / 8).squareRoot()
    #expect(share < tolerance, "\(name): \(share)")
  }

  /// The norm and eight projections on signs, as the script computes them.
  private func projections(_ elements: [Float]) -> [Double] {
    let norm = elements.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    return [norm]
      + (0..<8).map { index in
        zip(elements, spread(elements.count, phase: 2000 + index)).reduce(0) { sum, pair in
          sum + (pair.1 > 0 ? 1 : pair.1 < 0 ? -1 : 0) * Double(pair.0)
        }
      }
  }

  /// Sets every tensor of a network by the script's formula.
  private func fill(_ network: any Module, phase: Int) throws {
    for (index, (name, tensor)) in network.namedState.enumerated()
    where tensor.dtype == .float32 {
      let shape = tensor.shape
      let fan = Double(tensor.elementCount / max(1, shape.first ?? 1))
      let values = spread(tensor.elementCount, phase: phase + index).map { value -> Float in
        if shape.count > 1 { return value * Float((3 / fan).squareRoot()) }
        if name.hasSuffix("running_var") { return 1 + 0.5 * value }
        if name.hasSuffix("bias") || name.hasSuffix("running_mean") { return 0.1 * value }
        return 1 + 0.2 * value
      }
      try tensor.copyInPlace(from: Tensor(values, shape: shape))
    }
  }
}
