import ArgumentParser
import Artifacts
import Datasets
import FeatureEmbedding
import Foundation
import Networks
import OwnershipVerification
import Stages

struct ClaimCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "claim",
    abstract: "Make what is needed to examine suspects: a meta-classifier and held-out pictures.",
    discussion: """
      Trains a classifier to tell the signs of the victim's gradients on marked pictures from those \
      of a benign model of the same structure. The folder can be moved to another machine. It holds \
      the benign model and some marked pictures, which show the style, but not the victim.

        hallmark claim --victim victim/model.safetensors --benign benign/model.safetensors \\
          --marked marked/ --output claim/

      With --registration the folder also holds the registration, from which an examiner derives the secret styles \
      ('examine'). Whoever has such a claim can paint in them.

        hallmark claim --victim victim/model.safetensors --benign benign/model.safetensors \\
          --marked marked/ --registration key/registration.json --output claim/
      """
  )

  @Option(help: ArgumentHelp("The model trained on marked pictures.", valueName: "file"))
  var victim: String

  @Option(
    help: ArgumentHelp(
      "A model of the same structure trained on plain pictures.",
      valueName: "file"
    )
  )
  var benign: String

  @Option(help: ArgumentHelp("What 'embed' wrote.", valueName: "folder"))
  var marked: String

  @Option(help: ArgumentHelp("What 'register' wrote.", valueName: "file"))
  var registration: String?

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Your other commitments for the subject, to be stated in the claim: files, or folders of them.",
      valueName: "places"
    )
  )
  var priorCommitments: [String] = []

  @OptionGroup var compute: ComputeOptions
  @OptionGroup var format: FormatOption

  @Option(help: "compact (the public code's) or full (every weight, Eq. 4).")
  var features = GradientFeatures.compact

  @Option(help: "The share of marked pictures held out for verification, in (0, 1).")
  var heldOut = 0.2

  @Option(name: .customLong("m"), help: "Pictures in a draw of the test.")
  var sampleSize = 10

  @Option(help: "Draws of the test; the median of their p-values counts.")
  var repeats = 40

  @Option(help: "The significance level α of the test, in (0, 1).")
  var significance = 0.01

  @Option(help: "Decides split, meta-classifier and draws.")
  var seed: UInt64 = 1

  @Flag(help: "Do as the paper's public code does where it departs from the paper.")
  var asReleased = false

  @Option(name: .shortAndLong, help: ArgumentHelp("A new folder.", valueName: "folder"))
  var output: String

  func validate() throws {
    guard priorCommitments.isEmpty || registration != nil else {
      throw ValidationError("--prior-commitments goes with --registration.")
    }
    try asUsage { try settings.validate() }
  }

  func run() throws {
    try compute.configure()
    let files = (victim: URL(fileURLWithPath: victim), benign: URL(fileURLWithPath: benign))
    let embedding = URL(fileURLWithPath: marked)
    let pictures = try EmbeddedFolder(contentsOf: embedding)
    let registered = try registered(for: pictures)
    let device = compute.torchDevice
    let victim = try Classifier.read(contentsOf: files.victim, device: device)
    let benign = try Classifier.read(contentsOf: files.benign, device: device)
    let observer = TerminalObserver(advice: "Nothing was written.")
    observer.begin("claim", "meta-classifier on gradient signs")
    let claim = try Claim.make(
      in: URL(fileURLWithPath: output),
      victim: victim.model,
      benign: benign.model,
      marked: pictures.marked,
      inputs: Claim.Inputs(
        victim: victim.digest,
        benign: benign.digest,
        embedding: Digest(ofFileAt: embedding.appendingPathComponent(Manifest.fileName)),
        style: pictures.style.digest,
        trainingSet: pictures.originalDigest
      ),
      registration: registered,
      settings: settings
    ) { try observer.update($0, of: settings) }
    observer.finish("\(claim.heldOut.count) marked pictures held out")
    try Output.print(Manifest.read(from: URL(fileURLWithPath: output)), as: format.format) {
      "\(output)   SHA-256 \(claim.digest)"
    }
  }

  /// Reads the registration and checks whatever an examiner will check of it.
  private func registered(for pictures: EmbeddedFolder) throws -> Claim.Registration? {
    guard let registration else { return nil }
    let registered = try StyleRegistration(contentsOf: URL(fileURLWithPath: registration))
    try registered.checkMarks(of: pictures)
    let others = try StyleCommitment.read(
      from: priorCommitments.map { URL(fileURLWithPath: $0) }
    )
    try registered.checkAttempt(among: others)
    return Claim.Registration(
      file: try registered.fileBytes(),
      priorCommitments: others.isEmpty ? nil : try JSONValue(encoding: others).prettyBytes
    )
  }

  private var settings: ClaimSettings {
    var settings = asReleased ? ClaimSettings.asReleased(seed: seed) : ClaimSettings()
    settings.features = features
    settings.heldOutShare = heldOut
    settings.splitSeed = seed
    settings.metaClassifier.seed = seed
    settings.test.sampleSize = sampleSize
    settings.test.repeats = repeats
    settings.test.significance = significance
    settings.test.seed = seed
    return settings
  }
}
