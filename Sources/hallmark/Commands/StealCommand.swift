import ArgumentParser
import Artifacts
import Datasets
import FeatureEmbedding
import Foundation
import ModelStealing
import Networks
import Stages

struct StealCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "steal",
    abstract: "Steal a model as a thief would, to see whether the theft is found.",
    discussion: """
      attack        the thief has                       and does
      copy          the weights                         uses them
      fine-tuning   the weights, own pictures           trains them further
      zero-shot     the weights, no picture             trains a student on generated pictures
      distillation  the training pictures, answers      trains a student on the answers
      logit-query   answers to own pictures             trains a student on the probabilities
      label-query   answers to own pictures             trains a student on the classes
      independent   nothing                             trains a model of their own: the innocent

      Attacks in sequence, as in --attack logit-query,zero-shot, make each thief the next one's victim. \
      The thief's own pictures are the training pictures that the owner does not use, or --queries. \
      Whatever labels these have, only 'independent' sees them.

        hallmark steal --attack label-query --victim victim/model.safetensors \\
          --dataset cifar10/ --train-count 10000 --output thief/
      """
  )

  @Option(
    help: "One or more of the attacks above, with commas between.",
    completion: .list(AttackName.allCases.map(\.rawValue)),
    transform: { try AttackList($0) }
  )
  var attack: AttackList

  @Option(help: ArgumentHelp("The victim's model file.", valueName: "file"))
  var victim: String

  @Option(
    help: ArgumentHelp(
      "For distillation: the pictures that 'embed' marked, if the victim was trained on them.",
      valueName: "folder"
    )
  )
  var marked: String?

  @Option(
    help: ArgumentHelp(
      """
      The thief's own pictures: other (default), noise, shapes, a folder of CIFAR-10 binary files, or any folder of \
      pictures (all below it, or below its folder 'train').
      """,
      valueName: "name-or-folder"
    )
  )
  var queries: String?

  @Option(help: "How many pictures the thief has (default: all that there are; of noise 10,000).")
  var queryCount: Int?

  @Option(
    help: """
      How the victim answers: probabilities (default; for label-query the label), rounded:DIGITS, top:COUNT, label \
      or noise:DEVIATION.
      """,
    transform: { try AnswerForm($0) }
  )
  var answers: AnswerForm?

  @Option(help: "For distillation: the temperature T (default: 1).")
  var temperature: Double?

  @Option(help: "For distillation: how much the true label counts, from 0 (default) to 1.")
  var labelWeight: Double?

  @Option(help: "For fine-tuning: which layers learn, all (default) or last.")
  var layers: TrainedLayers?

  @Flag(help: "For fine-tuning: start from a fresh last layer.")
  var resetLastLayer = false

  @Option(
    help:
      "For zero-shot: updates of the generator, rounded down to a multiple of 50 (default: 1000)."
  )
  var rounds: Int?

  @Option(
    help: """
      The structure of the thief's student (default: the victim's); in sequence one for all students, or one each, \
      with commas between.
      """,
    transform: {
      try $0.split(separator: ",", omittingEmptySubsequences: false)
        .map { try Architecture(String($0)) }
    }
  )
  var architecture: [Architecture]?

  @OptionGroup var data: DataOptions
  @OptionGroup var training: TrainingOptions
  @OptionGroup var compute: ComputeOptions
  @OptionGroup var format: FormatOption

  @Option(help: "The thief's seed (default: 11).")
  var seed: UInt64?

  @Flag(help: "Go on from the checkpoint in the output folder.")
  var resume = false

  @Option(name: .shortAndLong, help: ArgumentHelp("Where the model goes.", valueName: "folder"))
  var output: String

  func validate() throws {
    let students = Set(AttackName.allCases.filter(\.hasStudent))
    try ZeroShotRounds.check(rounds)
    try allow("--rounds", rounds != nil, for: [.zeroShot])
    try allow("--marked", marked != nil, for: [.distillation])
    try allow("--temperature", temperature != nil, for: [.distillation])
    try allow("--label-weight", labelWeight != nil, for: [.distillation])
    try allow("--layers", layers != nil, for: [.fineTuning])
    try allow("--reset-last-layer", resetLastLayer, for: [.fineTuning])
    let ownPictures = Set(AttackName.allCases.filter(\.asksAboutPictures))
    try allow("--queries", queries != nil, for: ownPictures)
    try allow("--query-count", queryCount != nil, for: ownPictures)
    try allow("--answers", answers != nil, for: [.distillation, .logitQuery, .labelQuery])
    try allow("--architecture", architecture != nil, for: students)
    let withLabels: Set<AttackName> = [.fineTuning, .labelQuery, .independent]
    for option in training.givenForLabels { try allow(option, true, for: withLabels) }
    for option in training.givenForPictures {
      try allow(option, true, for: withLabels.union([.distillation, .logitQuery]))
    }
    for option in training.givenForAll {
      try allow(option, true, for: students.union([.fineTuning]))
    }
    try allow("--seed", seed != nil, for: Set(AttackName.allCases).subtracting([.copy]))
    if let queryCount, queryCount < 2 {
      throw ValidationError("--query-count takes a number of at least 2, not \(queryCount).")
    }
    if let architecture {
      let count = attack.names.count(where: \.hasStudent)
      guard [1, count].contains(architecture.count) else {
        let each = count > 1 ? " or \(count), one for each student" : ""
        throw ValidationError("--architecture takes 1 structure\(each), not \(architecture.count).")
      }
    }
    try asUsage(checkStages)
  }

  /// Checks what can be known of the attacks before anything is read.
  private func checkStages() throws {
    if attack.names.dropFirst().contains(.distillation) {
      throw ValidationError(
        "distillation goes first: --marked and --dataset are what the first victim was trained on."
      )
    }
    if attack.names.contains(.distillation) {
      _ = try DistillationAttack(
        student: Student(.wideResNet(depth: 10, width: 1), training: .init(seed: 0)),
        temperature: temperature ?? 1,
        labelWeight: labelWeight ?? 0
      )
    }
    // Batch norm over the generator's pictures asks for more than other training does.
    if attack.names.contains(.zeroShot) { try zeroShotSettings(seed: 0).validate() }
  }

  private func allow(_ option: String, _ isGiven: Bool, for names: Set<AttackName>) throws {
    guard isGiven, names.isDisjoint(with: attack.names) else { return }
    let list = names.map(\.rawValue).sorted().joined(separator: ", ")
    throw ValidationError("\(option) goes with --attack \(list) only.")
  }

  /// The seed of the first stage.
  var firstSeed: UInt64 { seed ?? 11 }

  func run() throws {
    try compute.configure()
    let output = URL(fileURLWithPath: output)
    if !resume { try FinishedModel.checkFree(output) }
    let (model, digest) = try Classifier.read(
      contentsOf: URL(fileURLWithPath: victim),
      device: compute.torchDevice
    )
    let (_, split) = try data.load()
    let theft = try Theft(stages(against: model, split: split))
    let observer = TerminalObserver()
    let stolen = try theft.run(
      from: model,
      digest: digest,
      test: split.test,
      in: output,
      resuming: resume,
      onStage: { observer.begin("steal", theft.stages[$0].name) },
      onStageEnd: { observer.finish($0.outcome) },
      onQuestions: { try observer.update(Double($0) / Double($1), "\($0)/\($1) questions") },
      onProgress: observer.update
    )
    try Output.print(stolen.folder.manifest, as: format.format) {
      "\(stolen.folder.modelFile.path)   of \(split.test.count) test pictures "
        + stolen.outcome
    }
  }
}
