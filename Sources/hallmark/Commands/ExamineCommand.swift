import ArgumentParser
import Artifacts
import Datasets
import FeatureEmbedding
import Foundation
import Networks
import OwnershipVerification
import Stages

struct ExamineCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "examine",
    abstract: "Examiner: check a claim and make what its suspects are tested with.",
    discussion: """
      Derives the secret styles from the claim's registration, draws 32 random bytes and records them, \
      and lets everything else follow from them: which test pictures are painted, the decoy styles, the \
      seeds of benign models that are trained here. Nothing comes from the claimant but the registration \
      and the data that it committed to. Do it once for a claim; a run that was stopped or killed goes \
      on with --resume and the same bytes.

        hallmark examine --claim claim/ --dataset cifar10/ --output examination/
        hallmark examine --claim claim/ --dataset cifar10/ --commitments register/ --decoys 1999 \\
          --output examination/
      """
  )

  @Option(help: ArgumentHelp("What 'claim --registration' wrote.", valueName: "folder"))
  var claim: String

  @OptionGroup var data: DataOptions

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "The registrar's record of commitments, to check the number of the attempt: files or folders.",
      valueName: "places"
    )
  )
  var commitments: [String] = []

  @Option(help: "N, the number of decoy styles; p cannot be below 1 / (N + 1), before corrections.")
  var decoys = 999

  @Option(name: .customLong("m"), help: "How many test pictures are painted in every style.")
  var pictureCount = 100

  @Option(
    name: .customLong("clean"),
    help:
      "How many other test pictures are asked about unpainted, at most (default: 1,000; with --siblings 10,000)."
  )
  var cleanCount: Int?

  @Option(help: "How many benign models are trained.")
  var benign = 3

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Benign models that you trained yourself, in place of training them now.",
      valueName: "files"
    )
  )
  var benignModel: [String] = []

  @Option(
    help: ArgumentHelp(
      "Also train this many models as the owner says the victim was, siblings, for the shared-mistakes test: 5 or more, 8 or more as measured.",
      discussion: """
        Siblings are trained as the benign models are, on pictures that are marked, each in a style of its own. For them \
        repeat the owner's options of 'train': --architecture, --epochs and so on. With them 'verify --victim' says \
        whether a suspect repeats the victim's own mistakes.
        """
    )
  )
  var siblings: Int?

  @Option(
    help:
      "The share of the siblings' pictures that is marked: what the owner marked (default: 0.1)."
  )
  var siblingRate: Double?

  @Option(
    help: """
      The structure of benign models and siblings (default: wrn-16-1). With --siblings the victim's; else best one \
      that reaches the victim's accuracy, and yours to choose, not the claimant's.
      """,
    transform: { try Architecture($0) }
  )
  var architecture = Architecture.wideResNet(depth: 16, width: 1)

  @Option(help: "How much of a picture gives way to its painted version, as in 'embed'.")
  var strength = 1.0

  @Flag(
    help: "The beacon's source gave one value for this commitment; needed where it names no moment."
  )
  var beaconForCommitment = false

  @OptionGroup var training: TrainingOptions
  @OptionGroup var compute: ComputeOptions
  @OptionGroup var format: FormatOption

  @Flag(help: "Go on with what is in the output folder.")
  var resume = false

  @Option(name: .shortAndLong, help: ArgumentHelp("A folder of its own.", valueName: "folder"))
  var output: String

  private var settings: ExaminationSettings {
    ExaminationSettings(
      decoyCount: decoys,
      pictureCount: pictureCount,
      cleanCount: cleanCount ?? (siblings == nil ? 1_000 : 10_000),
      benignCount: benign,
      strength: strength,
      architecture: architecture,
      training: training.settings(seed: 0),
      siblings: siblings.map { .init(count: $0, rate: siblingRate ?? 0.1) }
    )
  }

  func validate() throws {
    guard siblingRate == nil || siblings != nil else {
      throw ValidationError("--sibling-rate goes with --siblings.")
    }
    do {
      try settings.validate()
    } catch {
      throw ValidationError("\(error)")
    }
  }

  func run() throws {
    try compute.configure()
    let claim = try Claim(contentsOf: URL(fileURLWithPath: claim), device: compute.torchDevice)
    let (source, split) = try data.load()
    let record = try StyleCommitment.read(from: commitments.map { URL(fileURLWithPath: $0) })
    let folder = URL(fileURLWithPath: output)
    var subject = Examination.Case(
      claim: claim,
      data: split,
      normalization: source.normalization(of: split.train),
      commitments: commitments.isEmpty ? nil : record,
      benignModels: benignModel.map { URL(fileURLWithPath: $0) }
    )
    subject.beaconIsForCommitment = beaconForCommitment
    let examination = try Examination.make(
      of: subject,
      in: folder,
      settings: settings,
      resuming: resume,
      device: compute.torchDevice,
      observer: TerminalObserver()
    )
    let registration = try claim.styleRegistration()
    try Output.print(Manifest.read(from: folder), as: format.format) {
      text(of: examination, registration)
    }
  }

  private func text(of examination: Examination, _ registration: StyleRegistration) -> String {
    let commitment = registration.commitment
    return """
      \(output)   SHA-256 \(examination.digest)

      What no computer can check for you:
        that '\(commitment.beacon.source.printable(limit: 400))' published \
      \(registration.beacon.shown) on \(registration.beacon.date.iso8601)
        that the commitment \(commitment.digest)
          was on record before that, as number \(commitment.attempt) of \
      \(commitment.owner.printable(limit: 400)) for '\(commitment.subject.printable(limit: 400))'

      Next:
        hallmark verify --claim \(claim) --examination \(output) SUSPECT…
      """
  }
}
