import Artifacts
import FeatureEmbedding
public import Foundation
public import Networks
public import Stages
public import Torch

/// How large a case is (design note, "Scales").
public enum Preset: String, Sendable, CaseIterable, Codable {
  /// 2,000 pictures, WRN-10-1: minutes on two cores.
  case quick
  /// 10,000 pictures, WRN-16-1: an hour on two cores.
  case small

  /// How many pictures the owner trains on.
  public var trainCount: Int { self == .quick ? 2_000 : 10_000 }
  /// How many test pictures are repainted, at most, to measure accuracy on marked pictures.
  public var markedTestCount: Int { self == .quick ? 500 : 1_000 }
  /// How many of them an examiner paints in every style, where nothing else is said.
  public var examinedPictureCount: Int { self == .quick ? 50 : 100 }
  /// The structure of all networks.
  public var architecture: Architecture {
    .wideResNet(depth: self == .quick ? 10 : 16, width: 1)
  }

  /// Passes over the pictures of everybody who trains from scratch.
  public var epochs: Int { self == .quick ? 20 : 25 }
  /// Pictures in a step.
  public var batchSize: Int { self == .quick ? 64 : 128 }
  /// Passes of a student over the pictures that its thief asked about.
  public var queryEpochs: Int { self == .quick ? 20 : 40 }
  /// Updates of the generator in the zero-shot attack, a multiple of 50.
  public var zeroShotRounds: Int { self == .quick ? 50 : 700 }
}

/// What a case is about, and where it goes.
public struct CaseSettings: Sendable {
  /// Where pictures come from.
  public var source: DataSource
  /// How large it is, where nothing else is said.
  public let preset: Preset
  /// How many pictures the owner trains on, and a thief or another innocent has at most.
  public var trainCount: Int
  /// Passes over the pictures of everybody who trains from scratch.
  public var epochs: Int
  /// Passes of a student over the pictures that its thief asked about.
  public var queryEpochs: Int
  /// The share γ of training pictures to repaint.
  public var transformationRate = 0.1
  /// Decides the pictures and the mark; the models' seeds are told by whoever trains them.
  public var seed: UInt64 = 1
  /// The number format of training.
  public var precision = Precision.auto
  /// Where to compute.
  public var device = Device.cpu
  /// Where everything goes.
  public var output: URL

  /// Describes a case.
  public init(source: DataSource, preset: Preset, output: URL) {
    self.source = source
    self.preset = preset
    self.output = output
    trainCount = preset.trainCount
    epochs = preset.epochs
    queryEpochs = preset.queryEpochs
  }

  /// How a network is trained from scratch.
  func training(seed: UInt64) -> TrainingSettings {
    var training = TrainingSettings(seed: seed)
    training.epochs = epochs
    training.batchSize = preset.batchSize
    training.precision = precision
    return training
  }

  /// What must be equal for a run to go on in a folder.
  var fingerprint: [String: JSONValue] {
    var settings: [String: JSONValue] = [
      "hallmark": .string(hallmarkVersion), "source": .string("\(source)"),
      "preset": .string(preset.rawValue),
      "transformation_rate": .number(transformationRate), "seed": .integer(Int128(seed)),
      "precision": .string(precision.rawValue), "device": .string("\(device)"),
      "threads": .integer(Int128(Runtime.threadCount)),
    ]
    // Numbers that are the preset's are not named, as when they could not be changed.
    for (name, value, usual) in [
      ("training_pictures", trainCount, preset.trainCount), ("epochs", epochs, preset.epochs),
      ("query_epochs", queryEpochs, preset.queryEpochs),
    ] where value != usual { settings[name] = .integer(Int128(value)) }
    return settings
  }
}
