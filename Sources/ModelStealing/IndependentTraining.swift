public import Artifacts
public import Datasets
public import Networks

/// No theft at all: somebody trains a model of their own on pictures and labels of their own.
///
/// The control of every comparison (the row "independent" of Li et al., AAAI 2022, Table 3, where it
/// was the benign model compared with itself). It takes from the victim only what a competitor has
/// too: the task, that is the classes, the size of pictures and how pixels are normalised.
public struct IndependentTraining: StealingAttack {
  /// `independent`.
  public static let name = "independent"
  /// Nothing.
  public static let access = Access.nothing

  /// The pictures, with their true labels.
  public let images: ImageSet
  /// The network, and how it is trained.
  public let student: Student

  /// Creates the control.
  public init(on images: ImageSet, student: Student) {
    self.images = images
    self.student = student
  }

  /// Network, training and pictures.
  public var manifestSettings: [String: JSONValue] {
    get throws {
      try student.manifestSettings.merging([
        "own_pictures": .integer(Int128(images.count)),
        "own_pictures_sha256": .string("\(images.digest)"),
      ]) { $1 }
    }
  }

  /// Refuses pictures of another size or other classes, and the victim's own seed.
  public func check(against victim: Classifier) throws {
    try victim.check(images, named: "the innocent's own pictures")
    try victim.checkClasses(of: images)
    try student.check(against: victim)
  }

  /// Trains from scratch.
  public func steal(
    from victim: Victim,
    run: TrainingRun?,
    onProgress: (TrainingProgress) throws -> Void
  ) throws -> StolenModel {
    let model = try student.classifier(answeringAs: victim.oracle)
    try train(model, on: images, settings: student.training, run: run, onProgress: onProgress)
    return StolenModel(classifier: model, queryCount: 0)
  }
}
