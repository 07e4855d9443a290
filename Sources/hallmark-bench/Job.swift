import Datasets
import FeatureEmbedding
import Foundation
import ModelStealing
import Networks
import OwnershipVerification
import Torch

/// Something worth timing, and the yardstick's way of doing the same.
struct Job: Sendable {
  static let seconds = "s"
  static let imagesPerSecond = "images/s"
  static let gigaflops = "GFLOP/s"

  let name: String
  let unit: String
  /// What the design asks of the ratio; none for jobs that only say what the machine can do.
  let target: Double?
  let measure: @Sendable () throws -> Double
  let reference: @Sendable (Yardstick) throws -> Double?

  static let all: [Job] = [
    peak(.float32, yardstickSetting: "torch.float32"),
    peak(.bfloat16, yardstickSetting: "torch.bfloat16"),
    training(.float32, yardstickSetting: "float32"),
    training(.auto, yardstickSetting: "bf16 channels-last"),
    signs(depth: 16, width: 1, images: 100, target: 5),
    signs(depth: 28, width: 10, images: 20, target: 1.15),
    packedSigns("wrn-28-10"),
    packedSigns("resnet-34"),
    alignment(.linear, .gradients),
    alignment(.lastBlock, .gradients),
    alignment(.lastBlock, .signs),
    distillation,
    zeroShot,
    painting,
    starting(["--help"], target: 1 / 0.35),
    starting(["inspect", "<wrn-16-1 file>"], target: 1 / 0.5),
  ]

  /// Runs once unmeasured, then returns the median rate of some runs.
  static func rate(of items: Int, runs: Int, _ body: () throws -> Void) throws -> Double {
    try body()
    let times = try (0..<runs).map { _ in try seconds(of: body) }
    return Double(items) / median(times)
  }

  static func seconds(of body: () throws -> Void) rethrows -> Double {
    let start = ContinuousClock.now
    try body()
    return (ContinuousClock.now - start) / .seconds(1)
  }

  static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count.isMultiple(of: 2)
      ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
  }
}

extension Job {
  /// The product of two 2048 × 2048 matrices: what the machine can do at most.
  private static func peak(_ dtype: DType, yardstickSetting: String) -> Job {
    Job(
      name: "limit: 2048³ product, \(dtype)",
      unit: gigaflops,
      target: nil,
      measure: {
        let a = try Generator(seed: 1).normal(shape: [2048, 2048]).to(dtype)
        return try rate(of: 1, runs: 15) { _ = try a.matmul(a) } * 2 * 0x1p33 / 1e9
      },
      reference: { try $0.figure("gflops", of: ["peak"], setting: yardstickSetting) }
    )
  }

  /// Steps of SGD on noise, batch 128.
  private static func training(_ precision: Precision, yardstickSetting: String) -> Job {
    let batch = 128
    return Job(
      name: "train wrn-16-1, batch \(batch), \(precision)",
      unit: imagesPerSecond,
      target: 1,
      measure: {
        let classifier = try self.classifier("wrn-16-1")
        var random = KeyedRandom("bench", 1)
        let images = try noise(count: batch, using: &random)
        var settings = TrainingSettings(seed: 1)
        settings.batchSize = batch
        settings.precision = precision
        settings.epochs = 8
        // An epoch is a step here; the first warms up.
        let reports = try train(classifier, on: images, settings: settings)
        return median(reports.dropFirst().map(\.imagesPerSecond))
      },
      reference: {
        try $0.figure("items_per_second", of: ["train"], setting: yardstickSetting)
      }
    )
  }

  /// Steps of distillation, against plain training and the teacher's answers one after the other.
  private static var distillation: Job {
    let batch = 128
    return Job(
      name:
        "distillation wrn-16-1, batch \(batch), auto (yardstick: our plain step and the answers)",
      unit: imagesPerSecond,
      target: 0.8,
      measure: { try distillationRate(batch: batch) },
      reference: { _ in
        let plain = try training(.auto, yardstickSetting: "").measure()
        let oracle = Oracle(try classifier("wrn-16-1"), precision: .auto)
        var random = KeyedRandom("bench", 3)
        let pixels = try noise(count: batch, using: &random).pixels
        let answers = try rate(of: batch, runs: 7) {
          _ = try oracle.answers(toPixels: pixels, count: batch)
        }
        return 1 / (1 / plain + 1 / answers)
      }
    )
  }

