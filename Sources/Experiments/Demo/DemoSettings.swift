import Artifacts
import FeatureEmbedding
public import Foundation
public import Networks
public import Torch

/// How large a demonstration is (design note, "Scales").
public enum DemoPreset: String, Sendable, CaseIterable, Codable {
  /// 2,000 pictures, WRN-10-1: minutes on two cores.
  case quick
  /// 10,000 pictures, WRN-16-1: under half an hour on two cores.
  case small

  /// How many pictures the owner trains on.
  public var trainCount: Int { self == .quick ? 2_000 : 10_000 }
  /// How many other pictures a thief, or an innocent with data of their own, has at most.
  public var otherCount: Int { trainCount }
  /// How many test pictures are repainted, at most, to measure accuracy on marked pictures.
  public var markedTestCount: Int { self == .quick ? 500 : 1_000 }
  /// The structure of all networks.
  public var architecture: Architecture {
    .wideResNet(depth: self == .quick ? 10 : 16, width: 1)
  }

  /// How all networks are trained.
  func training(seed: UInt64, precision: Precision) -> TrainingSettings {
    var settings = TrainingSettings(seed: seed)
    settings.epochs = self == .quick ? 20 : 25
    settings.batchSize = self == .quick ? 64 : 128
    settings.precision = precision
    return settings
  }
}

/// What a demonstration shows, and where it goes.
public struct DemoSettings: Sendable {
  /// Where pictures come from.
  public var source: DataSource
  /// How large it is.
  public var preset: DemoPreset
  /// `built-in`, or the path of a PNG or JPEG.
  public var style = BuiltInStyle.name
  /// The share γ of training pictures to repaint.
  public var transformationRate = 0.1
  /// Decides everything; the models' seeds follow from it.
  public var seed: UInt64 = 1
  /// The number format of training.
  public var precision = Precision.auto
  /// Where to compute.
  public var device = Device.cpu
  /// Where everything goes.
  public var output: URL
  /// Whether to go on with what an earlier run left there.
  public var resuming = false

  /// Describes a demonstration.
  public init(source: DataSource, preset: DemoPreset, output: URL) {
    self.source = source
    self.preset = preset
    self.output = output
  }

  /// The seeds of the models, as far apart as their roles.
  var seeds: (victim: UInt64, benign: UInt64, thief: UInt64, innocent: UInt64, stranger: UInt64) {
    (seed, seed &+ 1, seed &+ 10, seed &+ 100, seed &+ 101)
  }
}

extension DemoSettings {
  /// The file that says which demonstration a folder belongs to; written first.
  private var marker: URL { output.appendingPathComponent("demo.json") }

  /// What must be equal for a run to go on in a folder.
  private var fingerprint: [UInt8] {
    let fields: [String: JSONValue] = [
      "kind": "hallmark-demo",
      "hallmark": .string(hallmarkVersion), "source": .string("\(source)"),
      "preset": .string(preset.rawValue), "style": .string(style),
      "transformation_rate": .number(transformationRate), "seed": .integer(Int128(seed)),
      "precision": .string(precision.rawValue), "device": .string("\(device)"),
      "threads": .integer(Int128(Runtime.threadCount)),
    ]
    return JSONValue.object(fields).prettyBytes
  }

  /// Everything that a demonstration writes; nothing else is ever removed.
  private static let ownFiles: Set<String> = [
    "demo.json", "embed", "victim", "benign", "claim", "copy", "label-query", "innocent",
    "stranger", "report.html", "results.jsonl", Manifest.fileName,
  ]

  private func isDemonstration(_ marker: [UInt8]) -> Bool {
    guard case .object(let fields)? = try? JSONValue(parsing: marker) else { return false }
    return fields["kind"] == "hallmark-demo"
  }

  /// Makes the output folder ready: empty, or with what an earlier run of the same left.
  ///
  /// Only a folder that an earlier demonstration made is ever cleared.
  func prepareOutput() throws {
    let files = FileManager.default
    let contents = (try? files.contentsOfDirectory(atPath: output.path)) ?? []
    if !contents.isEmpty {
      guard let left = files.contents(atPath: marker.path), isDemonstration([UInt8](left)),
        Set(contents).isSubset(of: DemoSettings.ownFiles)
      else {
        throw ExperimentError.outputInTheWay(output, reason: "it holds files of something else")
      }
      if resuming {
        guard [UInt8](left) == fingerprint else {
          throw ExperimentError.outputInTheWay(
            output,
            reason: "it holds a demonstration with other settings, so there is no resuming"
          )
        }
        return
      }
      for name in contents {
        try files.removeItem(at: output.appendingPathComponent(name))
      }
    }
    do {
      try files.createDirectory(at: output, withIntermediateDirectories: true)
    } catch {
      throw ExperimentError.outputInTheWay(output, reason: "the folder cannot be made")
    }
    try AtomicFile.write(fingerprint, to: marker)
  }
}
