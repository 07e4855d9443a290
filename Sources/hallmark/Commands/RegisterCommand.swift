import ArgumentParser
import Artifacts
import FeatureEmbedding
import Foundation

struct RegisterCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "register",
    abstract: "Open a commitment with the random value from outside; then the styles are fixed.",
    discussion: """
      Writes registration.json into the folder that 'commit' made. Everything follows from that file: \
      it is for 'embed', 'claim' and the examiner alone.

        hallmark register --key key/ --beacon 7A3F…  --beacon-date 2026-12-01T00:00:00Z
      """
  )

  @Option(help: ArgumentHelp("What 'commit' wrote.", valueName: "folder"))
  var key: String

  @Option(help: ArgumentHelp("The random value, as its source published it.", valueName: "value"))
  var beacon: String

  @Option(
    help: ArgumentHelp(
      "When it was published; the commitment must be older.",
      valueName: "YYYY-MM-DDThh:mm:ssZ"
    )
  )
  var beaconDate: String

  @OptionGroup var format: FormatOption

  func validate() throws {
    try asUsage { _ = try published }
  }

  private var published: Beacon {
    get throws { try Beacon(value: beacon, date: Date(iso8601: beaconDate)) }
  }

  func run() throws {
    let folder = try StyleKeyFolder(contentsOf: URL(fileURLWithPath: key))
    let registration = try folder.register(published)
    let file = folder.folder.appendingPathComponent(StyleKeyFolder.registrationFile).relativePath
    // Without the nonce: what goes to a terminal may end in a log.
    try Output.print(registration.commitment, as: format.format) {
      """
      \(file)   \(registration.commitment.keyCount) secret \
      \(registration.commitment.keyCount == 1 ? "style" : "styles") fixed; keep the file secret

      Next:
        hallmark embed --registration \(file) --dataset … --output marked/
      """
    }
  }
}
