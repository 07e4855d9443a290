public import Artifacts
public import Networks
import Datasets
package import Torch

/// The thief has the victim's training pictures and its answers to them, and trains a student on both
/// (A_D in Li et al., AAAI 2022, section 4.1; Hinton, Vinyals and Dean, 2015).
///
/// The loss of a batch is (1 - w)·T²·KL(p_T ‖ q_T) + w·CE(true label), where p_T and q_T are the
/// probabilities of victim and student at temperature T. T = 1 and w = 0 are dataset inference's
/// (Maini et al., ICLR 2021). The victim is asked anew about every augmented picture, so an epoch
/// costs one query a picture.
public struct DistillationAttack: StealingAttack {
  /// `distillation`.
  public static let name = "distillation"
  /// The training pictures, and answers to them.
  public static let access = Access.trainingPictures

  /// The network that is trained on the answers.
  public let student: Student
  /// T: how much the probabilities are softened, above 0 and at most 100.
  public let temperature: Double
  /// w: how much the true label counts, in [0, 1].
  public let labelWeight: Double

  /// Creates the attack.
  ///
  /// - Throws: `StealingError.badSetting` if a number is out of its range.
  public init(student: Student, temperature: Double = 1, labelWeight: Double = 0) throws {
    guard temperature > 0, temperature <= 100 else {
      throw StealingError.badSetting(
        name: "temperature",
        value: "\(temperature)",
        expected: "a number above 0 and at most 100"
      )
    }
    guard (0...1).contains(labelWeight) else {
      throw StealingError.badSetting(
        name: "weight of the true label",
        value: "\(labelWeight)",
        expected: "a number from 0 to 1"
      )
    }
    self.student = student
    self.temperature = temperature
    self.labelWeight = labelWeight
  }

  /// That of the training, for the victim is asked about every batch.
  public var answerPrecision: Precision { student.training.precision }

  /// Student, training, temperature and weight of the label.
  public var manifestSettings: [String: JSONValue] {
    get throws {
      try student.manifestSettings.merging([
        "temperature": .number(temperature), "label_weight": .number(labelWeight),
      ]) { $1 }
    }
  }

  /// Refuses pictures that are too small for the student, and the victim's own seed.
  public func check(against victim: Classifier) throws {
    try student.check(against: victim)
  }

  /// Trains a student on the victim's pictures and answers.
  public func steal(
    from victim: Victim,
    run: TrainingRun?,
    onProgress: (TrainingProgress) throws -> Void
  ) throws -> StolenModel {
    guard let images = victim.trainingSet else {
      throw StealingError.missing(attack: Self.name, need: "the victim's training pictures")
    }
    let oracle = victim.oracle
    let thief = try student.classifier(answeringAs: oracle)
    try thief.checkClasses(of: images)
    run?.conditions = [
      "victim": try oracle.fingerprint, "loss": "temperature \(temperature), label \(labelWeight)",
    ]
    try train(
      thief,
      on: images,
      settings: student.training,
      run: run,
      onProgress: onProgress
    ) { logits, batch, _ in
      let told = try oracle.answers(toPixels: batch.pixels, count: batch.count)
      return try loss(of: logits, answers: told, labels: batch.labels)
    }
    let perEpoch = student.training.picturesPerEpoch(of: images.count)
    return StolenModel(classifier: thief, queryCount: student.training.epochs * perEpoch)
  }

  /// The loss of a batch.
  ///
  /// - Parameters:
  ///   - logits: The student's, shape `[N, classes]`.
  ///   - answers: What the victim told, same shape.
  ///   - labels: The true classes.
  /// - Returns: Shape `[]`.
  /// - Throws: `TorchError` if the shapes differ.
  package func loss(of logits: Tensor, answers: Tensor, labels: [Int]) throws -> Tensor {
    let teacher = try SoftLabels.tempered(SoftLabels.completed(answers), by: temperature)
    let soft = try SoftLabels.divergence(from: teacher, to: logits, temperature: temperature)
    guard labelWeight > 0 else { return try soft * (temperature * temperature) }
    let classes = try Tensor(labels.map(Int64.init), shape: [labels.count], device: logits.device)
    return try soft * ((1 - labelWeight) * temperature * temperature)
      + logits.crossEntropy(classes) * labelWeight
  }
}
