import ArgumentParser
import Datasets
import Experiments
import Foundation
import Networks
import Stages
import Torch

/// How to compute, for every verb that does.
struct ComputeOptions: ParsableArguments {
  @Option(help: "Threads for one operation; results can differ in their last bits between numbers.")
  var threads: Int?

  @Option(help: "Where to compute: cpu, or cuda with a libtorch built for it (not tested).")
  var device = "cpu"

  func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads takes a number from 1 to 1024, not \(threads).")
    }
    let parts = device.split(separator: ":", omittingEmptySubsequences: false)
    let isCUDA =
      parts[0] == "cuda" && (parts.count == 1 || parts.count == 2 && Int(parts[1]) != nil)
    guard device == "cpu" || isCUDA else {
      throw ValidationError("--device takes 'cpu', 'cuda' or 'cuda:N', not '\(device)'.")
    }
  }

  /// Applies what holds for the whole process.
  func configure() throws {
    Runtime.keepFreedMemory()
    if let threads { try Runtime.setThreadCount(threads) }
    guard device == "cpu" || Runtime.cudaIsAvailable else {
      throw StageError.badSetting(
        name: "--device",
        value: "'\(device)'",
        expected: "cpu: this libtorch finds no CUDA device"
      )
    }
  }

  var torchDevice: Device { Device(device) }
}

/// Where pictures come from.
let datasetHelp = ArgumentHelp(
  "'shapes' (generated, 32 x 32 pixels; 'shapes:16' for another side), a folder of CIFAR-10 binary "
    + "files, or a folder with train/<class> and test/<class>.",
  valueName: "name-or-folder"
)

/// Which pictures, for every verb that reads a data set.
struct DataOptions: ParsableArguments {
  @Option(help: datasetHelp)
  var dataset = "shapes"

  @Option(help: "How many training pictures the owner uses (default: all, of 'shapes' 2,000).")
  var trainCount: Int?

  @Option(help: "Decides which pictures those are; the same for every step of one case.")
  var dataSeed: UInt64 = 0

  @Option(help: "Crop pictures in folders to squares of this many pixels a side.")
  var pictureSize: Int?

  func validate() throws {
    if let trainCount, !(2...100_000_000).contains(trainCount) {
      throw ValidationError(
        "--train-count takes a number from 2 to 100,000,000, not \(trainCount)."
      )
    }
    if let pictureSize, !(8...1024).contains(pictureSize) {
      throw ValidationError("--picture-size takes a number from 8 to 1024, not \(pictureSize).")
    }
  }

  func load() throws -> (source: DataSource, split: DataSplit) {
    let source = try DataSource(dataset)
    if case .imageFolders = source {
    } else if let pictureSize {
      throw StageError.badSetting(
        name: "--picture-size",
        value: "\(pictureSize)",
        expected: "none for \(source): only pictures in folders are cropped"
      )
    }
    var count = trainCount
    if case .shapes = source, count == nil { count = 2_000 }
    let sizing = pictureSize.map { ImageFolder.Sizing.centralSquare(side: $0) } ?? .unchanged
    return (
      source, try DataSplit(source, sizing: sizing, trainCount: count, seed: dataSeed)
    )
  }
}

/// The case that a demonstration or an experiment is about.
struct CaseOptions: ParsableArguments {
  @Option(help: "quick (2,000 pictures, WRN-10-1) or small (10,000 pictures, WRN-16-1).")
  var preset = Preset.quick

  @Flag(help: "Go on with what a stopped run of the same left.")
  var resume = false

  func study(of dataset: String, in output: String, on device: Device) throws -> CaseSettings {
    var study = CaseSettings(
      source: try DataSource(dataset),
      preset: preset,
      output: URL(fileURLWithPath: output)
    )
    study.device = device
    return study
  }
}

/// How results are printed.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
  case text
  case json
}

/// The format of results on standard output.
struct FormatOption: ParsableArguments {
  @Option(help: "How results are printed: text or json.")
  var format = OutputFormat.text
}

