import ArgumentParser
import Artifacts
import Experiments
import Foundation

/// `hallmark reproduce evidence`.
struct EvidenceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evidence",
    abstract: "How often the tests accuse innocents, and how often they find thieves.",
    discussion: """
      Trains victims, thieves and innocents, puts all of them to the tests, and writes trials.jsonl, \
      one trial a line. What is there is taken over with --resume. CIFAR-10 takes many hours on two \
      cores; --parts, --seeds and --only do a part of it.

        hallmark reproduce evidence --dataset cifar10/ --preset small --output evidence/
      """
  )

  @OptionGroup var experiment: ExperimentOptions

  @OptionGroup var table: AttackTableOptions

  @Option(help: "Only these parts, with commas between: \(PartList.all).")
  var parts: PartList = []

  @Option(help: "Only these tests, with commas between: \(TestList.all).")
  var tests: TestList = []

  @Option(help: "Keys of nobody that each innocent is tested for.")
  var nullKeys = 50

  @Option(name: .customLong("m"), help: "Pictures painted in each style.")
  var pictures = 100

  @Option(help: "N, the number of decoys.")
  var decoys = 999

  @Option(help: "R, the number of benign models whose scores are subtracted.")
  var benign = 3

  @OptionGroup var compute: ComputeOptions

  func validate() throws {
    try asUsage {
      try EvidenceSettings.check(
        nullKeyCount: nullKeys,
        pictureCount: pictures,
        decoyCount: decoys,
        benignCount: benign
      )
    }
  }

  func run() throws {
    try compute.configure()
    var settings = EvidenceSettings(try table.settings(experiment, on: compute.torchDevice))
    if !parts.values.isEmpty { settings.parts = Set(parts.values) }
    if !tests.values.isEmpty { settings.tests = Set(tests.values) }
    settings.nullKeyCount = nullKeys
    settings.pictureCount = pictures
    settings.decoyCount = decoys
    settings.benignCount = benign
    let trials = try Evidence(settings, observer: TerminalObserver()).run()
    try Output.print(EvidenceSummary(trials).markdown())
    try Output.print("\(trials.count) trials in \(experiment.output)/trials.jsonl")
  }
}
