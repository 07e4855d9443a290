import ArgumentParser
import Artifacts
import Datasets
import FeatureEmbedding
import Foundation
import Networks
import Stages

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a classifier: the victim on marked pictures, the benign model on plain ones.",
    discussion: """
      Writes model.safetensors, metrics.jsonl, metrics.csv and manifest.json. A run that was stopped \
      or killed goes on with --resume and ends with the same weights, to the bit.

        hallmark train --dataset cifar10/ --marked marked/ --output victim/
        hallmark train --dataset cifar10/ --seed 2 --output benign/
      """
  )

  @OptionGroup var data: DataOptions
  @OptionGroup var training: TrainingOptions
  @OptionGroup var compute: ComputeOptions
  @OptionGroup var format: FormatOption

  @Option(
    help: ArgumentHelp(
      "Train on the pictures that 'embed' marked in place of their originals.",
      valueName: "folder"
    )
  )
  var marked: String?

  @Option(
    help: "wrn-<depth>-<width> (default: wrn-16-1), resnet-18, resnet-34 or vgg-19-bn.",
    transform: { try Architecture($0) }
  )
  var architecture = Architecture.wideResNet(depth: 16, width: 1)

  @Option(help: "The probability of dropout in wide residual networks.")
  var dropout = 0.0

  @Option(help: "Decides first weights, order, augmentation and dropout.")
  var seed: UInt64 = 1

  @Flag(help: "Go on from the checkpoint in the output folder.")
  var resume = false

  @Option(name: .shortAndLong, help: ArgumentHelp("Where the model goes.", valueName: "folder"))
  var output: String

  func validate() throws {
    guard (0..<1).contains(dropout) else {
      throw ValidationError("--dropout takes a number from 0 to below 1, not \(dropout).")
    }
    if dropout > 0, case .wideResNet = architecture {
    } else if dropout > 0 {
      throw ValidationError("--dropout goes with wide residual networks only, not \(architecture).")
    }
  }

  func run() throws {
    try compute.configure()
    let (source, split) = try data.load()
    let folder = URL(fileURLWithPath: output)

    var stage = TrainStage(
      architecture: architecture,
      normalization: source.normalization(of: split.train),
      settings: training.settings(seed: seed)
    )
    stage.dropout = dropout
    stage.device = compute.torchDevice
    let marks = try marked.map { try EmbeddedFolder(contentsOf: URL(fileURLWithPath: $0)) }
    stage.plainPictures = split.train.digest
    let images = try marks?.trainingSet(from: split.train) ?? split.train
    let inputs = try marked.map { ["marked pictures": try Digest(ofFileAt: manifestFile(in: $0))] }
    let observer = TerminalObserver()
    observer.begin("train", "\(folder.lastPathComponent)   \(architecture)")
    let model = try stage.run(
      on: images,
      test: split.test,
      in: folder,
      resuming: resume,
      inputs: inputs ?? [:],
      onProgress: observer.update
    )
    observer.finish("\(Text.percent(model.accuracy)) correct")
    try Output.print(model.folder.manifest, as: format.format) {
      "\(model.folder.modelFile.path)   \(Text.percent(model.accuracy)) of "
        + "\(split.test.count) test pictures correct"
    }
  }

  private func manifestFile(in folder: String) -> URL {
    URL(fileURLWithPath: folder).appendingPathComponent(Manifest.fileName)
  }
}
