import Artifacts
import Datasets
import Foundation
import TestSupport
import Testing

/// `hallmark hide` as a user runs it, on generated pictures of 8 × 8.
@Suite(.serialized) final class HideTests {
  private static let data = ["--dataset", "shapes:8", "--train-count", "60", "--threads", "1"]
  private static let thief = Result {
    try TrainedModel(data + ["--architecture", "wrn-10-1", "--epochs", "2"])
  }
  private static let honest = Result {
    try TrainedModel(data + ["--architecture", "wrn-10-1", "--epochs", "1", "--seed", "5"])
  }
  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("hallmark-test-\(UUID().uuidString)")
    try Self.thief.get().write(to: folder.appendingPathComponent("thief"))
  }

  deinit {
    try? FileManager.default.removeItem(at: folder)
  }

  private func hide(_ method: String, _ options: [String], to output: String) throws -> Command {
    try Command.run(arguments(method, options, to: output), in: folder)
  }

  private func arguments(_ method: String, _ options: [String], to output: String) -> [String] {
    ["hide", "--method", method, "--model", "thief/model.safetensors", "--output", output]
      + options + Self.data
  }

  private func model(_ name: String) throws -> Data {
    try Data(contentsOf: folder.appendingPathComponent("\(name)/model.safetensors"))
  }

  @Test(arguments: [
    ("magnitude-pruning", ["--amount", "0.5"], ["amount": 0.5]),
    ("quantization", ["--bits", "4"], ["bits": 4]),
    ("output-rounding", ["--digits", "2"], ["digits": 2]),
    ("weight-noise", ["--amount", "0.2", "--seed", "5"], ["amount": 0.2]),
    (
      "augmented-fine-tuning", ["--epochs", "1", "--picture-count", "80"], ["pictures": 80]
    ),
    (
      "fine-pruning", ["--amount", "0.25", "--epochs", "1", "--picture-count", "80"],
      ["amount": 0.25, "pictures": 80]
    ),
    (
      "restyling", ["--styles", "2", "--epochs", "1", "--picture-count", "40"], ["pictures": 40]
    ),
    (
      "restyling",
      [
        "--style-source", "family", "--honest-model", "honest/model.safetensors", "--epochs", "1",
        "--picture-count", "40",
      ],
      ["pictures": 40]
    ),
  ])
  func everyMethodStatesItsPrice(
    method: String,
    options: [String],
    settings: [String: Double]
  ) throws {
    let before = try model("thief")
    if options.contains("--honest-model") {
      try Self.honest.get().write(to: folder.appendingPathComponent("honest"))
    }
    let command = try hide(method, options + ["--format", "json"], to: "hidden")
    #expect(command.status == 0, "\(command.errors)")
    let manifest: Manifest = try JSONValue(parsing: Array(command.output.utf8)).decode()
    #expect(try manifest == Manifest.read(from: folder.appendingPathComponent("hidden")))
    func number(_ key: String) throws -> Double {
      try #require(manifest.settings[key], "\(key)").decode(as: Double.self)
    }
    #expect(manifest.settings["method"] == .string(method))
    for (key, value) in settings { #expect(try number(key) == value) }
    #expect((manifest.inputs["honest_model"] != nil) == options.contains("--honest-model"))
    if options.contains("--honest-model") {
      #expect(manifest.settings["styles"] == "200 styles of the built-in family, seed 31")
      let honest = try Digest(ofFileAt: folder.appendingPathComponent("honest/model.safetensors"))
      #expect(manifest.inputs["honest_model"] == honest)
      #expect(manifest.inputs["model"] != honest)
    }
    #expect(try (0...1).contains(number("test_accuracy_before")))
    #expect(try (0...1).contains(number("test_fidelity")))
    let file = folder.appendingPathComponent("thief/model.safetensors")
    #expect(try manifest.inputs["model"] == Digest(ofFileAt: file))
    #expect(
      (manifest.seeds["hiding"] == nil)
        == ["magnitude-pruning", "quantization", "output-rounding"].contains(method)
    )
    #expect(try model("thief") == before)
    #expect(try model("hidden") != before)

    // Finished work is taken as it is, and never overwritten.
    let digest = try Digest(ofFileAt: folder.appendingPathComponent("hidden/model.safetensors"))
    let resumed = try hide(method, options + ["--resume", "--format", "json"], to: "hidden")
    #expect(resumed.status == 0, "\(resumed.errors)")
    #expect(resumed.output == command.output)
    let refused = try hide(method, options, to: "hidden")
    #expect(refused.status == 1)
    #expect(refused.errors.contains("it holds a finished model"))
    let other = try hide("quantization", ["--bits", "3", "--resume"], to: "hidden")
    #expect(other.status == 1)
    #expect(other.errors.contains("it holds a finished model that was made in another way"))
    #expect(
      try Digest(ofFileAt: folder.appendingPathComponent("hidden/model.safetensors")) == digest
    )
  }

  @Test func killedFiveTimesEndsWithTheSameBytes() throws {
    let options = [
      "--amount", "0.3", "--epochs", "150", "--batch-size", "50", "--picture-count", "100",
    ]
    let whole = try hide("fine-pruning", options, to: "whole")
    #expect(whole.status == 0, "\(whole.errors)")
    let arguments = arguments("fine-pruning", options + ["--resume"], to: "killed")
    let checkpoint = folder.appendingPathComponent("killed/checkpoint.safetensors").path
    for round in 0..<5 {
      let process = try Command.start(arguments, in: folder)
      for _ in 0..<3_000
      where !FileManager.default.fileExists(atPath: checkpoint) && process.isRunning {
        usleep(10_000)
      }
      usleep(UInt32(round * 40_000))
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      #expect(
        process.terminationReason == .uncaughtSignal,
        "the run was over before it could be killed; give it more epochs"
      )
    }
    let last = try Command.run(arguments, in: folder)
    #expect(last.status == 0, "\(last.errors)")
    #expect(try model("killed") == model("whole"))
    #expect(!FileManager.default.fileExists(atPath: checkpoint))
  }

  @Test func whatDoesNotFitIsExplained() throws {
    let cases: [(arguments: [String], message: String)] = [
      (["--dataset", "shapes:16"], "pictures of 16x16 do not fit a model for pictures of 8x8"),
      (
        ["--picture-count", "100000"], "the number of the thief's pictures is 100000, expected 2 to"
      ),
      (["--picture-count", "1"], "the number of the thief's pictures is 1, expected 2 to"),
      (["--model", "nowhere.safetensors"], "nowhere.safetensors"),
      (["--data-seed", "9"], "which the thief's own must not be among"),
    ]
    for (arguments, message) in cases {
      let command = try hide("fine-pruning", ["--epochs", "1"], to: "x", with: arguments)
      #expect(command.status == 1)
      #expect(command.errors.contains(message), "\(command.errors)")
      #expect(command.output.isEmpty)
    }
    let few = try hide("fine-pruning", ["--amount", "0.001"], to: "x")
    #expect(few.status == 1)
    #expect(few.errors.contains("0 of 64 channels"), "\(few.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder.appendingPathComponent("x").path))
  }

  /// A model of other classes: its answers mean nothing on these pictures.
  @Test func otherClassesAreExplained() throws {
    for (part, name) in [("train", "cat"), ("train", "dog"), ("test", "cat"), ("test", "dog")] {
      let place = folder.appendingPathComponent("pets/\(part)/\(name)")
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      for index in 0..<2 {
        let picture = try Image(width: 8, height: 8, filledWith: (UInt8(index), 0, 0))
        try picture.writePNG(to: place.appendingPathComponent("\(index).png"))
      }
    }
    let command = try Command.run(
      [
        "hide", "--method", "quantization", "--model", "thief/model.safetensors", "--dataset",
        "pets", "--output", "x",
      ],
      in: folder
    )
    #expect(command.status == 1)
    #expect(command.errors.contains("the pictures' classes are not the model's"))
    #expect(command.errors.contains("pictures: cat, dog"))
    #expect(!FileManager.default.fileExists(atPath: folder.appendingPathComponent("x").path))
  }

  private func hide(
    _ method: String,
    _ options: [String],
    to output: String,
    with last: [String]
  ) throws -> Command {
    // ArgumentParser takes the last of repeated options.
    try Command.run(arguments(method, options, to: output) + last, in: folder)
  }
}

