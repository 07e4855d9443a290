import Foundation
import ModelStealing
import Networks
import SafeTensors
import Testing
import Torch

/// The losses of distillation against PyTorch's, made in float64 by `Golden/make_losses.py`.
///
/// float32 keeps about seven digits of losses and gradients of the order of 1, so 1e-5 leaves room for
/// rounding and none for a wrong factor.
@Suite struct SoftLabelTests {
  private func spread(_ phase: Double) throws -> Tensor {
    let values = (0..<60).map { index in
      let i = Double(index) + phase
      return Float(4 * sin(1.7 * i * i + i))
    }
    return try Tensor(values, shape: [6, 10])
  }

  private func attack(_ temperature: Double, _ weight: Double) throws -> DistillationAttack {
    try DistillationAttack(
      student: Student(Architecture("wrn-10-1"), training: TrainingSettings(seed: 0)),
      temperature: temperature,
      labelWeight: weight
    )
  }

  @Test(arguments: [(1.0, 0.0), (4.0, 0.0), (2.0, 0.3), (1.0, 1.0)])
  func distillationAgreesWithPyTorch(temperature: Double, weight: Double) throws {
    let file = try #require(
      Bundle.module.url(forResource: "losses", withExtension: "safetensors", subdirectory: "Golden")
    )
    let golden = try SafeTensorsFile(contentsOf: file)
    let student = try spread(0)
    try student.setRequiresGradientInPlace(true)
    let loss = try attack(temperature, weight).loss(
      of: student,
      answers: spread(1000).softmax(over: 1),
      labels: (0..<6).map { $0 % 10 }
    )
    try loss.backward()

    let name = "T\(temperature).w\(weight)"
    let expectedLoss = try golden.load("\(name).loss").elements(as: Double.self)[0]
    #expect(abs(try loss.item() - expectedLoss) < 1e-5 * max(1, expectedLoss))
    let gradient = try #require(try student.gradient()).elements(as: Float.self)
    let expected = try golden.load("\(name).gradient").elements(as: Double.self)
    for (found, expected) in zip(gradient, expected) {
      #expect(abs(Double(found) - expected) < 1e-5)
    }
  }

  /// KL is over the batch's mean and towards the teacher: 0 only if both agree, and not symmetric.
  @Test func divergenceIsDirectedAndAveragedOverTheBatch() throws {
    let teacher = try Tensor([0.5, 0.5, 1, 0] as [Float], shape: [2, 2])
    let logits = try Tensor([0, 0, 0, 0] as [Float], shape: [2, 2])
    let loss = try SoftLabels.divergence(from: teacher, to: logits).item()
    // The first row agrees; the second costs log 2; the mean over two rows is half of that.
    #expect(abs(loss - Foundation.log(2) / 2) < 1e-6)
  }

  @Test func whatIsNotToldIsSpreadEvenly() throws {
    let told = try Tensor(
      [
        0.7, 0, 0.1, 0,
        0.6, 0.3, 0.1, 0.1,
        0, 0, 0, 0,
        0, 1, 0, 0,
      ] as [Float],
      shape: [4, 4]
    )
    let found: [Float] = try SoftLabels.completed(told).elements()
    let expected: [Float] = [
      0.7, 0.1, 0.1, 0.1,
      0.6 / 1.1, 0.3 / 1.1, 0.1 / 1.1, 0.1 / 1.1,
      0.25, 0.25, 0.25, 0.25,
      0, 1, 0, 0,
    ]
    for (found, expected) in zip(found, expected) { #expect(abs(found - expected) < 1e-6) }
  }

  @Test(arguments: [0, -1, 101, Double.nan, .infinity])
  func refusesTemperatures(temperature: Double) throws {
    #expect(throws: StealingError.self) { try attack(temperature, 0) }
  }

  @Test(arguments: [-0.1, 1.1, Double.nan])
  func refusesWeights(weight: Double) throws {
    #expect(throws: StealingError.self) { try attack(1, weight) }
  }
}
