import ArgumentParser
import Artifacts
import Experiments
import Foundation
import Networks
import OwnershipVerification
import Stages
import Statistics

struct DemoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Show the whole way: mark, train, claim, steal, examine thieves and innocents.",
    discussion: """
      Writes report.html and results.jsonl, and beside them every folder that the single verbs would \
      write. Verbs that read pictures go on with them by --dataset shapes:16 --train-count 2000 (10000 \
      of the preset 'small') and the seed as --data-seed. With the defaults it takes a few minutes on \
      two cores. Nonce, beacon and the examiner's bytes follow from the seed: never so where somebody \
      is accused.

        hallmark demo
        hallmark demo --dataset cifar10/ --preset small --output demo-cifar/
      """
  )

  @Option(help: datasetHelp)
  var dataset = "shapes:16"

  @OptionGroup var demonstration: CaseOptions

  @Option(
    name: [.customLong("transformation-rate"), .customLong("rate")],
    help: "The share γ of training pictures to repaint, above 0 and at most 1."
  )
  var rate = 0.2

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
    var study = try demonstration.study(of: dataset, in: output, on: compute.torchDevice)
    study.transformationRate = rate
    study.seed = seed
    study.precision = precision
    var settings = DemoSettings(study)
    settings.resuming = demonstration.resume
    let results = try Demo(settings, observer: TerminalObserver()).run()
    switch format.format {
    case .text: try Output.print(Self.table(of: results, report: "\(output)/report.html"))
    case .json:
      for result in results where result.findings != nil {
        try Output.print(JSONValue(encoding: result).compactText)
      }
    }
  }

  private static func table(of results: [DemoResult], report: String) -> String {
    let space = "".padded(to: 31)
    var lines = [
      "",
      "  \(space)                   Hallmark             the published test",
      "  \(space)  clean  marked       p  says           p  says",
    ]
    lines += results.map(row)
    lines += ["", "  \(sentence(on: results))", "  report   \(report)"]
    return lines.joined(separator: "\n")
  }

  private static func row(_ result: DemoResult) -> String {
    let accuracies = [result.cleanAccuracy, result.markedAccuracy]
      .map { Text.percent($0).leftPadded(to: 7) }.joined(separator: " ")
    let start = "  \(result.name.padded(to: 31)) \(accuracies)"
    guard let findings = result.findings else { return start }
    let ruled =
      start + " \(PValue(findings.styleKey.result.pValue).description.leftPadded(to: 7))  "
      + findings.ruling.outcome.rawValue.padded(to: 11)
    let published = findings.published
    let isWronged =
      result.role == .innocent
      && (published?.accuses == true || findings.ruling.outcome == .stolen)
    let remark = isWronged ? "  ← it was not" : ""
    guard let published else { return ruled + "  does not apply\(remark)" }
    return ruled + " \(PValue(log10: published.log10P).description.leftPadded(to: 11))  "
      + (published.accuses ? "stolen" : "not shown") + remark
  }

  private static func sentence(on results: [DemoResult]) -> String {
    let innocents = results.filter { $0.role == .innocent }
    let thieves = results.filter { if case .stolen = $0.role { true } else { false } }
    func accused(_ models: [DemoResult], _ says: (DemoResult) -> Bool) -> String {
      "\(models.count(where: says)) of \(models.count)"
    }
    let ruled = { (result: DemoResult) in result.findings?.ruling.outcome == .stolen }
    let published = { (result: DemoResult) in result.published?.accuses == true }
    return """
      Hallmark calls \(accused(thieves, ruled)) thieves stolen and \(accused(innocents, ruled)) innocents, the \
      published test \(accused(thieves, published)) and \(accused(innocents, published)).
        See "How sure can I be?" in the report.
      """
  }
}
