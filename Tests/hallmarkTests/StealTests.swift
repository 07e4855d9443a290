import Artifacts
import Datasets
import Foundation
import SafeTensors
import TestSupport
import Testing

/// Thefts by the command, on generated pictures of 8 × 8.
@Suite(.serialized) final class StealTests {
  private static let data = ["--dataset", "shapes:8", "--train-count", "100", "--threads", "1"]
  private static let training = ["--epochs", "2", "--batch-size", "50"]
  private static let victim = Result {
    try TrainedModel(data + training + ["--architecture", "wrn-10-1"])
  }
  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("hallmark-test-\(UUID().uuidString)")
    try Self.victim.get().write(to: folder.appendingPathComponent("victim"))
  }

  deinit {
    try? FileManager.default.removeItem(at: folder)
  }

  private func steal(_ attack: String, _ options: [String], to output: String) throws -> Command {
    try Command.run(arguments(attack, options, to: output), in: folder)
  }

  private func arguments(_ attack: String, _ options: [String], to output: String) -> [String] {
    let training =
      switch attack {
      case "copy": [String]()
      case "zero-shot": ["--batch-size", "50"]
      default: Self.training
      }
    return ["steal", "--attack", attack, "--victim", "victim/model.safetensors"] + Self.data
      + training + options + ["--output", output]
  }

  private func model(_ name: String) throws -> Data {
    try Data(contentsOf: folder.appendingPathComponent("\(name)/model.safetensors"))
  }

  private func number(_ key: String, of name: String) throws -> Double {
    let manifest = try Manifest.read(from: folder.appendingPathComponent(name))
    return try #require(manifest.settings[key], "\(key)").decode(as: Double.self)
  }

  @Test(arguments: [
    ("copy", [], 0.0), ("fine-tuning", ["--query-count", "60", "--layers", "last"], 0),
    ("zero-shot", ["--rounds", "50", "--batch-size", "4"], 0),
    ("distillation", ["--temperature", "2", "--label-weight", "0.5"], 200),
    ("logit-query", ["--query-count", "60", "--answers", "rounded:2"], 60),
    ("label-query", ["--queries", "noise", "--query-count", "60"], 60), ("independent", [], 0),
  ])
  func everyAttackStatesWhatItCameTo(attack: String, options: [String], queries: Double) throws {
    let command = try steal(attack, options + ["--format", "json"], to: "thief")
    #expect(command.status == 0, "\(command.errors)")
    #expect(try number("queries", of: "thief") == queries)
    #expect(try (0...1).contains(number("test_accuracy", of: "thief")))
    let fidelity = try number("test_fidelity", of: "thief")
    #expect(attack == "copy" ? fidelity == 1 : (0...1).contains(fidelity))
    let manifest = try Manifest.read(from: folder.appendingPathComponent("thief"))
    #expect(manifest.settings["attack"] == .string(attack))
    let victim = folder.appendingPathComponent("victim/model.safetensors")
    #expect(try manifest.inputs["victim"] == Digest(ofFileAt: victim))
    #expect(
      try manifest.settings["test_fidelity_to_sha256"] == .string("\(Digest(ofFileAt: victim))")
    )
    let keepsWeights = ["copy", "fine-tuning"].contains(attack)
    #expect(manifest.seeds["training"] == (attack == "copy" ? nil : 11))
    #expect(manifest.seeds["first weights"] == (keepsWeights ? 1 : nil))
  }

  /// Who starts from a victim's first weights is none that took nothing, whatever became of the victim meanwhile.
  @Test(arguments: ["copy", "fine-tuning", "hidden"])
  func firstWeightsAreKnownFromWhatWasMadeOfThem(how: String) throws {
    let made =
      how == "hidden"
      ? try Command.run(
        ["hide", "--method", "quantization", "--model", "victim/model.safetensors"] + Self.data
          + ["--output", "made"],
        in: folder
      ) : try steal(how, how == "copy" ? [] : ["--query-count", "60"], to: "made")
    #expect(made.status == 0, "\(made.errors)")
    func independent(_ seed: String, _ output: String) throws -> Command {
      try Command.run(
        arguments("independent", ["--seed", seed], to: output)
          .map { $0 == "victim/model.safetensors" ? "made/model.safetensors" : $0 },
        in: folder
      )
    }
    let same = try independent("1", "same")
    #expect(same.status == 1)
    #expect(same.errors.contains("the thief's seed is 1, expected another"), "\(same.errors)")
    // The usual seed of thieves is not that of a copy's first weights.
    let other = try independent("11", "other")
    #expect(other.status == 0, "\(other.errors)")
  }

  /// Pictures of another data set need no labels, and no folders of classes.
  @Test func queriesAreAnyPicturesInAFolder() throws {
    let deep = folder.appendingPathComponent("pictures/one/images")
    try FileManager.default.createDirectory(at: deep, withIntermediateDirectories: true)
    let images = try Shapes.images(.train, count: 30, side: 16, seed: 5)
    for index in images.indices {
      try images[index].writePNG(to: deep.appendingPathComponent("\(index).png"))
    }
    let command = try steal("label-query", ["--queries", "pictures"], to: "thief")
    #expect(command.status == 0, "\(command.errors)")
    #expect(try number("queries", of: "thief") == 30)
    let manifest = try Manifest.read(from: folder.appendingPathComponent("thief"))
    #expect(manifest.settings["pictures_from"] == "pictures")
  }

  /// A model that nobody can read again is no result.
  @Test func aTheftThatDivergesIsNoResult() throws {
    let command = try steal(
      "label-query",
      [
        "--query-count", "50", "--epochs", "4", "--learning-rate", "999999", "--weight-decay",
        "99999",
      ],
      to: "thief"
    )
    #expect(command.status == 1)
    #expect(command.errors.contains("training diverged in epoch"), "\(command.errors)")
    for name in ["manifest.json", "model.safetensors"] {
      let file = folder.appendingPathComponent("thief/\(name)")
      #expect(!FileManager.default.fileExists(atPath: file.path), "\(name)")
    }
  }

  /// What the owner has is known from a copy, too: its thief may not ask about the owner's pictures as their own.
  @Test func theOwnersPicturesAreKnownFromACopy() throws {
    #expect(try steal("copy", [], to: "copy").status == 0)
    func ask(_ options: [String], _ output: String) throws -> Command {
      try Command.run(
        arguments("label-query", ["--query-count", "60"] + options, to: output)
          .map { $0 == "victim/model.safetensors" ? "copy/model.safetensors" : $0 },
        in: folder
      )
    }
    let other = try ask(["--data-seed", "9"], "other")
    #expect(other.status == 1)
    #expect(other.errors.contains("which the thief's own must not be among"), "\(other.errors)")
    let same = try ask(["--seed", "12"], "same")
    #expect(same.status == 0, "\(same.errors)")
    // Pictures from elsewhere are none of the owner's.
    let noise = try ask(["--data-seed", "9", "--queries", "noise"], "noise")
    #expect(noise.status == 0, "\(noise.errors)")
  }

  /// Each thief is the next one's victim, and structures may differ.
  @Test func attacksFollowEachOther() throws {
    let chain = try steal(
      "logit-query,label-query",
      ["--architecture", "wrn-16-1,wrn-10-2", "--query-count", "60"],
      to: "chain"
    )
    #expect(chain.status == 0, "\(chain.errors)")
    let victim = folder.appendingPathComponent("victim/model.safetensors")
    let first = folder.appendingPathComponent("chain/stage-1-logit-query")
    let last = try Manifest.read(from: folder.appendingPathComponent("chain"))
    #expect(
      try last.inputs["victim"]
        == Digest(ofFileAt: first.appendingPathComponent("model.safetensors"))
    )
    #expect(
      try last.settings["test_fidelity_to_sha256"] == .string("\(Digest(ofFileAt: victim))")
    )
    #expect(last.settings["attack"] == "label-query")
    #expect(last.settings["architecture"] == "wrn-10-2")
    #expect(try Manifest.read(from: first).settings["architecture"] == "wrn-16-1")
    #expect(last.settings["pictures_from"] == "other")
  }

  /// How many epochs the checkpoints of a thief hold; a finished stage counts as very many.
  private func epochsDone(in output: String) -> Int {
    let place = folder.appendingPathComponent(output)
    return [place, place.appendingPathComponent("stage-1-logit-query")].reduce(0) { sum, stage in
      let finished = stage.appendingPathComponent("manifest.json").path
      if FileManager.default.fileExists(atPath: finished) { return sum + 1_000_000 }
      let file = stage.appendingPathComponent("checkpoint.safetensors")
      let epoch = (try? SafeTensorsFile(contentsOf: file))?.metadata["epoch"].flatMap { Int($0) }
      return sum + (epoch ?? 0)
    }
  }

  /// A thief killed at any moment ends with the same bytes, and with the same record of answers.
  @Test(arguments: [
    ("label-query", ["--query-count", "100", "--epochs", "600"]),
    ("logit-query", ["--query-count", "100", "--epochs", "600"]),
    ("fine-tuning", ["--query-count", "100", "--epochs", "600", "--reset-last-layer"]),
    ("distillation", ["--epochs", "500"]),
    ("zero-shot", ["--rounds", "500", "--batch-size", "4"]),
    ("independent", ["--epochs", "20"]),
    ("logit-query,zero-shot", ["--query-count", "100", "--epochs", "40", "--rounds", "300"]),
  ])
  func killedThievesEndWithTheSameBytes(attack: String, options: [String]) throws {
    let whole = try steal(attack, options, to: "whole")
    #expect(whole.status == 0, "\(whole.errors)")
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = KeyedRandom("kill test", seed)
    var done = 0
    for round in 0..<4 {
      let process = try Command.start(
        arguments(attack, options + ["--resume"], to: "killed"),
        in: folder
      )
      // The first is killed at its start, the others at work: some moments after a further epoch.
      for _ in 0..<12_000 where round > 0 && process.isRunning && epochsDone(in: "killed") <= done {
        usleep(5_000)
      }
      usleep(UInt32(random.uniform(in: 0...(round > 0 ? 30_000 : 300_000))))
      if process.isRunning { kill(process.processIdentifier, SIGKILL) }
      process.waitUntilExit()
      #expect(
        process.terminationReason == .uncaughtSignal,
        "the run was over before it could be killed; give it more epochs"
      )
      let left = epochsDone(in: "killed")
      #expect(round == 0 || left > done, "round \(round): \(left) epochs after \(done)")
      done = left
    }
    let last = try steal(attack, options + ["--resume"], to: "killed")
    #expect(last.status == 0, "\(last.errors)")
    #expect(try model("killed") == model("whole"), "killed by seed \(seed)")
    let records = ["whole", "killed"].map {
      FileManager.default.contents(
        atPath: folder.appendingPathComponent("\($0)/queries.jsonl").path
      )
    }
    #expect(records[0] == records[1])
    #expect((records[0] != nil) == attack.hasSuffix("-query"))
    if attack.contains(",") {
      let stage = "stage-1-logit-query"
      #expect(try model("killed/\(stage)") == model("whole/\(stage)"))
    }
  }

  /// A chain killed between its stages or within one, too.
  @Test func killedChainsEndWithTheSameBytes() throws {
    let options = ["--query-count", "100", "--epochs", "60"]
    let whole = try steal("logit-query,label-query", options, to: "whole")
    #expect(whole.status == 0, "\(whole.errors)")
    #expect(whole.errors.split(separator: "\n").count { $0.contains(" steal ") } == 2)
    let first = folder.appendingPathComponent("killed/stage-1-logit-query/manifest.json").path
    let process = try Command.start(
      arguments("logit-query,label-query", options + ["--resume"], to: "killed"),
      in: folder
    )
    for _ in 0..<3_000 where !FileManager.default.fileExists(atPath: first) { usleep(10_000) }
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    #expect(process.terminationReason == .uncaughtSignal)
    let last = try steal("logit-query,label-query", options + ["--resume"], to: "killed")
    #expect(last.status == 0, "\(last.errors)")
    #expect(try model("killed") == model("whole"))
  }

  /// A run with another victim is not gone on with.
  @Test func unfinishedRunsBelongToTheirPlan() throws {
    let options = ["--query-count", "60", "--epochs", "2000"]
    let process = try Command.start(arguments("logit-query", options, to: "thief"), in: folder)
    let record = folder.appendingPathComponent("thief/queries.jsonl").path
    for _ in 0..<600 where !FileManager.default.fileExists(atPath: record) { usleep(10_000) }
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()

    let again = try steal("logit-query", options, to: "thief")
    #expect(again.status == 1)
    #expect(again.errors.contains("it holds an unfinished run, which --resume goes on with"))
    let other = try steal("logit-query", options + ["--answers", "label", "--resume"], to: "thief")
    #expect(other.status == 1)
    #expect(other.errors.contains("an unfinished run with another victim"), "\(other.errors)")
    #expect(other.errors.contains("settings.answers: there \"probabilities\", here \"label\""))

    let plan = folder.appendingPathComponent("thief/unfinished.json")
    try FileManager.default.removeItem(at: plan)
    let planless = try steal("logit-query", options + ["--resume"], to: "thief")
    #expect(planless.status == 1)
    #expect(planless.errors.contains("without unfinished.json"), "\(planless.errors)")
  }

  /// Two runs in one folder would write over each other.
  @Test func aFolderHasOneRunAtATime() throws {
    let options = ["--query-count", "60", "--epochs", "2000"]
    let process = try Command.start(arguments("logit-query", options, to: "thief"), in: folder)
    defer {
      process.terminate()
      process.waitUntilExit()
    }
    let record = folder.appendingPathComponent("thief/queries.jsonl").path
    for _ in 0..<3_000 where !FileManager.default.fileExists(atPath: record) { usleep(10_000) }
    try #require(FileManager.default.fileExists(atPath: record))
    // The commands' own files of output must not be the same.
    let place = folder.appendingPathComponent("second")
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    let second = try Command.run(
      arguments("logit-query", options + ["--resume"], to: "../thief")
        .map { $0 == "victim/model.safetensors" ? "../\($0)" : $0 },
      in: place
    )
    #expect(second.status == 1)
    #expect(second.errors.contains("another run is at work in"), "\(second.errors)")
  }

  /// Nothing that somebody else put there is overwritten, and a figure is that of the pictures it names.
  @Test func whatIsThereStays() throws {
    let place = folder.appendingPathComponent("notes")
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    let notes = place.appendingPathComponent("metrics.csv")
    try Data("mine".utf8).write(to: notes)
    let command = try steal("label-query", ["--query-count", "60"], to: "notes")
    #expect(command.status == 1)
    #expect(command.errors.contains("it holds 'metrics.csv'"), "\(command.errors)")
    #expect(try Data(contentsOf: notes) == Data("mine".utf8))

    #expect(try steal("copy", [], to: "copy").status == 0)
    #expect(try steal("copy", ["--resume"], to: "copy").status == 0)
    let manifest = folder.appendingPathComponent("copy/manifest.json")
    let tested = try #require(
      try Manifest.read(from: folder.appendingPathComponent("copy"))
        .settings["test_sha256"]
    ).decode(as: String.self)
    let other = try String(contentsOf: manifest, encoding: .utf8)
      .replacingOccurrences(of: tested, with: String(tested.reversed()))
    try other.write(to: manifest, atomically: true, encoding: .utf8)
    let again = try steal("copy", ["--resume"], to: "copy")
    #expect(again.status == 1)
    #expect(again.errors.contains("tested on other pictures"), "\(again.errors)")
    #expect(again.errors.contains("here: \"\(tested)\""), "\(again.errors)")
  }

  @Test(arguments: [
    ("copy", ["--temperature", "2"], "--temperature goes with --attack distillation only."),
    ("label-query", ["--layers", "last"], "--layers goes with --attack fine-tuning only."),
    ("copy", ["--rounds", "100"], "--rounds goes with --attack zero-shot only."),
    ("copy,", [], "'' is none of copy, fine-tuning, zero-shot"),
    ("label-query", ["--answers", "top:0"], "expected a number of classes, as in top:3"),
    ("label-query", ["--architecture", "wrn-9-1"], "wrn-9-1"),
    (
      "distillation", ["--temperature", "0"],
      "temperature is 0.0, expected a number above 0 and at most 100"
    ),
    ("label-query", ["--query-count=-5"], "--query-count takes a number of at least 2, not -5."),
    ("zero-shot", ["--rounds", "6000000"], "from 50 to 5,000,000, not 6000000"),
    (
      "logit-query", ["--label-smoothing", "0.5"],
      "--label-smoothing goes with --attack fine-tuning, independent, label-query only."
    ),
    ("zero-shot", ["--batch-size", "1"], "batch size is 1, expected 2 to 65,536"),
    ("zero-shot", ["--no-augmentation"], "--no-augmentation goes with --attack"),
    ("label-query,distillation", [], "distillation goes first"),
    (
      "label-query", ["--architecture", "wrn-10-1,wrn-10-1"],
      "--architecture takes 1 structure, not 2."
    ),
    (
      "logit-query,fine-tuning,zero-shot", ["--architecture", "wrn-10-1,wrn-10-1,wrn-10-1"],
      "--architecture takes 1 structure or 2, one for each student, not 3."
    ),
  ])
  func badOptionsAreUsage(attack: String, options: [String], message: String) throws {
    let command = try steal(attack, options, to: "x")
    #expect(command.status == 64)
    #expect(command.errors.contains(message), "\(command.errors)")
  }

  @Test(arguments: [
    (
      "label-query", ["--query-count", "4000"],
      "Error: the number of queries is 4000, expected 2 to 3900, the pictures of 'other'"
    ),
    ("label-query", ["--queries", "nowhere"], "cannot use 'nowhere' as a data set"),
    ("fine-tuning", ["--data-seed", "9"], "which the thief's own must not be among"),
    ("label-query", ["--answers", "top:50"], "at most top:10, for the victim knows 10 classes"),
    ("label-query", ["--dataset", "shapes:16"], "test pictures of 16x16 do not fit a model for"),
    (
      "fine-tuning,label-query", ["--architecture", "resnet-18"],
      "pictures of 8x8 are too small for resnet-18, which needs 32x32"
    ),
    (
      "label-query", ["--queries", "shapes:16"],
      "queries of 16x16 do not fit a model for pictures of 8x8"
    ),
    ("label-query", ["--seed", "1"], "the thief's seed is 1, expected another than the victim's"),
    (
      "logit-query,label-query", ["--seed", "0"],
      "the thief's seed is 1, expected another than the victim's"
    ),
    ("distillation", ["--data-seed", "9"], "as the model's file says"),
    (
      "label-query", ["--data-seed", "9"],
      "which the thief's own must not be among"
    ),
    (
      "independent", ["--train-count", "99"],
      "which the thief's own must not be among"
    ),
    ("label-query", ["--answers", "top:50"], "the form of answers is 'top:50', expected at most"),
    ("logit-query,independent", [], "an attack in sequence is 'independent'"),
  ])
  func failuresAreExplained(attack: String, options: [String], message: String) throws {
    let command = try steal(attack, options, to: "x")
    #expect(command.status == 1)
    #expect(command.errors.contains(message), "\(command.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder.appendingPathComponent("x").path))
  }
}
