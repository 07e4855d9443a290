import ArgumentParser
import Artifacts
import Datasets
import Experiments
import Foundation
import ModelStealing
import Networks

struct StealCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "steal",
    abstract: "Steal a model as a thief would, to see whether the theft is found.",
    discussion: """
      copy         the thief takes the weights
      label-query  the thief asks the victim for the class of pictures of their own, and trains a \
      student on the answers; the pictures are the training pictures that the owner does not use

        hallmark steal --attack label-query --victim victim/model.safetensors \\
          --dataset cifar10/ --train-count 10000 --output thief/
      """
  )

  enum Attack: String, ExpressibleByArgument, CaseIterable {
    case copy
    case labelQuery = "label-query"
  }

  @Option(help: "copy or label-query.")
  var attack: Attack

  @Option(help: ArgumentHelp("The victim's model file.", valueName: "file"))
  var victim: String

  @OptionGroup var data: DataOptions
  @OptionGroup var training: TrainingOptions
  @OptionGroup var compute: ComputeOptions
  @OptionGroup var format: FormatOption

  @Option(help: "The structure of the thief's student (default: the victim's).")
  var architecture: Architecture?

  @Option(help: "How many pictures the thief asks about (default: all that there are).")
  var queryCount: Int?

  @Option(help: "The thief's seed.")
  var seed: UInt64 = 11

  @Flag(help: "Go on from the checkpoint in the output folder.")
  var resume = false

  @Option(name: .shortAndLong, help: ArgumentHelp("Where the model goes.", valueName: "folder"))
  var output: String

  func validate() throws {
    guard attack == .labelQuery || (queryCount == nil && architecture == nil) else {
      throw ValidationError("--query-count and --architecture go with --attack label-query only.")
    }
  }

  func run() throws {
    try compute.configure()
    let victimFile = URL(fileURLWithPath: victim)
    let model = try Classifier(contentsOf: victimFile, device: compute.torchDevice)
    let (_, split) = try data.load()
    let folder = URL(fileURLWithPath: output)

    let stage = try stage(against: model, split: split)
    let observer = TerminalObserver()
    observer.begin("steal", attack.rawValue)
    let stolen = try stage.run(
      from: Victim(model, revealingWeights: attack == .copy),
      test: split.test,
      in: folder,
      resuming: resume,
      inputs: ["victim": Digest(ofFileAt: victimFile), "thief's pictures": split.other.digest],
      onProgress: observer.update
    )
    observer.finish("\(Text.percent(stolen.accuracy)) correct")
    try Output.print(stolen.folder.manifest, as: format.format) {
      "\(stolen.folder.modelFile.path)   \(Text.percent(stolen.accuracy)) of "
        + "\(split.test.count) test pictures correct"
    }
  }

  private func stage(against model: Classifier, split: DataSplit) throws -> StealStage {
    switch attack {
    case .copy:
      return StealStage(attack: CopyAttack(), seed: seed)
    case .labelQuery:
      let count = queryCount ?? split.other.count
      guard (2...max(2, split.other.count)).contains(count), count <= split.other.count else {
        throw ExperimentError.badSetting(
          name: "the number of queries",
          value: "\(count)",
          expected: """
            2 to \(split.other.count), the training pictures that the owner does not use
              Choose a smaller --train-count or --query-count.
            """
        )
      }
      let settings = training.settings(seed: seed)
      return StealStage(
        attack: LabelQueryAttack(
          queries: try split.other.unlabelled.subset(0..<count),
          student: architecture ?? model.architecture,
          settings: settings
        ),
        seed: seed
      )
    }
  }
}
