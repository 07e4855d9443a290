package import Networks
package import Torch

/// The game of data-free adversarial distillation between a student and a generator.
///
/// The student minimises its distance to the teacher on generated pictures, and the generator makes
/// pictures on which the distance is large (Fang et al., 2019, arXiv 1912.11006, section 3).
///
/// The distance is the mean over pictures and classes of |student logit - teacher logit|. Generated
/// pictures are normalised already, so they go to the networks as they are.
package final class ZeroShotGame {
  package let teacher: Classifier
  package let student: Classifier
  package let generator: any Module
  package let studentOptimizer: Optimizer
  package let generatorOptimizer: Optimizer
  private let computeType: DType
  private let training: ForwardPass

  /// Sets up a game.
  ///
  /// - Parameters:
  ///   - teacher: The victim; it stays as it is.
  ///   - student: Changed in place.
  ///   - generator: Changed in place.
  ///   - settings: Optimisers and number format.
  /// - Throws: `TorchError` if there is no memory.
  package init(
    teacher: Classifier,
    student: Classifier,
    generator: any Module,
    settings: ZeroShotSettings
  ) throws {
    self.teacher = teacher
    self.student = student
    self.generator = generator
    studentOptimizer = try Optimizer.sgd(
      over: student.network.namedParameters.map(\.tensor),
      learningRate: settings.learningRate,
      momentum: settings.momentum,
      weightDecay: settings.weightDecay
    )
    generatorOptimizer = try Optimizer.adam(
      over: generator.namedParameters.map(\.tensor),
      learningRate: settings.generatorLearningRate
    )
    computeType = settings.precision.computeType(on: student.device)
    // Neither network drops anything, so no number is drawn from this generator.
    training = ForwardPass(trainingWith: try Generator(seed: 0, device: student.device))
  }

  /// One update of the student.
  ///
  /// - Parameters:
  ///   - noise: Standard normal numbers `[N, 256]`, a row for each picture.
  ///   - learningRate: Of this update.
  /// - Returns: The loss before the update.
  /// - Throws: `TorchError`.
  package func updateStudent(noise: Tensor, learningRate: Double) throws -> Double {
    let pictures = try withoutGradients { try makePictures(noise) }
    return try updateStudent(on: pictures, learningRate: learningRate) {
      try withoutGradients { try teacherLogits(of: pictures) }
    }
  }

  /// One update of the generator.
  ///
  /// - Parameters:
  ///   - noise: Standard normal numbers `[N, 256]`, a row for each picture.
  ///   - learningRate: Of this update.
  /// - Returns: The loss before the update: the negative distance.
  /// - Throws: `TorchError`.
  package func updateGenerator(noise: Tensor, learningRate: Double) throws -> Double {
    try generator.setRequiresGradient(true)
    defer { try? generator.setRequiresGradient(false) }
    let pictures = try makePictures(noise)
    return try updateGenerator(
      studentLogits: studentLogits(of: pictures),
      teacherLogits: teacherLogits(of: pictures),
      learningRate: learningRate
    )
  }

  func updateStudent(
    on pictures: Tensor,
    learningRate: Double,
    teacherLogits: () throws -> Tensor
  ) throws -> Double {
    try student.network.setRequiresGradient(true)
    defer { try? student.network.setRequiresGradient(false) }
    let logits = try studentLogits(of: pictures)
    let loss = try Self.distance(logits, teacherLogits())
    try studentOptimizer.clearGradients()
    try loss.backward()
    try studentOptimizer.step(learningRate: learningRate)
    return try loss.item()
  }

  func updateGenerator(
    studentLogits: Tensor,
    teacherLogits: Tensor,
    learningRate: Double
  ) throws -> Double {
    let loss = try -Self.distance(studentLogits, teacherLogits)
    try generatorOptimizer.clearGradients()
    try loss.backward()
    try generatorOptimizer.step(learningRate: learningRate)
    return try loss.item()
  }

  func makePictures(_ noise: Tensor) throws -> Tensor {
    try autocast { try generator.forward(noise, training) }
  }

  func studentLogits(of pictures: Tensor) throws -> Tensor {
    try autocast { try student.network.forward(pictures, training) }
  }

  func teacherLogits(of pictures: Tensor) throws -> Tensor {
    try autocast { try teacher.network.forward(pictures, ForwardPass()) }
  }

  private static func distance(_ logits: Tensor, _ answers: Tensor) throws -> Tensor {
    try (logits.to(.float32) - answers.to(.float32)).abs().mean()
  }

  private func autocast<Result>(_ body: () throws -> Result) throws -> Result {
    try withAutocast(to: computeType, on: student.device, body)
  }
}

@available(*, unavailable)
extension ZeroShotGame: Sendable {}
