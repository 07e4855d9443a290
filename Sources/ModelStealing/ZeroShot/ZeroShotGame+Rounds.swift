import Networks
package import Torch

extension ZeroShotGame {
  /// The losses of a round, each before its update.
  package struct RoundLosses: Sendable, Equatable {
    /// Of every update of the student.
    package let student: [Double]
    /// Of the generator's.
    package let generator: Double
  }

  /// Pictures, and the teacher's logits of them.
  private struct Lesson {
    let pictures: Tensor
    let answers: Tensor
  }

  /// Updates the student some times and then the generator.
  ///
  /// Within a round neither the generator's weights nor the teacher depend on what the student does, so
  /// pictures and the teacher's logits can be made ahead. The results then differ at most in the order of
  /// sums that an operation on several threads takes.
  ///
  /// - Parameters:
  ///   - noise: Standard normal numbers `[N, 256]` for every update of the student, of which there is one
  ///     at least.
  ///   - generatorNoise: The same for the generator's.
  ///   - studentRate: The learning rate of the student's updates.
  ///   - generatorRate: The learning rate of the generator's.
  ///   - lookingAhead: Whether pictures are made on a thread of their own.
  /// - Returns: The losses.
  /// - Throws: `TorchError`.
  package func playRound(
    noise: [Tensor],
    generatorNoise: Tensor,
    studentRate: Double,
    generatorRate: Double,
    lookingAhead: Bool
  ) throws -> RoundLosses {
    guard lookingAhead, let first = noise.first else {
      return RoundLosses(
        student: try noise.map { try updateStudent(noise: $0, learningRate: studentRate) },
        generator: try updateGenerator(noise: generatorNoise, learningRate: generatorRate)
      )
    }
    defer { try? generator.setRequiresGradient(false) }
    let (losses, last, test) = try learn(first, noise.dropFirst(), generatorNoise, studentRate)
    // Nothing is left to be made ahead: the rest has all threads for each operation.
    let lastLoss = try updateStudent(on: last.pictures, learningRate: studentRate) { last.answers }
    return RoundLosses(
      student: losses + [lastLoss],
      generator: try updateGenerator(
        studentLogits: studentLogits(of: test.pictures),
        teacherLogits: test.answers,
        learningRate: generatorRate
      )
    )
  }

  /// All updates of the student but the last, with pictures made ahead.
  ///
  /// - Returns: The losses, what is left to learn from, and the generator's own lesson with its graph.
  private func learn(
    _ firstNoise: Tensor,
    _ otherNoise: ArraySlice<Tensor>,
    _ generatorNoise: Tensor,
    _ learningRate: Double
  ) throws -> ([Double], Lesson, Lesson) {
    let first = try withoutGradients { try makePictures(firstNoise) }
    // Pictures are handed over before the teacher has seen them: the student can begin.
    return try LookAhead.run(atMost: 4) { (give: (Tensor) throws -> Void) in
      func giveLesson(on pictures: Tensor) throws {
        try give(pictures)
        try give(self.teacherLogits(of: pictures))
      }
      try withoutGradients {
        try giveLesson(on: first)
        for rows in otherNoise { try giveLesson(on: self.makePictures(rows)) }
      }
      try self.generator.setRequiresGradient(true)
      try giveLesson(on: self.makePictures(generatorNoise))
    } using: { (take: () throws -> Tensor) in
      let losses = try otherNoise.map { _ in
        try self.updateStudent(on: take(), learningRate: learningRate, teacherLogits: take)
      }
      let last = Lesson(pictures: try take(), answers: try take())
      return (losses, last, Lesson(pictures: try take(), answers: try take()))
    }
  }
}
