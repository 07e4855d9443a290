import ArgumentParser
import Artifacts
import Datasets
import Foundation
import Networks
import OwnershipVerification
import Stages

struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Examine suspects and say: stolen, not shown, or cannot tell.",
    discussion: """
      With --examination, what 'examine' made, it runs every test that applies and gives one verdict by a \
      rule that accuses an innocent suspect with a probability of at most α: the style-key test, and with \
      --victim the lineage test, corrected together by Holm. The published test is printed beside.

        hallmark verify --claim claim/ --examination examination/ suspect.safetensors
        hallmark verify --claim claim/ --examination examination/ --victim victim/model.safetensors \\
          --report report.html suspect.safetensors
        hallmark verify --claim claim/ --examination examination/ \\
          --suspect-url http://localhost:8080/v2/models/birds --pixel-scale unit

      Without it, it runs the test of Li et al. (AAAI 2022) alone: a paired, one-sided t-test between the \
      posteriors of the suspect and of the benign model on marked pictures. This test calls most \
      innocent models of the same structure stolen too. Do not accuse anybody on it alone.

        hallmark verify --claim claim/ suspect.safetensors
        hallmark verify --claim claim/ --format json a.safetensors b.safetensors

      With --victim it also tests whether the suspect's weights descend from the victim's: a \
      permutation test that finds copies, fine-tuned, pruned and quantised ones, and that retrained thieves \
      and innocents pass alike. It is exact unless channels have to be matched, if the victim's file is \
      older than the suspect.

      With --victim and an examination that was made with --siblings it says, too, whether the suspect repeats the \
      victim's own mistakes, more than those of models that the examiner trained in the same way. So do most thieves \
      who only asked the victim questions. It takes no part in the verdict.
      """
  )

  @Option(help: ArgumentHelp("What 'claim' wrote.", valueName: "folder"))
  var claim: String

  @Option(help: ArgumentHelp("What 'examine' wrote for the claim.", valueName: "folder"))
  var examination: String?

  @Argument(help: "Model files to examine; they are treated as untrusted.")
  var suspects: [String] = []

  @OptionGroup(title: "Suspects that answer, with --examination") var answering: AnsweringSuspects

  @Option(
    help: ArgumentHelp(
      "The victim's model file, as the claim names it, for the tests of lineage and of shared mistakes.",
      valueName: "file"
    )
  )
  var victim: String?

  @Option(
    help: ArgumentHelp(
      "Also write a page to look at; with --examination. It shows the secret style.",
      valueName: "file"
    )
  )
  var report: String?

  @OptionGroup var compute: ComputeOptions
  @OptionGroup var format: FormatOption

  @Option(
    name: .customLong("test"),
    help: "paired-t (the paper's), welch (one-sided), or as-released (the public code's)."
  )
  var method: HypothesisTest.Method?

  @Option(
    name: .customLong("m"),
    help: "Pictures in a draw of the published test (default: the claim's)."
  )
  var sampleSize: Int?

  @Option(help: "Draws of the published test (default: the claim's).")
  var repeats: Int?

  @Option(
    help: "The significance level α (default: 0.01; without --examination the claim's)."
  )
  var significance: Double?

  @Option(
    help: ArgumentHelp(
      "With --examination: among how many models the accused was chosen by somebody who knew the key (default: 1).",
      discussion: """
        p is multiplied by it: of many innocent models, the one that likes the style best is no single one. For \
        M of them it takes at least 200 M - 1 decoys, and 400 M - 1 with --victim: decide before 'examine'.
        """,
      valueName: "number"
    )
  )
  var chosenAmong: Int?

  @Option(help: "Decides the draws of the published test (default: the claim's).")
  var seed: UInt64?

  @Flag(
    help:
      "Exit with status 1 if a suspect is called stolen, and with 2 if one could not be examined."
  )
  var exitCode = false

  func validate() throws {
    guard !suspects.isEmpty || !answering.isEmpty else {
      throw ValidationError("Name a suspect: a model file, --suspect-program or --suspect-url.")
    }
    guard answering.isEmpty || examination != nil else {
      throw ValidationError(
        "--suspect-program and --suspect-url go with --examination: the published test needs weights."
      )
    }
    guard report == nil || examination != nil else {
      throw ValidationError("--report goes with --examination.")
    }
    if let report {
      let file = URL(fileURLWithPath: report)
      var isFolder: ObjCBool = false
      let exists = FileManager.default.fileExists(atPath: file.path, isDirectory: &isFolder)
      let parent = file.deletingLastPathComponent().path
      guard !(exists && isFolder.boolValue), FileManager.default.fileExists(atPath: parent) else {
        throw ValidationError("--report takes a file in a folder that is there, not '\(report)'.")
      }
      guard !exists || Self.isPage(file) else {
        throw ValidationError(
          """
          '\(report)' is there and is no page that --report could replace, which begins with <!DOCTYPE html>; \
          choose another name.
          """
        )
      }
    }
    if let chosenAmong {
      guard examination != nil else {
        throw ValidationError("--chosen-among goes with --examination.")
      }
      guard (1...1_000_000).contains(chosenAmong) else {
        throw ValidationError(
          "--chosen-among takes a number from 1 to 1,000,000, not \(chosenAmong)."
        )
      }
    }
    if let significance, !(significance > 0 && significance < 1) {
      throw ValidationError("--significance takes a number in (0, 1), not \(significance).")
    }
  }

  /// Whether a file is an HTML page or empty, so that a page may take its place.
  private static func isPage(_ file: URL) -> Bool {
    let beginning = Array("<!DOCTYPE html>".utf8)
    guard let found = try? RegularFile(at: file).prefix(beginning.count) else { return false }
    return found.isEmpty || found == beginning
  }

  func run() throws {
    guard exitCode else {
      _ = try verifyAll()
      return
    }
    let anyStolen: Bool
    do {
      anyStolen = try verifyAll()
    } catch let code as ExitCode {
      throw code
    } catch {
      FileHandle.standardError.write(Data("Error: \(error)\n".utf8))
      throw ExitCode(2)
    }
    if anyStolen { throw ExitCode(1) }
  }

  /// Examines all suspects and returns whether any was called stolen.
  private func verifyAll() throws -> Bool {
    try compute.configure()
    let claim = try Claim(contentsOf: URL(fileURLWithPath: claim), device: compute.torchDevice)
    let original = try victim.map { try loadVictim($0, of: claim) }
    if let examination {
      let folder = URL(fileURLWithPath: examination)
      let observer = TerminalObserver(advice: "Nothing was examined.")
      observer.begin("examine", folder.lastPathComponent)
      let opened = try Examination(
        contentsOf: folder,
        of: claim,
        device: compute.torchDevice
      ) { try observer.update($0, "innocent models' scores") }
      observer.finish("\(opened.styleKey.decoys.styleCount) decoys")
      return try rule(by: opened, on: claim, original)
    }
    return try judgeByPublishedTest(claim, original)
  }

  /// The published test as asked for.
  func publishedTest(of claim: Claim) throws -> HypothesisTest {
    var test = claim.test
    if let method { test.method = method }
    if let sampleSize { test.sampleSize = sampleSize }
    if let repeats { test.repeats = repeats }
    if let significance { test.significance = significance }
    if let seed { test.seed = seed }
    try test.validate(imageCount: claim.heldOut.count)
    return test
  }

  /// Reads the victim, and refuses one that is not the claim's.
  private func loadVictim(_ path: String, of claim: Claim) throws -> Classifier {
    let file = URL(fileURLWithPath: path)
    let (model, found) = try Classifier.read(contentsOf: file, device: compute.torchDevice)
    guard let expected = claim.inputs["victim"], found == expected else {
      throw StageError.badSetting(
        name: "the victim's file '\(path)'",
        value: "of SHA-256 \(found)",
        expected: "\(claim.inputs["victim"].map { "\($0)" } ?? "none"), as the claim states it"
      )
    }
    return model
  }
}