/// How a network is trained, for verbs that do.
struct TrainingOptions: ParsableArguments {
  @Option(
    help: """
      Number format of training: auto (default; bfloat16 where the CPU has it), float32 or bfloat16.
      """
  )
  var precision: Precision?

  @Option(help: "Passes over the pictures (default: 30; training further 5).")
  var epochs: Int?

  @Option(help: "Pictures in a step (default: 128).")
  var batchSize: Int?

  @Option(help: "The highest learning rate of SGD (default: 0.1; training further 0.01).")
  var learningRate: Double?

  @Option(help: "The pull of all weights to zero (default: 0.0005).")
  var weightDecay: Double?

  @Option(
    help: """
      How the learning rate moves: one-cycle (default), step, piecewise-linear (default for training \
      further) or constant.
      """
  )
  var schedule: ScheduleName?

  @Option(help: "How much of a label is spread over all classes, from 0 (default) to below 1.")
  var labelSmoothing: Double?

  @Flag(
    inversion: .prefixedNo,
    help: "Shift pictures at random by up to 4 pixels and mirror them (default)."
  )
  var augmentation: Bool?

  /// The options that matter to whoever passes over pictures, that the user gave.
  var givenForPictures: [String] {
    names([
      ("--epochs", epochs != nil),
      (augmentation == false ? "--no-augmentation" : "--augmentation", augmentation != nil),
    ])
  }

  /// Those that matter to whoever learns from labels.
  var givenForLabels: [String] { names([("--label-smoothing", labelSmoothing != nil)]) }

  /// Those that matter to any training.
  var givenForAll: [String] {
    names([
      ("--precision", precision != nil), ("--batch-size", batchSize != nil),
      ("--learning-rate", learningRate != nil), ("--weight-decay", weightDecay != nil),
      ("--schedule", schedule != nil),
    ])
  }

  private func names(_ options: [(name: String, isGiven: Bool)]) -> [String] {
    options.filter(\.isGiven).map(\.name)
  }

  enum ScheduleName: String, ExpressibleByArgument, CaseIterable {
    case oneCycle = "one-cycle"
    case step
    case piecewiseLinear = "piecewise-linear"
    case constant

    func schedule(epochs: Int) -> LearningRateSchedule {
      switch self {
      case .oneCycle: .oneCycle()
      case .step: .step(milestones: [epochs / 2, epochs * 3 / 4].filter { $0 > 0 })
      case .piecewiseLinear: .piecewiseLinear
      case .constant: .constant
      }
    }
  }

  /// What was asked for, and a recipe's settings where nothing was.
  func settings(seed: UInt64, recipe: TrainingSettings? = nil) -> TrainingSettings {
    var settings = recipe ?? TrainingSettings(seed: seed)
    settings.epochs = epochs ?? settings.epochs
    settings.batchSize = batchSize ?? settings.batchSize
    settings.learningRate = learningRate ?? settings.learningRate
    settings.weightDecay = weightDecay ?? settings.weightDecay
    settings.schedule = schedule?.schedule(epochs: settings.epochs) ?? settings.schedule
    settings.labelSmoothing = labelSmoothing ?? settings.labelSmoothing
    settings.cropPadding = augmentation.map { $0 ? 4 : nil } ?? settings.cropPadding
    settings.precision = precision ?? settings.precision
    return settings
  }

  func validate() throws {
    try asUsage { try settings(seed: 0).validate() }
  }
}

/// How long a zero-shot attack is.
enum ZeroShotRounds {
  /// Refuses a number that makes no epoch, or too many.
  static func check(_ rounds: Int?) throws {
    guard let rounds, !(50...5_000_000).contains(rounds) else { return }
    throw ValidationError("--rounds takes a number from 50 to 5,000,000, not \(rounds).")
  }
}

/// Makes what a check of the arguments throws an error of usage.
func asUsage(_ check: () throws -> Void) throws {
  do {
    try check()
  } catch let error as ValidationError {
    throw error
  } catch {
    throw ValidationError("\(error)")
  }
}
