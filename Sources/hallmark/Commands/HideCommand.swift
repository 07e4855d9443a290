import ArgumentParser
import Artifacts
import Datasets
import Foundation
import ModelStealing
import Networks
import Stages

struct HideCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hide",
    abstract: "Disguise a stolen model as a thief would, to see what the disguise costs.",
    discussion: """
      magnitude-pruning      sets the smallest weights to zero (--amount: their share)
      quantization           rounds weights to few levels (--bits)
      weight-noise           adds noise (--amount: in standard deviations of a layer's weights)
      augmented-fine-tuning  trains further under changes of colour and with holes in the pictures
      fine-pruning           prunes the least active channels (--amount: their share), trains further
      restyling              trains further on pictures repainted in other styles (--styles, --style-source), \
      which keep their labels or get those of an honest model (--honest-model)
      output-rounding        keeps the weights and rounds what it answers (--digits): accuracy and agreement are those of \
      rounded answers, the file is a plain copy, and who deploys it has to round

      Fine-tuning, fine-pruning and restyling train on the training pictures that the owner does not use, labelled by the \
      stolen model. The manifest states accuracy before and after, and how often both models agree.

        hallmark hide --method magnitude-pruning --amount 0.5 --model thief/model.safetensors \\
          --dataset cifar10/ --output hidden/
      """
  )

  @Option(help: ArgumentHelp("One of the methods above.", valueName: "method"))
  var method: HidingName

  @Option(help: ArgumentHelp("The stolen model's file, which stays as it is.", valueName: "file"))
  var model: String

  @OptionGroup var data: DataOptions
  @OptionGroup var compute: ComputeOptions
  @OptionGroup var format: FormatOption

  @Option(
    help: "How much is pruned (default: 0.5), or how strong the noise is (default: 0.1)."
  )
  var amount: Double?

  @Option(help: "Bits of a quantised weight, from 2 to 16 (default: 8).")
  var bits: Int?

  @Option(help: "Digits of an answered probability after the point, from 1 to 7 (default: 1).")
  var digits: Int?

  @Option(
    help:
      "How many other styles pictures are repainted in (default: 8 drawings, or 200 of the family)."
  )
  var styles: Int?

  @Option(
    help: ArgumentHelp(
      "Where these styles come from: drawings, or the family that keys are drawn from (default: drawings).",
      valueName: "source"
    )
  )
  var styleSource: OtherStyles.Source?

  @Option(
    help: ArgumentHelp(
      "An innocent model of the thief's own, which says what repainted pictures show.",
      valueName: "file"
    )
  )
  var honestModel: String?

  @Option(help: "How many of the thief's pictures to train on (default: all that there are).")
  var pictureCount: Int?

  @OptionGroup var training: TrainingOptions

  @Option(help: "Decides noise, styles and training (default: 31).")
  var seed: UInt64?

  @Flag(help: "Go on from the checkpoint in the output folder.")
  var resume = false

  @Option(name: .shortAndLong, help: ArgumentHelp("Where the model goes.", valueName: "folder"))
  var output: String

  func validate() throws {
    let given: [(name: String, isGiven: Bool, methods: [HidingName])] =
      [
        ("--amount", amount != nil, [.magnitudePruning, .weightNoise, .finePruning]),
        ("--bits", bits != nil, [.quantization]),
        ("--digits", digits != nil, [.outputRounding]),
        ("--styles", styles != nil, [.restyling]),
        ("--style-source", styleSource != nil, [.restyling]),
        ("--honest-model", honestModel != nil, [.restyling]),
        ("--seed", seed != nil, HidingName.allCases.filter { $0.trains || $0 == .weightNoise }),
        ("--picture-count", pictureCount != nil, HidingName.allCases.filter(\.trains)),
      ]
      + (training.givenForPictures + training.givenForLabels + training.givenForAll)
      .map { ($0, true, HidingName.allCases.filter(\.trains)) }
    for option in given where option.isGiven && !option.methods.contains(method) {
      let methods = option.methods.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("\(option.name) goes with these methods only: \(methods).")
    }
    try asUsage {
      try recipe.validate(method)
      _ = try otherStyles
    }
  }

  private var usedSeed: UInt64 { seed ?? 31 }

  func run() throws {
    try compute.configure()
    let output = URL(fileURLWithPath: output)
    if !resume { try FinishedModel.checkFree(output) }
    let (stolen, digest) = try Classifier.read(
      contentsOf: URL(fileURLWithPath: model),
      device: compute.torchDevice
    )
    let (_, split) = try data.load()
    let observer = TerminalObserver()
    let isRandom = method.trains || method == .weightNoise
    var stage = HideStage(
      method: try recipe.method(
        method,
        pictures: { try thiefsPictures(split) },
        repainting: { try repainting(observer) }
      ),
      seed: isRandom ? usedSeed : nil
    )
    if method.trains { stage.ownersPictures = split.train.digest }
    observer.begin("hide", method.rawValue)
    let hidden = try stage.run(
      on: stolen,
      test: split.test,
      in: output,
      resuming: resume,
      digest: digest,
      onProgress: observer.update
    )
    let fidelity = hidden.finished.fidelity.map { Text.percent($0) } ?? "?"
    observer.finish("\(Text.percent(hidden.finished.accuracy)) correct")
    try Output.print(hidden.finished.folder.manifest, as: format.format) {
      "\(hidden.finished.folder.modelFile.path)   \(Text.percent(hidden.finished.accuracy)) of "
        + "\(split.test.count) test pictures correct, \(Text.percent(hidden.accuracyBefore)) before; "
        + "\(fidelity) answered alike"
    }
  }

  /// The methods with what was asked for.
  private var recipe: HidingRecipe {
    var recipe = HidingRecipe(
      training: training.settings(seed: usedSeed, recipe: .furtherTraining(seed: usedSeed))
    )
    if let amount { (recipe.share, recipe.noise) = (amount, amount) }
    if let bits { recipe.bits = bits }
    if let digits { recipe.digits = digits }
    return recipe
  }

  private var otherStyles: OtherStyles {
    get throws {
      let source = styleSource ?? .drawings
      return try OtherStyles(count: styles ?? source.usualCount, seed: usedSeed, from: source)
    }
  }

  /// The other styles, with a line on the terminal while pictures are repainted, and the honest model.
  private func repainting(_ observer: TerminalObserver) throws -> Repainting {
    let styles = try otherStyles
    let honest = try honestModel.map {
      let (model, digest) = try Classifier.read(
        contentsOf: URL(fileURLWithPath: $0),
        device: compute.torchDevice
      )
      return HonestModel(model, digest: digest)
    }
    return Repainting(styles: "\(styles)", honestModel: honest) { pictures in
      observer.begin("repaint", "\(styles)")
      let repainted = try styles.repaint(pictures) { done, total in
        try observer.update(Double(done) / Double(total), "\(done)/\(total) pictures")
      }
      observer.finish("\(repainted.count) pictures repainted")
      observer.begin("hide", method.rawValue)
      return repainted
    }
  }

  private func thiefsPictures(_ split: DataSplit) throws -> UnlabelledImages {
    guard split.other.count >= 2 else { throw StageError.noSpare(split.other.count) }
    let count = pictureCount ?? split.other.count
    guard count >= 2, count <= split.other.count else {
      throw StageError.badSetting(
        name: "the number of the thief's pictures",
        value: "\(count)",
        expected: """
          2 to \(split.other.count), the training pictures that the owner does not use
            Choose a smaller --train-count or another --picture-count.
          """
      )
    }
    return try split.other.withClassesSpread().unlabelled.subset(0..<count)
  }
}
