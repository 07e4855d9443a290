import ArgumentParser
import Artifacts
import Experiments
import Foundation
import Networks
import OwnershipVerification
import Statistics

struct DemoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Show the whole way: mark, train, claim, steal, examine thieves and innocents.",
    discussion: """
      Writes report.html and results.jsonl, and beside them every folder that the single verbs would \
      write. With the defaults it takes a few minutes on two cores.

        hallmark demo
        hallmark demo --dataset cifar10/ --preset small --output demo-cifar/
      """
  )

  @OptionGroup var demonstration: CaseOptions

  @Option(help: "A PNG or JPEG picture whose style is the secret, or 'built-in'.")
  var style = "built-in"

  @Option(
    name: [.customLong("transformation-rate"), .customLong("rate")],
    help: "The share γ of training pictures to repaint, above 0 and at most 1."
  )
  var rate = 0.1

  @Option(
    help: "Number format of training: auto (bfloat16 where the CPU has it), float32 or bfloat16."
  )
  var precision = Precision.auto

  @Option(help: "Decides everything.")
  var seed: UInt64 = 1

  @OptionGroup var compute: ComputeOptions
  @OptionGroup var format: FormatOption

  @Option(name: .shortAndLong, help: ArgumentHelp("Where everything goes.", valueName: "folder"))
  var output = "demo"

  func validate() throws {
    guard rate > 0, rate <= 1 else {
      throw ValidationError(
        "--transformation-rate takes a number above 0 and at most 1, not \(rate)."
      )
    }
  }

  func run() throws {
    try compute.configure()
    var study = try demonstration.study(in: output, on: compute.torchDevice)
    study.style = style
    study.transformationRate = rate
    study.seed = seed
    study.precision = precision
    var settings = DemoSettings(study)
    settings.resuming = demonstration.resume
    let results = try Demo(settings, observer: TerminalObserver()).run()
    switch format.format {
    case .text: try Output.print(Self.table(of: results, report: "\(output)/report.html"))
    case .json:
      for result in results where result.verdict != nil {
        try Output.print(JSONValue(encoding: result).compactText)
      }
    }
  }

  private static func table(of results: [DemoResult], report: String) -> String {
    var lines = [
      "",
      "  \("".padded(to: 34))   clean  marked     Δμ   \("p".padded(to: 12)) the paper's test says",
    ]
    lines += results.map(row)
    let innocents = results.filter { $0.role == .innocent }
    let accused = innocents.count { $0.verdict?.isStolen == true }
    lines += [
      "", "  \(Self.sentence(accused: accused, of: innocents.count))", "  report   \(report)",
    ]
    return lines.joined(separator: "\n")
  }

  private static func row(_ result: DemoResult) -> String {
    let accuracies = [result.cleanAccuracy, result.markedAccuracy]
      .map { Text.percent($0).leftPadded(to: 7) }.joined(separator: " ")
    let start = "  \(result.name.padded(to: 34)) \(accuracies)"
    guard let verdict = result.verdict else { return start }
    let word = verdict.isStolen ? "stolen" : "not shown"
    let remark = verdict.isStolen && result.role == .innocent ? "   ← it was not" : ""
    return start + "  \(Text.fixed(verdict.deltaMu, 2).leftPadded(to: 5))   "
      + "\(PValue(log10: verdict.log10P).description.padded(to: 12)) \(word)\(remark)"
  }

  private static func sentence(accused: Int, of count: Int) -> String {
    accused > 0
      ? "The published test accuses \(accused) of \(count) innocent models here. See \"How sure can I "
        + "be?\" in the report."
      : "The published test accused none of \(count) innocent models here; elsewhere it accuses most. "
        + "See \"How sure can I be?\" in the report."
  }
}
