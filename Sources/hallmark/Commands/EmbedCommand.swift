import ArgumentParser
import Artifacts
import Datasets
import FeatureEmbedding
import Foundation
import Stages

struct EmbedCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "embed",
    abstract: "Repaint a few training pictures in a secret style; labels stay.",
    discussion: """
      Writes the marked pictures, a manifest that says which they are, and a contact sheet to look at. \
      The folder is secret, and so is the style picture.

      With --export the whole marked training set is written too, for training elsewhere, for example \
      in PyTorch.

      With --registration the styles are those that nobody could choose ('commit', 'register'): only they \
      give an examiner a test whose rate of false accusations is known.

        hallmark embed --dataset cifar10/ --registration key/registration.json --output marked/
        hallmark embed --dataset cifar10/ --style my-painting.png --output marked/
      """
  )

  @OptionGroup var data: DataOptions
  @OptionGroup var compute: ComputeOptions
  @OptionGroup var format: FormatOption

  @Option(
    help:
      "A PNG or JPEG picture whose style is the secret, or 'built-in' (the default) to try things out."
  )
  var style: String?

  @Option(
    help: ArgumentHelp(
      "Mark in the secret styles of this registration, in place of --style.",
      valueName: "file"
    )
  )
  var registration: String?

  @Option(
    name: [.customLong("transformation-rate"), .customLong("rate")],
    help: "The share γ of training pictures to repaint, above 0 and at most 1."
  )
  var rate = 0.1

  @Option(help: "How much of a picture gives way to its repainted version, above 0 and at most 1.")
  var strength = 1.0

  @Option(help: "Decides which pictures are repainted.")
  var seed: UInt64 = 1

  @Option(
    help: ArgumentHelp("Also write the whole marked training set here.", valueName: "folder")
  )
  var export: String?

  @Option(help: "The form of --export: image-folder or cifar-binary.")
  var exportFormat = TrainingSetExport.imageFolder

  @Option(name: .shortAndLong, help: ArgumentHelp("A new folder.", valueName: "folder"))
  var output: String

  func validate() throws {
    let places = [export, output].compactMap { $0 }
      .map { URL(fileURLWithPath: $0).standardizedFileURL.path + "/" }
    if places.count == 2, places[0].hasPrefix(places[1]) || places[1].hasPrefix(places[0]) {
      throw ValidationError(
        "--export and --output take two folders, neither within the other: one of them is secret."
      )
    }
    guard style == nil || registration == nil else {
      throw ValidationError("--style and --registration exclude each other.")
    }
    for (name, value) in [("--transformation-rate", rate), ("--strength", strength)]
    where !(value > 0 && value <= 1) {
      throw ValidationError("\(name) takes a number above 0 and at most 1, not \(value).")
    }
  }

  private func styles(for split: DataSplit, _ weights: StyleWeights) throws -> [Style] {
    guard let registration else {
      return [try Style.named(style ?? BuiltInStyle.name, using: StylePredictor(weights))]
    }
    let registered = try StyleRegistration(contentsOf: URL(fileURLWithPath: registration))
    try registered.checkData(split)
    return try registered.styles()
  }

  private func checkPlaces() throws {
    for place in [output, export].compactMap({ $0 })
    where !AtomicFolder.isFree(URL(fileURLWithPath: place)) {
      throw StageError.outputInTheWay(
        URL(fileURLWithPath: place),
        reason: "something is there already"
      )
    }
  }

  func run() throws {
    try checkPlaces()
    try compute.configure()
    let (_, split) = try data.load()
    let weights = try StyleWeights.builtIn()
    let secrets = try styles(for: split, weights)
    let observer = TerminalObserver(advice: "Nothing was written.")
    observer.begin(
      "embed",
      secrets.count == 1 ? "style '\(secrets[0].name)'" : "\(secrets.count) styles"
    )
    let features = try embedFeatures(
      in: split.train,
      styles: secrets,
      settings: EmbeddingSettings(rate: rate, strength: strength, seed: seed),
      weights: weights
    ) { done, total in
      try observer.update(Double(done) / Double(total), "\(done)/\(total) pictures")
    }
    let folder = URL(fileURLWithPath: output)
    // The training set first: where it cannot be written, nothing secret is left behind.
    if let export {
      try exportFormat.write(features.trainingSet(), to: URL(fileURLWithPath: export))
    }
    try EmbeddedFolder.write(features, to: folder)
    observer.finish("\(features.indices.count) of \(split.train.count) pictures repainted")
    try Output.print(Manifest.read(from: folder), as: format.format) {
      "\(folder.path)   \(features.indices.count) marked pictures; look at "
        + "\(folder.appendingPathComponent("contact-sheet.png").path)"
    }
  }
}