  private static func distillationRate(batch: Int) throws -> Double {
    var random = KeyedRandom("bench", 1)
    let images = try noise(count: batch, using: &random)
    var settings = TrainingSettings(seed: 1)
    settings.batchSize = batch
    settings.epochs = 8
    let victim = Victim(
      try classifier("wrn-16-1"),
      exposing: .trainingPictures,
      trainingSet: images,
      precision: .auto
    )
    var speeds: [Double] = []
    // An epoch is a step here; the first warms up.
    let student = Student(try Architecture("wrn-16-1"), training: settings)
    _ = try DistillationAttack(student: student).steal(from: victim, run: nil) {
      speeds.append($0.picturesPerSecond)
    }
    return median(Array(speeds.dropFirst()))
  }

  /// Rounds of data-free stealing, five updates of the student and one of the generator: pictures that
  /// the student learns from a second.
  private static var zeroShot: Job {
    let batch = 128
    return Job(
      name: "zero-shot round, batch \(batch)",
      unit: imagesPerSecond,
      target: 1.5,
      measure: {
        var settings = ZeroShotSettings(seed: 1)
        settings.batchSize = batch
        settings.stepsPerEpoch = 1
        settings.epochs = 5
        var speeds: [Double] = []
        // An epoch is a round here; the first warms up.
        _ = try ZeroShotAttack(student: Architecture("wrn-16-1"), settings: settings).steal(
          from: Victim(classifier("wrn-16-1"), exposing: .weights),
          run: nil,
          onProgress: { speeds.append($0.picturesPerSecond) }
        )
        return median(Array(speeds.dropFirst()))
      },
      reference: { try $0.fasterFigure("items_per_second", ofScript: "zero_shot_yardstick.py") }
    )
  }

  /// Compact gradient signs, against the published one-at-a-time loop.
  private static func signs(depth: Int, width: Int, images count: Int, target: Double) -> Job {
    let name = "wrn-\(depth)-\(width)"
    return Job(
      name: "compact gradient signs, \(name)",
      unit: imagesPerSecond,
      target: target,
      measure: {
        var random = KeyedRandom("bench", 2)
        let images = try noise(count: count, using: &random)
        let signs = try GradientSigns(of: classifier(name))
        return try rate(of: count, runs: 3) { _ = try signs.signs(of: images) }
      },
      reference: {
        let arguments = [
          "signs", "--depth", "\(depth)", "--width", "\(width)", "--images", "\(count)",
        ]
        return try $0.figure("items_per_second", of: arguments, setting: name)
      }
    )
  }

  /// The style network on pictures of 128 × 128, batch 32.
  private static var painting: Job {
    Job(
      name: "style network, 128 × 128, float32",
      unit: imagesPerSecond,
      target: 2,
      measure: {
        let weights = try StyleWeights.builtIn()
        let transformer = try StyleTransformer(weights)
        let brush = try transformer.brush(
          for: Style.builtIn(using: StylePredictor(weights))
        )
        let pictures = try Generator(seed: 1).uniform(in: 0..<1, shape: [32, 3, 128, 128])
        return try rate(of: 32, runs: 5) {
          try withoutGradients { _ = try transformer.repaint(pictures, with: brush) }
        }
      },
      reference: { try $0.figure("items_per_second", of: ["stylise"], setting: "128x128") }
    )
  }

  /// The whole command, against what any PyTorch program does first.
  private static func starting(_ arguments: [String], target: Double) -> Job {
    Job(
      name: "hallmark \(arguments.joined(separator: " "))",
      unit: seconds,
      target: target,
      measure: {
        let folder = FileManager.default.temporaryDirectory
          .appendingPathComponent("hallmark-bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("model.safetensors")
        try classifier("wrn-16-1").write(to: file)
        let command = try Program.besideThisOne("hallmark")
        let actual = arguments.map { $0.hasPrefix("<") ? file.path : $0 }
        _ = try command.run(actual)
        return try median((0..<5).map { _ in try seconds { _ = try command.run(actual) } })
      },
      reference: { try $0.secondsToImport() }
    )
  }

  static func classifier(_ name: String) throws -> Classifier {
    try Classifier(
      Architecture(name),
      classNames: (0..<10).map { "class \($0)" },
      normalization: .cifar10,
      pictureSize: .init(height: 32, width: 32),
      seed: 1
    )
  }

  static func noise(count: Int, using random: inout KeyedRandom) throws -> ImageSet {
    let pixels = (0..<count * 3072).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    return try ImageSet(
      width: 32,
      height: 32,
      pixels: pixels,
      labels: (0..<count).map { $0 % 10 },
      classNames: (0..<10).map { "class \($0)" }
    )
  }
}
