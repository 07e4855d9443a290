import ArgumentParser
import Artifacts
import Datasets
import Experiments
import Foundation
import Networks
import OwnershipVerification
import Statistics

struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Examine suspects: does the published test call them stolen?",
    discussion: """
      Runs the test of Li et al. (AAAI 2022): a paired, one-sided t-test between the posteriors of \
      the suspect and of the benign model on marked pictures. This test calls most innocent models \
      of the same structure stolen too. Do not accuse anybody on it alone.

      With --victim it also tests whether the suspect's weights descend from the victim's: an exact \
      permutation test that finds copies, fine-tuned, pruned and quantised ones, and that retrained \
      thieves and innocents pass alike.

        hallmark verify --claim claim/ suspect.safetensors
        hallmark verify --claim claim/ --victim victim/model.safetensors suspect.safetensors
        hallmark verify --claim claim/ --format json a.safetensors b.safetensors
      """
  )

  @Option(help: ArgumentHelp("What 'claim' wrote.", valueName: "folder"))
  var claim: String

  @Argument(help: "Model files to examine; they are treated as untrusted.")
  var suspects: [String]

  @Option(
    help: ArgumentHelp(
      "The victim's model file, as the claim names it, for the lineage test.",
      valueName: "file"
    )
  )
  var victim: String?

  @OptionGroup var compute: ComputeOptions
  @OptionGroup var format: FormatOption

  @Option(
    name: .customLong("test"),
    help: "paired-t (the paper's), welch (one-sided), or as-released (the public code's)."
  )
  var method: HypothesisTest.Method?

  @Option(name: .customLong("m"), help: "Pictures in a draw (default: the claim's).")
  var sampleSize: Int?

  @Option(help: "Draws (default: the claim's).")
  var repeats: Int?

  @Option(help: "The significance level α (default: the claim's).")
  var significance: Double?

  @Option(help: "Decides the draws (default: the claim's).")
  var seed: UInt64?

  @Flag(
    help:
      "Exit with status 1 if a suspect is called stolen, and with 2 if one could not be examined."
  )
  var exitCode = false

  func run() throws {
    guard exitCode else {
      _ = try examine()
      return
    }
    let anyStolen: Bool
    do {
      anyStolen = try examine()
    } catch {
      FileHandle.standardError.write(Data("Error: \(error)\n".utf8))
      throw ExitCode(2)
    }
    if anyStolen { throw ExitCode(1) }
  }

  /// Examines all suspects and returns whether any was called stolen.
  private func examine() throws -> Bool {
    try compute.configure()
    let claim = try Claim(contentsOf: URL(fileURLWithPath: claim), device: compute.torchDevice)
    var test = claim.test
    if let method { test.method = method }
    if let sampleSize { test.sampleSize = sampleSize }
    if let repeats { test.repeats = repeats }
    if let significance { test.significance = significance }
    if let seed { test.seed = seed }

    let original = try victim.map { try loadVictim($0, of: claim) }
    let observer = TerminalObserver(advice: "Suspects examined so far were printed.")
    var anyStolen = false
    try test.validate(imageCount: claim.heldOut.count)
    if format.format == .text { try Output.print(Self.heading(of: test)) }
    for suspect in suspects {
      observer.begin("verify", URL(fileURLWithPath: suspect).lastPathComponent)
      let verdict = try verify(
        suspect: URL(fileURLWithPath: suspect),
        against: claim,
        test: test
      ) { try observer.update(Double($0) / Double(claim.heldOut.count), "\($0) gradients") }
      observer.finish("done")
      anyStolen = anyStolen || verdict.isStolen
      let lineage = try original.map { try self.lineage(of: suspect, from: $0, observer) }
      let examination = Examination(verdict: verdict, lineage: lineage)
      try Output.print(examination, as: format.format) {
        ([Self.line(for: verdict)] + (lineage.map { [Self.line(for: $0)] } ?? []))
          .joined(separator: "\n")
      }
    }
    if format.format == .text {
      try Output.print("\nThis test calls most innocent models of the same structure stolen too.")
      try Output.print("Do not accuse anybody on it alone.")
    }
    return anyStolen
  }

  /// Reads the victim, and refuses one that is not the claim's.
  private func loadVictim(_ path: String, of claim: Claim) throws -> Classifier {
    let file = URL(fileURLWithPath: path)
    let found = try Digest(ofFileAt: file)
    guard let expected = claim.inputs["victim"], found == expected else {
      throw ExperimentError.badSetting(
        name: "the victim's file '\(path)'",
        value: "of SHA-256 \(found)",
        expected: "\(claim.inputs["victim"].map { "\($0)" } ?? "none"), as the claim states it"
      )
    }
    return try Classifier(contentsOf: file, device: compute.torchDevice)
  }

  private func lineage(
    of suspect: String,
    from victim: Classifier,
    _ observer: TerminalObserver
  ) throws -> LineageEvidence {
    let file = URL(fileURLWithPath: suspect)
    observer.begin("lineage", file.lastPathComponent)
    let test = LineageTest()
    let model = try Classifier(contentsOf: file, device: compute.torchDevice)
    let evidence = try test.run(on: model, against: victim) {
      try observer.update(Double($0) / Double(2 * test.draws + 1), "\($0) re-numberings")
    }
    observer.finish("done")
    return evidence
  }

  private static func line(for lineage: LineageEvidence) -> String {
    let sharesAncestry = lineage.pValue < 0.01
    return
      "    lineage: weights correlate by \(Text.fixed(lineage.statistic, 2)) with the victim's, "
      + "p = \(Text.fixed(lineage.pValue, 3)) (\(lineage.isExact ? "exact" : "approximate")), "
      + (sharesAncestry ? "so they share ancestry" : "no shared ancestry shown")
  }

  private static func heading(of test: HypothesisTest) -> String {
    """
    \(test.method.rawValue), m = \(test.sampleSize), \(test.repeats) draws, α = \(test.significance)

      \("suspect".padded(to: 40))     Δμ   \("p".padded(to: 12)) the published test says
    """
  }

  private static func line(for verdict: Verdict) -> String {
    let name = verdict.suspect.count > 40 ? "…" + verdict.suspect.suffix(39) : verdict.suspect
    return "  \(name.padded(to: 40))  \(Text.fixed(verdict.deltaMu, 2).leftPadded(to: 5))   "
      + "\(PValue(log10: verdict.log10P).description.padded(to: 12)) "
      + (verdict.isStolen ? "stolen" : "not shown")
  }
}

/// What `verify` found out about one suspect.
private struct Examination: Encodable {
  let verdict: Verdict
  let lineage: LineageEvidence?

  private enum CodingKeys: String, CodingKey {
    case lineage
  }

  /// Writes the verdict's fields, and the lineage test beside them.
  func encode(to encoder: any Encoder) throws {
    try verdict.encode(to: encoder)
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encodeIfPresent(lineage, forKey: .lineage)
  }
}
