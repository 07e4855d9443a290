public import Artifacts
public import Datasets
public import Foundation
public import ModelStealing
public import Networks

/// One attack with all that it needs beside the victim.
public struct StealStage {
  /// The attack.
  public var attack: any StealingAttack
  /// The thief's seed, for the manifest.
  public var seed: UInt64
  /// The pictures that the victim was trained on, for attacks that have them.
  public var trainingSet: ImageSet?
  /// SHA-256 of the owner's pictures, unmarked, if the thief's own are those that the owner does not use.
  public var ownersPictures: Digest?
  /// How much the victim's answers tell.
  public var answerForm: AnswerForm
  /// Where the thief's own pictures come from, for the manifest, if that is known.
  public var pictureSource: String?

  /// Describes a theft in which the victim tells what the attack uses.
  public init(_ attack: any StealingAttack, seed: UInt64, trainingSet: ImageSet? = nil) {
    self.attack = attack
    self.seed = seed
    self.trainingSet = trainingSet
    answerForm = attack.usedAnswers
  }

  /// The attack's name.
  public var name: String { type(of: attack).name }

  /// What is known of the stolen model before the theft.
  func plan(victim: Digest, firstWeights: UInt64?) throws -> Manifest {
    var settings = try attack.manifestSettings
    var inputs = ["victim": victim]
    settings["attack"] = .string(name)
    settings["pictures_from"] = pictureSource.map { .string($0) }
    switch type(of: attack).access {
    case .answers:
      settings["answers"] = .string("\(answerForm)")
    case .trainingPictures:
      settings["answers"] = .string("\(answerForm)")
      inputs["training pictures"] = trainingSet?.digest
    case .weights, .nothing: break
    }
    let attack = type(of: attack)
    var seeds = attack.isRandom ? ["training": seed] : [:]
    if attack.keepsWeights { seeds[Classifier.firstWeightsName] = firstWeights }
    return Manifest(kind: .model, settings: settings, seeds: seeds, inputs: inputs)
  }

  /// Refuses a victim that the attack cannot work on, or that was trained on other pictures than the thief is
  /// said to have.
  func check(against victim: Classifier) throws {
    try answerForm.check(classCount: victim.classNames.count)
    try attack.check(against: victim)
    try victim.checkOwnersPictures(ownersPictures)
    guard type(of: attack).access == .trainingPictures, let trainingSet else { return }
    try victim.check(trainingSet, named: "the training pictures")
    try victim.checkClasses(of: trainingSet)
    try StageError.checkPictures(
      "the victim's training pictures",
      trainingSet.digest,
      known: try? victim.originEntry("inputs", "training pictures")?.decode(as: String.self),
      advice:
        "Give the victim's --marked folder, if it has one, and its --dataset, --train-count and --data-seed."
    )
  }

  func victim(_ model: Classifier) -> Victim {
    Victim(
      model,
      exposing: type(of: attack).access,
      trainingSet: trainingSet,
      form: answerForm,
      precision: attack.answerPrecision
    )
  }
}

@available(*, unavailable)
extension StealStage: Sendable {}

/// A theft from the victim's file to a finished model folder: `hallmark steal`.
///
/// Of a theft in several stages, each stage's thief is the next one's victim (Li et al., AAAI 2022,
/// Table 7). The last thief's model goes to the folder, those before it to folders within.
public struct Theft {
  /// The attacks, in their order; at least one.
  public let stages: [StealStage]

  /// Describes a theft.
  ///
  /// - Throws: `StageError.badSetting` if there is no stage, one that needs the training pictures of a thief
  ///   before it (those that are given are the first victim's), or one among several that takes nothing.
  public init(_ stages: [StealStage]) throws {
    guard !stages.isEmpty else {
      throw StageError.badSetting(
        name: "the number of attacks",
        value: "0",
        expected: "at least 1"
      )
    }
    let late = stages.dropFirst().first { type(of: $0.attack).access == .trainingPictures }
    if let late {
      throw StageError.badSetting(
        name: "the attack after another",
        value: "'\(late.name)'",
        expected:
          "one that does without its victim's training pictures, which are the thief's before"
      )
    }
    if stages.count > 1, let idle = stages.first(where: { type(of: $0.attack).access == .nothing })
    {
      throw StageError.badSetting(
        name: "an attack in sequence",
        value: "'\(idle.name)'",
        expected: "one that takes something from its victim"
      )
    }
    self.stages = stages
  }

