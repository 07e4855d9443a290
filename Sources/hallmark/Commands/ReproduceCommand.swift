import ArgumentParser
import Artifacts
import Experiments
import Stages
import Torch

struct ReproduceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reproduce",
    abstract: "Measure anew what the documentation states.",
    subcommands: [AttacksCommand.self, StyleFamilyCommand.self, EvidenceCommand.self]
  )
}

/// `hallmark reproduce attacks`.
struct AttacksCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "attacks",
    abstract: "Every attack, chain and disguise: accuracy, fidelity, accuracy on marked pictures.",
    discussion: """
      Writes results.jsonl, one model a line, and prints the table of docs/attacks.md. Every model \
      lies in a folder of its own; with --resume, what is there is taken over. The table for \
      CIFAR-10 takes hours on two cores.

        hallmark reproduce attacks --dataset cifar10/ --preset small --output attacks/
      """
  )

  @OptionGroup var experiment: ExperimentOptions

  @OptionGroup var table: AttackTableOptions
  @OptionGroup var compute: ComputeOptions
  @OptionGroup var format: FormatOption

  func run() throws {
    try compute.configure()
    let settings = try table.settings(experiment, on: compute.torchDevice)
    let results = try AttackTable(settings, observer: TerminalObserver()).run()
    switch format.format {
    case .text: try Output.print(AttackTable.markdown(results))
    case .json:
      for result in results { try Output.print(JSONValue(encoding: result).compactText) }
    }
  }
}

/// The case that an experiment is about, and where it goes.
struct ExperimentOptions: ParsableArguments {
  @Option(help: datasetHelp)
  var dataset = "shapes"

  @OptionGroup var experimentCase: CaseOptions

  @Option(name: .shortAndLong, help: ArgumentHelp("Where everything goes.", valueName: "folder"))
  var output: String

  var resume: Bool { experimentCase.resume }

  func study(on device: Device) throws -> CaseSettings {
    try experimentCase.study(of: dataset, in: output, on: device)
  }
}

/// What a table of attacks covers.
struct AttackTableOptions: ParsableArguments {
  @Option(help: "The victims' seeds, with commas between.")
  var seeds: NumberList = [1, 2, 3]

  @Option(
    help: "Of attacks only these kinds, with commas between: \(GroupList.all)."
  )
  var groups: GroupList = []

  @Option(help: "Only models whose name contains this; may be given more than once.")
  var only: [String] = []

  @Option(
    help: ArgumentHelp(
      "Other pictures for rows about other queries: a data set, or any folder of pictures, as in 'steal'.",
      valueName: "name-or-folder"
    )
  )
  var queries: String?

  @Option(help: "Updates of the zero-shot generator, by 50 (default: the preset's).")
  var rounds: Int?

  func validate() throws {
    try ZeroShotRounds.check(rounds)
  }

  /// Rows about noise and the other split are there anyway.
  private var otherPictures: QuerySource? {
    get throws {
      let source = try queries.map { try QuerySource($0) }
      guard let source, [.noise, .otherSplit].contains(source) else { return source }
      throw ValidationError("--queries takes a data set or a folder of pictures, not '\(source)'.")
    }
  }

  func settings(_ experiment: ExperimentOptions, on device: Device) throws -> AttackTableSettings {
    var settings = AttackTableSettings(try experiment.study(on: device))
    settings.seeds = seeds.values
    settings.groups = Set(groups.values)
    settings.only = only
    settings.otherPictures = try otherPictures
    settings.zeroShotRounds = rounds ?? settings.zeroShotRounds
    settings.resuming = experiment.resume
    return settings
  }
}

/// Different numbers with commas between.
struct DistinctList<Number: LosslessStringConvertible & Hashable & Sendable>: ExpressibleByArgument,
  ExpressibleByArrayLiteral
{
  let values: [Number]

  init(arrayLiteral elements: Number...) {
    values = elements
  }

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    values = parts.compactMap { Number(String($0)) }
    guard values.count == parts.count, Set(values).count == values.count else { return nil }
  }

  var defaultValueDescription: String { values.map { "\($0)" }.joined(separator: ",") }
}

typealias NumberList = DistinctList<UInt64>

/// Some of a type's cases with commas between.
struct CaseList<Value>: ExpressibleByArgument, ExpressibleByArrayLiteral
where Value: RawRepresentable<String> & CaseIterable & Sendable {
  let values: [Value]

  static var all: String { Value.allCases.map(\.rawValue).joined(separator: ", ") }

  init(arrayLiteral elements: Value...) {
    values = elements
  }

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    values = parts.compactMap { Value(rawValue: String($0)) }
    guard values.count == parts.count else { return nil }
  }

  var defaultValueDescription: String { "all" }
}

typealias GroupList = CaseList<AttackResult.Group>
typealias PartList = CaseList<EvidenceSettings.Part>
typealias TestList = CaseList<EvidenceTrial.Test>
