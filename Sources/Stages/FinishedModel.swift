package import Artifacts
import Datasets
public import Foundation
import ModelStealing
public import Networks
import Torch

/// A model that has been written, and how good it is.
public struct FinishedModel {
  /// The model.
  public let classifier: Classifier
  /// Its folder.
  public let folder: ModelFolder
  /// The share of test pictures that it gets right, in [0, 1].
  public let accuracy: Double
  /// The share of test pictures that it classifies as the victim does, or as the model that it was made
  /// from, in [0, 1]; none for a model that was trained without either in sight.
  public let fidelity: Double?

  private static let accuracyKey = "test_accuracy"
  private static let fidelityKey = "test_fidelity"
  private static let fidelityToKey = "test_fidelity_to_sha256"
  private static let testKey = "test_sha256"

  private static func measure(
    _ classifier: Classifier,
    on test: ImageSet,
    _ original: Classifier?,
    _ form: AnswerForm
  ) throws -> (accuracy: Double, fidelity: Double?) {
    try classifier.checkClasses(of: test)
    let answers = try Oracle(classifier, form: form).predictions(on: test)
    let share = { (truth: [Int]) in
      Double(zip(answers, truth).count { $0 == $1 }) / Double(max(1, test.count))
    }
    return (share(test.labels), try original.map { share(try $0.predictions(on: test)) })
  }

  /// Tests a model and writes it.
  init(
    finishing classifier: Classifier,
    by plan: Manifest,
    test: ImageSet,
    comparedWith original: (model: Classifier, digest: Digest)? = nil,
    answering form: AnswerForm = .probabilities,
    run: TrainingRun
  ) throws {
    self.classifier = classifier
    (accuracy, fidelity) = try Self.measure(classifier, on: test, original?.model, form)
    var manifest = plan
    manifest.settings[Self.accuracyKey] = .number(accuracy)
    manifest.settings[Self.fidelityKey] = fidelity.map { .number($0) }
    // In a chain it is not the thief before, whom `inputs` names.
    manifest.settings[Self.fidelityToKey] = original.map { .string("\($0.digest)") }
    manifest.settings[Self.testKey] = .string("\(test.digest)")
    manifest.settings["test_pictures"] = .integer(Int128(test.count))
    manifest.settings["threads"] = .integer(Int128(Runtime.threadCount))
    manifest.settings["device"] = .string("\(classifier.device)")
    // What "auto" comes to differs between processors.
    let automatic = Precision.auto.computeType(on: classifier.device)
    manifest.settings["auto_precision"] = .string("\(automatic)")
    manifest.settings["libtorch"] = .string(Runtime.version)
    folder = try ModelFolder.write(classifier, manifest: manifest, finishing: run)
    try TrainingRun.clearUp(run.folder)
  }

  /// Takes over what an earlier run of the same plan finished; nil if there is nothing yet.
  ///
  /// - Throws: `StageError.outputInTheWay` if the folder holds the model of another plan, one that was
  ///   tested on other pictures or compared with another model, or any at all when the run is not to be resumed.
  init?(
    in url: URL,
    by plan: Manifest,
    resuming: Bool,
    device: Device,
    test: ImageSet,
    comparedWith original: Digest? = nil
  ) throws {
    guard resuming else {
      try Self.checkFree(url)
      return nil
    }
    guard Self.exists(Manifest.fileName, in: url) else { return nil }
    folder = try ModelFolder(contentsOf: url)
    let found = folder.manifest
    let difference =
      JSONValue.firstDifference(.object(found.settings), .object(plan.settings))
      ?? JSONValue.firstDifference(found.seeds, plan.seeds)
      ?? JSONValue.firstDifference(
        found.inputs.mapValues { "\($0)" },
        plan.inputs.mapValues { "\($0)" }
      )
    if let difference {
      throw StageError.outputInTheWay(
        url,
        reason: "it holds a finished model that was made in another way\n  \(difference)"
      )
    }
    let known = { (key: String) in try? found.settings[key]?.decode(as: Double.self) }
    guard found.settings[Self.testKey] == .string("\(test.digest)"),
      let accuracy = known(Self.accuracyKey)
    else {
      throw StageError.outputInTheWay(
        url,
        reason: """
          it holds a finished model that was tested on other pictures
            \(Self.testKey) there: \(found.settings[Self.testKey]?.compactText ?? "none")
            here: "\(test.digest)"
          """
      )
    }
    // Older models do not say.
    if let original, let known = found.settings[Self.fidelityToKey],
      known != .string("\(original)")
    {
      throw StageError.outputInTheWay(
        url,
        reason: """
          it holds a finished model that was compared with another one
            \(Self.fidelityToKey) there: \(known.compactText.printable(limit: 80))
            here: "\(original)"
          """
      )
    }
    classifier = try folder.load(on: device)
    // A run that was killed right after its last write left them.
    try TrainingRun.clearUp(url)
    (self.accuracy, fidelity) = (accuracy, known(Self.fidelityKey))
  }

