import ModelStealing
import Stages

/// What a demonstration shows, and where it goes.
public struct DemoSettings: Sendable {
  /// The case that it tells.
  public var study: CaseSettings
  /// Whether to go on with what an earlier run left there.
  public var resuming = false

  /// Describes a demonstration.
  public init(_ study: CaseSettings) {
    self.study = study
  }

  /// The seeds of the models, as far apart as their roles.
  var seeds: (victim: UInt64, benign: UInt64, thief: UInt64, innocent: UInt64, stranger: UInt64) {
    let seed = study.seed
    return (seed, seed &+ 1, seed &+ 10, seed &+ 100, seed &+ 101)
  }

  /// How the examiner works: enough decoys for α = 0.01 and a first registration.
  var examination: ExaminationSettings {
    ExaminationSettings(
      decoyCount: 199,
      pictureCount: study.preset.examinedPictureCount,
      benignCount: 2,
      architecture: study.preset.architecture,
      training: study.training(seed: 0)
    )
  }

  /// Where everything goes.
  var folder: ExperimentFolder {
    let own: Set = [
      Demo.keyFolder, "embed", "victim", "benign", "claim", Demo.examinationFolder, "report.html",
      "results.jsonl",
    ]
    let models = Set(Demo.thefts.map(\.rawValue) + [Demo.innocent, Demo.stranger])
    return ExperimentFolder(
      url: study.output,
      kind: "demo",
      fingerprint: study.fingerprint,
      mayBeCleared: true
    ) { own.contains($0) || models.contains($0) }
  }
}
