import ArgumentParser
import Artifacts
import Datasets
import FeatureEmbedding
import Foundation
import Stages

struct CommitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "commit",
    abstract: "Commit to a secret that styles will be drawn from, before anybody can know them.",
    discussion: """
      Draws a secret nonce and writes what is made public of it: a SHA-256 over the nonce, the owner, \
      the subject, the data and the source of a random value from outside. The style follows from the \
      nonce and that value ('register'), so nobody can choose it, and nobody can say that you did. \
      Data are committed to as well: give --dataset and its options as in all later steps.

      Count your commitments for one subject with --attempt: the p-value of the k-th is multiplied by \
      k (k + 1).

        hallmark commit --owner Acme --subject "bird classifier v3" --dataset birds/ \\
          --beacon-source "NIST Randomness Beacon 2.0, outputValue" --beacon-date 2026-12-01T00:00:00Z --output key/
      """
  )

  @Option(help: "Who commits.")
  var owner: String

  @Option(help: "What is to be protected, in your words.")
  var subject: String

  @Option(help: "How many secret styles to draw; the marked pictures are shared out among them.")
  var keys = 1

  @Option(help: "This is your commitment number k for the subject, from 1.")
  var attempt = 1

  @Option(help: "Where the random value will come from, such as a registrar or a public beacon.")
  var beaconSource: String

  @Option(
    help: ArgumentHelp(
      "The moment of the value, for sources that publish one after the other.",
      valueName: "YYYY-MM-DDThh:mm:ssZ"
    )
  )
  var beaconDate: String?

  @OptionGroup var data: DataOptions
  @OptionGroup var format: FormatOption

  @Option(name: .shortAndLong, help: ArgumentHelp("A new folder; keep it.", valueName: "folder"))
  var output: String

  func validate() throws {
    try asUsage { _ = try commitment(to: KeyDerivation.randomBytes(), covering: nil) }
  }

  private func commitment(to nonce: [UInt8], covering data: Digest?) throws -> StyleCommitment {
    try StyleCommitment(
      to: nonce,
      owner: owner,
      subject: subject,
      attempt: attempt,
      keyCount: keys,
      family: .builtIn(),
      data: data,
      beacon: BeaconPlan(source: beaconSource, date: beaconDate.map { try Date(iso8601: $0) }),
      date: Date()
    )
  }

  func run() throws {
    let (source, split) = try data.load()
    let nonce = KeyDerivation.randomBytes()
    let commitment = try commitment(to: nonce, covering: split.digest)
    let key = try StyleKeyFolder.create(
      at: URL(fileURLWithPath: output),
      commitment: commitment,
      nonce: nonce
    )
    let record = key.folder.appendingPathComponent(StyleKeyFolder.commitmentFile)
    let digest = try Digest(ofFileAt: record)
    try Output.print(commitment, as: format.format) { text(key, digest, source, split) }
  }

  private func text(
    _ key: StyleKeyFolder,
    _ digest: Digest,
    _ source: DataSource,
    _ split: DataSplit
  ) -> String {
    let file = { (name: String) in key.folder.appendingPathComponent(name).relativePath }
    let moment = beaconDate.map { "before \($0)" } ?? "before the value is drawn"
    return """
      \(file(StyleKeyFolder.commitmentFile))   SHA-256 \(digest)
        commits to \(key.commitment.digest)
        covers \(source), \(split.train.count) training and \(split.test.count) test pictures

      Next:
        1. Publish this file, or hand it to a registrar, \(moment).
        2. Keep \(file(StyleKeyFolder.nonceFile)) secret and safe: without it there is no key.
        3. When the value of '\(beaconSource.printable(limit: 400))' is known:
           hallmark register --key \(output) --beacon VALUE --beacon-date \
      \(beaconDate ?? "YYYY-MM-DDThh:mm:ssZ")
      """
  }
}
