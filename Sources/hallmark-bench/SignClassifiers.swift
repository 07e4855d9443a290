import ArgumentParser
import Artifacts
import Datasets
import Foundation
import Glibc
import Networks
import OwnershipVerification
import SafeTensors
import Torch

/// Trains the linear classifier of gradient signs on two models at hand, and the published one in PyTorch on
/// the same rows.
struct SignClassifiers: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sign-classifiers",
    abstract: "Compare the linear classifier of gradient signs with the published MLP.",
    discussion: """
      A fifth of the pictures is held out; both classifiers learn to tell the two models' gradients at \
      the others apart. Prints a JSON line for each. The MLP takes a quarter of an hour on one core.
      """
  )

  @Option(help: "The victim's model file.", transform: URL.init(fileURLWithPath:))
  var victim: URL

  @Option(help: "The benign model's file.", transform: URL.init(fileURLWithPath:))
  var benign: URL

  @Option(help: "The marked pictures, in class folders.", transform: URL.init(fileURLWithPath:))
  var marked: URL

  @Option(help: "compact or full.", transform: Self.features)
  var features = GradientFeatures.compact

  @Option(help: "Decides which pictures are held out.")
  var seed: UInt64 = 1

  @Option(help: "Threads for both sides.")
  var threads = 1

  @Option(help: "Epochs of the MLP.")
  var epochs = 100

  @Option(help: ArgumentHelp("A Python with PyTorch and safetensors.", valueName: "program"))
  var python: String?

  @Option(help: ArgumentHelp("The folder of Hallmark's own scripts.", valueName: "folder"))
  var scripts = "scripts"

  func run() throws {
    Runtime.keepFreedMemory()
    try Runtime.setThreadCount(threads)
    let (rows, heldOut, seconds) = try signs()
    let (start, used) = (ContinuousClock.now, clock())
    let classifier = try LinearSignClassifier.train(victim: rows.victim, benign: rows.benign)
    let trained = (ContinuousClock.now - start) / .seconds(1)
    let processorSeconds = Double(clock() - used) / Double(CLOCKS_PER_SEC)
    let values = (
      try classifier.decisionValues(of: heldOut.victim),
      try classifier.decisionValues(of: heldOut.benign)
    )
    let correct = values.0.count { $0 > 0 } + values.1.count { $0 < 0 }
    let result = Result(
      features: rows.victim.columnCount,
      rows: classifier.rows.rowCount,
      heldOutRows: values.0.count + values.1.count,
      threads: threads,
      secondsForSigns: seconds,
      seconds: trained,
      processorSeconds: processorSeconds,
      ridge: classifier.ridge,
      leaveOneOutAccuracy: classifier.leaveOneOutAccuracy,
      heldOutAccuracy: Double(correct) / Double(max(1, values.0.count + values.1.count))
    )
    print(try JSONValue(encoding: result).compactText)
    guard let python else { return }
    let program = Program(executable: URL(fileURLWithPath: python), folder: nil)
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("hallmark-signs-\(UUID().uuidString).safetensors")
    defer { try? FileManager.default.removeItem(at: file) }
    try write(rows, heldOut, to: file)
    let script = URL(fileURLWithPath: scripts).appendingPathComponent("sign_mlp_yardstick.py")
    print(
      try program.run([
        script.path, file.path, "--epochs", "\(epochs)", "--threads", "\(threads)",
      ])
    )
  }

  private struct Result: Encodable {
    let task = "linear sign classifier"
    let features: Int
    let rows: Int
    let heldOutRows: Int
    let threads: Int
    let secondsForSigns: Double
    let seconds: Double
    let processorSeconds: Double
    let ridge: Double
    let leaveOneOutAccuracy: Double
    let heldOutAccuracy: Double

    enum CodingKeys: String, CodingKey {
      case task, features, rows, threads, seconds, ridge
      case heldOutRows = "held_out_rows"
      case secondsForSigns = "seconds_for_signs"
      case processorSeconds = "processor_seconds"
      case leaveOneOutAccuracy = "leave_one_out_accuracy"
      case heldOutAccuracy = "held_out_accuracy"
    }
  }

  /// Rows of both models for the same pictures.
  private struct Pair {
    let victim: PackedSigns
    let benign: PackedSigns

    func selecting(_ rows: [Int]) throws -> Pair {
      Pair(victim: try victim.selecting(rows), benign: try benign.selecting(rows))
    }
  }

  private func signs() throws -> (training: Pair, heldOut: Pair, seconds: Double) {
    let images = try ImageFolder.load(marked)
    let heldOutCount = images.count / 5
    let parts = try images.splits(
      into: [("held out", heldOutCount), ("training", images.count - heldOutCount)],
      seed: seed,
      isStratified: true
    )
    let start = ContinuousClock.now
    let all = Pair(victim: try packed(victim, images), benign: try packed(benign, images))
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    return (try all.selecting(parts[1].indices), try all.selecting(parts[0].indices), seconds)
  }

  private func packed(_ file: URL, _ images: ImageSet) throws -> PackedSigns {
    try GradientSigns(of: Classifier(contentsOf: file), features: features).packedSigns(of: images)
  }

  private func write(_ rows: Pair, _ heldOut: Pair, to file: URL) throws {
    var writer = SafeTensorsWriter()
    for (name, signs) in [
      ("victim", rows.victim), ("benign", rows.benign), ("victim_held_out", heldOut.victim),
      ("benign_held_out", heldOut.benign),
    ] {
      let entries = try (0..<signs.rowCount).flatMap { try signs.signs(inRow: $0) }
      writer.add(name, try Tensor(entries, shape: [signs.rowCount, signs.columnCount]))
    }
    try writer.write(to: file)
  }

  private static func features(_ name: String) throws -> GradientFeatures {
    guard let features = GradientFeatures(rawValue: name) else {
      throw ValidationError("--features takes compact or full.")
    }
    return features
  }
}