  /// Steals, tests and writes the stolen model.
  ///
  /// - Parameters:
  ///   - victim: The model to steal.
  ///   - digest: Of the victim's file.
  ///   - original: Whom the thief is compared with, if not with the victim.
  ///   - test: Pictures to measure accuracy on, and fidelity: how often thief and victim agree.
  ///   - folder: Where the model goes.
  ///   - resuming: Whether to go on with what an earlier run left in the folder.
  ///   - onStage: Called before each stage, with its number from 0.
  ///   - onStageEnd: Called after each stage, with its thief.
  ///   - onQuestions: Called with the number of pictures that a thief has asked about before training, and of how
  ///     many.
  ///   - onProgress: Called after every step of training.
  /// - Returns: The finished model, of the last stage.
  /// - Throws: What training, stealing or the disk reports.
  public func run(
    from victim: Classifier,
    digest: Digest,
    comparedWith original: (model: Classifier, digest: Digest)? = nil,
    test: ImageSet,
    in folder: URL,
    resuming: Bool,
    onStage: (Int) -> Void = { _ in },
    onStageEnd: (FinishedModel) -> Void = { _ in },
    onQuestions: @escaping (_ done: Int, _ total: Int) throws -> Void = { _, _ in },
    onProgress: (TrainingProgress) throws -> Void
  ) throws -> FinishedModel {
    // Before any training: pictures that do not fit are found at once.
    try victim.check(test, named: "test pictures")
    try victim.checkClasses(of: test)
    for stage in stages { try stage.check(against: victim) }
    if !resuming { try FinishedModel.checkFree(folder) }
    var (current, currentDigest) = (victim, digest)
    func run(_ index: Int, _ folder: URL) throws -> FinishedModel {
      onStage(index)
      let thief = try self.run(
        stages[index],
        from: current,
        currentDigest,
        original: original ?? (victim, digest),
        test: test,
        in: folder,
        resuming: resuming,
        onQuestions: onQuestions,
        onProgress: onProgress
      )
      onStageEnd(thief)
      return thief
    }
    for (index, stage) in stages.dropLast().enumerated() {
      let thief = try run(
        index,
        folder.appendingPathComponent("stage-\(index + 1)-\(stage.name)")
      )
      (current, currentDigest) = (thief.classifier, try Digest(ofFileAt: thief.folder.modelFile))
    }
    return try run(stages.count - 1, folder)
  }

  private func run(
    _ stage: StealStage,
    from victim: Classifier,
    _ digest: Digest,
    original: (model: Classifier, digest: Digest),
    test: ImageSet,
    in folder: URL,
    resuming: Bool,
    onQuestions: @escaping (_ done: Int, _ total: Int) throws -> Void,
    onProgress: (TrainingProgress) throws -> Void
  ) throws -> FinishedModel {
    var plan = try stage.plan(victim: digest, firstWeights: victim.firstWeightsSeed)
    let earlier = try FinishedModel(
      in: folder,
      by: plan,
      resuming: resuming,
      device: victim.device,
      test: test,
      comparedWith: original.digest
    )
    if let earlier { return earlier }
    let run = try TrainingRun.start(plan, in: folder, resuming: resuming)
    let exposed = stage.victim(victim)
    // A thief with the training pictures asks while it trains, which shows its progress already.
    if let attack = stage.attack as? any QueryAttack {
      exposed.oracle.onAnswer = { try onQuestions($0, attack.queries.count) }
    }
    let stolen = try stage.attack.steal(
      from: exposed,
      run: run,
      onProgress: onProgress
    )
    plan.settings["architecture"] = .string("\(stolen.classifier.architecture)")
    if type(of: stage.attack).keepsWeights { plan.take(plainPicturesOf: victim) }
    plan.settings["queries"] = .integer(Int128(stolen.queryCount))
    plan.settings.merge(stolen.outcome) { $1 }
    return try FinishedModel(
      finishing: stolen.classifier,
      by: plan,
      test: test,
      comparedWith: original,
      run: run
    )
  }
}

@available(*, unavailable)
extension Theft: Sendable {}
