public import Datasets
public import Networks

/// The attacks, by the names that manifests and users give them.
public enum AttackName: String, Sendable, CaseIterable {
  /// `CopyAttack`.
  case copy
  /// `FineTuningAttack`.
  case fineTuning = "fine-tuning"
  /// `ZeroShotAttack`.
  case zeroShot = "zero-shot"
  /// `DistillationAttack`.
  case distillation
  /// `LogitQueryAttack`.
  case logitQuery = "logit-query"
  /// `LabelQueryAttack`.
  case labelQuery = "label-query"
  /// `IndependentTraining`: the innocent.
  case independent

  /// Whether the attack trains a network from scratch, whose structure is the thief's choice.
  public var hasStudent: Bool {
    switch self {
    case .copy, .fineTuning: false
    case .zeroShot, .distillation, .logitQuery, .labelQuery, .independent: true
    }
  }

  /// Whether the thief needs pictures of their own, without labels.
  public var asksAboutPictures: Bool {
    switch self {
    case .fineTuning, .logitQuery, .labelQuery: true
    case .copy, .zeroShot, .distillation, .independent: false
    }
  }

  /// Whether the thief needs pictures of their own, with labels or without.
  public var takesPictures: Bool { asksAboutPictures || self == .independent }
}

/// What a thief can bring along: the one place where a name becomes an attack.
///
/// A new attack is a type in a file of its own, a name and what it needs above, and a line below.
public struct AttackRecipe {
  /// A network trained from scratch, and how.
  public var student: Student
  /// The same of thieves who have but answers to their own pictures; as the others unless told.
  public var queryStudent: Student
  /// How stolen weights are trained further.
  public var fineTuning: TrainingSettings
  /// Which layers of stolen weights learn.
  public var layers = TrainedLayers.all
  /// Whether stolen weights get a fresh last layer.
  public var resettingLastLayer = false
  /// The game of student and generator.
  public var zeroShot: ZeroShotSettings
  /// What that game's student is measured by on the way.
  public var evaluation: ZeroShotAttack.Evaluation?
  /// T of distillation.
  public var temperature = 1.0
  /// How much the true label counts in distillation.
  public var labelWeight = 0.0
  /// The thief's own pictures, unlabelled.
  public var pictures: () throws -> UnlabelledImages
  /// Pictures with their labels, for who trains a model of their own.
  public var labelledPictures: () throws -> ImageSet

  /// Creates a recipe with the attacks' own settings.
  ///
  /// - Parameters:
  ///   - student: A network trained from scratch, and how; its seed is everybody's.
  ///   - pictures: Gathers the thief's own pictures, if an attack needs them.
  ///   - labelledPictures: Gathers pictures with labels, if an attack needs them.
  public init(
    student: Student,
    pictures: @escaping () throws -> UnlabelledImages,
    labelledPictures: @escaping () throws -> ImageSet
  ) {
    self.student = student
    queryStudent = student
    fineTuning = .furtherTraining(seed: student.training.seed)
    zeroShot = ZeroShotSettings(seed: student.training.seed)
    self.pictures = pictures
    self.labelledPictures = labelledPictures
  }

  /// Makes an attack.
  ///
  /// - Throws: `StealingError.badSetting` for a setting out of range; what gathering pictures throws.
  public func attack(_ name: AttackName) throws -> any StealingAttack {
    switch name {
    case .copy: CopyAttack()
    case .fineTuning:
      FineTuningAttack(
        pictures: try pictures(),
        training: fineTuning,
        layers: layers,
        resettingLastLayer: resettingLastLayer
      )
    case .zeroShot:
      ZeroShotAttack(student: student.architecture, settings: zeroShot, evaluation: evaluation)
    case .distillation:
      try DistillationAttack(
        student: student,
        temperature: temperature,
        labelWeight: labelWeight
      )
    case .logitQuery: LogitQueryAttack(queries: try pictures(), student: queryStudent)
    case .labelQuery: LabelQueryAttack(queries: try pictures(), student: queryStudent)
    case .independent: IndependentTraining(on: try labelledPictures(), student: student)
    }
  }
}

@available(*, unavailable)
extension AttackRecipe: Sendable {}