  /// Checks that a folder holds nothing that a new run would overwrite.
  ///
  /// Nothing that took somebody time is lost for want of an option.
  ///
  /// - Throws: `StageError.outputInTheWay`, saying what is there.
  public static func checkFree(_ url: URL) throws {
    if exists(Manifest.fileName, in: url) {
      throw StageError.outputInTheWay(url, reason: "it holds a finished model or stage")
    }
    if TrainingRun.hasWork(in: url) {
      throw StageError.outputInTheWay(
        url,
        reason: "it holds an unfinished run, which --resume goes on with"
      )
    }
    if FileManager.default.fileExists(atPath: ModelFolder.modelFile(in: url).path) {
      throw StageError.outputInTheWay(url, reason: "it holds a model")
    }
    let metrics = TrainingRun.metricsNames.first { exists($0, in: url) }
    if let metrics, !exists(TrainingRun.planName, in: url) {
      throw StageError.outputInTheWay(
        url,
        reason: "it holds '\(metrics)', which no unfinished run left and a new one would overwrite"
      )
    }
  }

  private static func exists(_ name: String, in folder: URL) -> Bool {
    FileManager.default.fileExists(atPath: folder.appendingPathComponent(name).path)
  }
}

@available(*, unavailable)
extension FinishedModel: Sendable {}

extension TrainingRun {
  /// The file that says what an unfinished run is to become, next to its checkpoint.
  fileprivate static let planName = "unfinished.json"

  fileprivate static func planFile(in folder: URL) -> URL {
    folder.appendingPathComponent(planName)
  }

  /// Whether an unfinished run left something worth keeping: trained epochs, or answers of the victim.
  fileprivate static func hasWork(in folder: URL) -> Bool {
    [checkpoint(in: folder), folder.appendingPathComponent(QueryRecord.fileName)]
      .contains { FileManager.default.fileExists(atPath: $0.path) }
  }

  /// Opens the run that a plan describes.
  ///
  /// - Throws: `StageError.outputInTheWay` if the folder holds what a run by another plan left.
  static func start(_ plan: Manifest, in folder: URL, resuming: Bool) throws -> TrainingRun {
    let run = try TrainingRun(in: folder, resuming: resuming)
    let file = planFile(in: folder)
    let left = FileManager.default.contents(atPath: file.path).map { [UInt8]($0) }
    if resuming, hasWork(in: folder), left == nil {
      throw StageError.outputInTheWay(
        folder,
        reason: "it holds an unfinished run without \(planName), which says of what"
      )
    }
    if resuming, hasWork(in: folder), let left, left != plan.fileBytes {
      let difference = try? JSONValue.firstDifference(
        JSONValue(parsing: left),
        JSONValue(parsing: plan.fileBytes)
      )
      throw StageError.outputInTheWay(
        folder,
        reason: """
          it holds an unfinished run with another victim, other pictures or other settings
            \((difference ?? nil) ?? "\(planName) there is not what this run would write")
            Repeat the settings of that run to go on with it.
          """
      )
    }
    try AtomicFile.write(plan.fileBytes, to: file)
    return run
  }

  /// Removes what only an unfinished run needs.
  fileprivate static func clearUp(_ folder: URL) throws {
    for file in [checkpoint(in: folder), planFile(in: folder)]
    where FileManager.default.fileExists(atPath: file.path) {
      try FileManager.default.removeItem(at: file)
    }
  }
}

extension JSONValue {
  /// Says where a value that is there differs from what is wanted, in the fields that are wanted: the first
  /// field by name, and both values.
  package static func firstDifference(
    _ there: JSONValue?,
    _ here: JSONValue,
    at path: String = ""
  ) -> String? {
    guard case .object(let fields) = here else {
      guard there?.compactText != here.compactText else { return nil }
      let known = there?.compactText.printable(limit: 200) ?? "none"
      return "\(path): there \(known), here \(here.compactText.printable(limit: 200))"
    }
    var own: [String: JSONValue] = [:]
    if case .object(let values)? = there { own = values }
    return fields.keys.sorted().lazy.compactMap { key in
      firstDifference(own[key], fields[key] ?? .null, at: path.isEmpty ? key : "\(path).\(key)")
    }.first
  }

  /// The same for numbers or texts, among which none may be there that is not wanted.
  fileprivate static func firstDifference<Value: Equatable>(
    _ there: [String: Value],
    _ here: [String: Value]
  ) -> String? {
    Set(there.keys).union(here.keys).sorted().lazy
      .filter { there[$0] != here[$0] }
      .map { key in
        let text = { (value: Value?) in value.map { "\($0)" } ?? "none" }
        return "\(key): there \(text(there[key])), here \(text(here[key]))"
      }.first
  }
}

extension FinishedModel {
  /// How good it is, and how alike to what it was made from unless that is itself, for a line on a terminal.
  package var outcome: String {
    let correct = "\(ReportNumbers.percent(accuracy) ?? "?") correct"
    let isCopy = folder.manifest.settings["attack"] == .string(CopyAttack.name)
    guard let fidelity, !isCopy else { return correct }
    return correct + ", \(ReportNumbers.percent(fidelity) ?? "?") as the victim"
  }
}