/// Options of `hallmark hide` that are refused before any file is read.
@Suite struct HideOptionTests {
  @Test(arguments: [
    ("magnitude-pruning", ["--amount", "1"], "the share to prune is 1.0"),
    ("fine-pruning", ["--amount", "0"], "the share to prune is 0.0"),
    ("weight-noise", ["--amount", "-1"], "the amount of noise is -1.0"),
    ("quantization", ["--bits", "1"], "the number of bits is 1, expected 2 to 16"),
    ("restyling", ["--styles", "0"], "the number of styles is 0, expected 1 to 1,000"),
    (
      "quantization", ["--amount", "0.5"],
      "--amount goes with these methods only: magnitude-pruning, weight-noise, fine-pruning."
    ),
    ("weight-noise", ["--bits", "8"], "--bits goes with these methods only: quantization."),
    ("fine-pruning", ["--styles", "3"], "--styles goes with these methods only: restyling."),
    (
      "fine-pruning", ["--honest-model", "x"],
      "--honest-model goes with these methods only: restyling."
    ),
    ("restyling", ["--style-source", "museum"], "'museum' is invalid for '--style-source"),
    ("quantization", ["--seed", "1"], "--seed goes with these methods only: weight-noise,"),
    (
      "weight-noise", ["--epochs", "1"],
      "--epochs goes with these methods only: augmented-fine-tuning, fine-pruning, restyling."
    ),
    (
      "magnitude-pruning", ["--picture-count", "9"], "--picture-count goes with these methods only"
    ),
    ("restyling", ["--learning-rate", "0"], "learning rate is 0.0, expected a positive number"),
    ("fog", [], "'fog' is invalid for '--method"),
  ])
  func badOptionsAreUsage(method: String, options: [String], message: String) throws {
    try withTemporaryDirectory { folder in
      // ArgumentParser takes "-1" for an option unless it is joined to its name.
      let joined = options.isEmpty ? [] : ["\(options[0])=\(options[1])"]
      let command = try Command.run(
        ["hide", "--method", method, "--model", "nowhere.safetensors", "--output", "x"] + joined,
        in: folder
      )
      #expect(command.status == 64)
      #expect(command.errors.contains(message), "\(command.errors)")
      #expect(command.output.isEmpty)
    }
  }
}
