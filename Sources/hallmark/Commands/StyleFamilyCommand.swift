import ArgumentParser
import Artifacts
import Experiments
import Foundation

/// `hallmark reproduce style-family`.
struct StyleFamilyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "style-family",
    abstract: "How far apart styles should lie: the power of the style-key test for each family.",
    discussion: """
      Trains a victim and two thieves for each family and key, and examines them. Its models are never \
      among those that docs/evidence.md reports, so that nothing is chosen on what is reported.

        hallmark reproduce style-family --dataset cifar10/ --preset small --output families/
      """
  )

  @OptionGroup var experiment: ExperimentOptions

  @Option(
    help: ArgumentHelp(
      "The families, with commas between: PALETTE-VARIATION-SPREAD[-STRENGTH] (default: six of them).",
      discussion: """
        PALETTE is all or paintings, VARIATION independent or correlated, STRENGTH how much of a picture gives way \
        to its painted version, above 0 and at most 1 (default).
        """
    )
  )
  var families: DistinctList<FamilyCandidate> = []

  @Option(help: "The keys, by their numbers, with commas between.")
  var keys: NumberList = [901, 902]

  @Option(help: "K, how many keys each victim is marked with.")
  var keyCount = 1

  @Option(help: "The share γ of marked pictures, of all keys together.")
  var rate = 0.1

  @Option(help: "Passes over the pictures.")
  var epochs = 12

  @Flag(inversion: .prefixedNo, help: "Train thieves too.")
  var thieves = true

  @OptionGroup var compute: ComputeOptions
  @OptionGroup var format: FormatOption

  func validate() throws {
    try asUsage {
      try FamilyStudySettings.check(epochs: epochs, keyCount: keyCount, rate: rate)
    }
  }

  func run() throws {
    try compute.configure()
    var settings = FamilyStudySettings(try experiment.study(on: compute.torchDevice))
    if !families.values.isEmpty { settings.families = families.values }
    settings.seeds = keys.values
    (settings.keyCount, settings.rate) = (keyCount, rate)
    settings.epochs = epochs
    settings.hasThieves = thieves
    settings.resuming = experiment.resume
    let results = try FamilyStudy(settings, observer: TerminalObserver()).run()
    for result in results {
      try Output.print(result, as: format.format) {
        "\(result.family.padded(to: 26)) key \(result.key)   \(result.model.padded(to: 12)) "
          + "effect \(Text.fixed(result.effect, 2))   p = \(Text.fixed(result.pValue, 3))"
      }
    }
  }
}
