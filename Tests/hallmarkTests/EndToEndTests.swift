import Artifacts
import Foundation

#if canImport(FoundationXML)
  import FoundationXML
#endif
import Testing

/// The whole way of the method, as the demonstration runs it, on generated pictures of 16 × 16.
@Suite(.serialized) final class EndToEndTests {
  private static let demo = ["demo", "--output", "demo"]
  private static let claim = ["verify", "--claim", "demo/claim"]
  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("hallmark-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(at: folder)
  }

  @Test func theDemonstrationShowsWhatItShould() throws {
    let demo = try Command.run(Self.demo, in: folder)
    #expect(demo.status == 0, "\(demo.errors)")
    #expect(demo.output.contains("copy of the victim"))
    #expect(demo.output.contains("innocent, same data, seed 101"))
    try checkResults()
    try checkReport()
    try checkVerify()
    try checkRefusals()
    try checkResuming()
  }

  private func checkResults() throws {
    let lines = try String(
      contentsOf: folder.appendingPathComponent("demo/results.jsonl"),
      encoding: .utf8
    ).split(separator: "\n")
    #expect(lines.count == 8)
    var outcomes: [String: JSONValue] = [:]
    for line in lines {
      guard case .object(let fields) = try JSONValue(parsing: Array(line.utf8)) else {
        Issue.record("a result is no object: \(line)")
        continue
      }
      for key in [
        "suspect", "suspect_digest", "claim_digest", "examination_digest", "style_key", "innocent",
        "clean_accuracy", "marked_accuracy",
      ] {
        #expect(fields[key] != nil, "\(key) is missing")
      }
      guard case .string(let name)? = fields["name"], case .object(let ruling)? = fields["ruling"],
        case .object(let published)? = fields["published_test"]
      else {
        Issue.record("a result has no name or no verdict: \(line)")
        continue
      }
      for key in [
        "test", "delta_mu", "p_value", "log10_p", "m", "repeats", "alpha", "stolen",
        "hallmark_version", "libtorch_version",
      ] {
        #expect(published[key] != nil, "\(key) is missing")
      }
      #expect(fields["innocent"] == .bool(name.hasPrefix("innocent")))
      outcomes[name] = ruling["outcome"]
      // So far is the published test from telling a copy from an innocent here.
      let log10P: Double = try #require(published["log10_p"]).decode()
      #expect(name != "copy of the victim" || log10P < -6)
    }
    #expect(outcomes["copy of the victim"] == "stolen")
    #expect(outcomes["innocent, same data, seed 101"] == "not shown")
    #expect(outcomes["innocent, other data, seed 102"] == "not shown")
  }

  private func checkReport() throws {
    let page = try Data(contentsOf: folder.appendingPathComponent("demo/report.html"))
    let text = String(decoding: page, as: UTF8.self)
    #expect(XMLParser(data: page).parse())
    #expect(text.contains("How sure can I be?"))
    #expect(text.contains("The secret style among random ones."))
    #expect(text.contains("this demonstration shows the procedure and proves nothing"))
    #expect(text.contains("it does not accuse any of the 2 innocent models"))
    #expect(!text.contains("<script"))
    #expect(!text.contains(folder.path))
  }

  private func checkVerify() throws {
    let suspects = ["demo/victim/model.safetensors", "demo/innocent/model.safetensors"]
    let verdicts = try Command.run(Self.claim + suspects + ["--format", "json"], in: folder)
    #expect(verdicts.status == 0, "\(verdicts.errors)")
    #expect(verdicts.output.split(separator: "\n").count == 2)
    let examined = try Command.run(
      Self.claim + [
        "--examination", "demo/examination", "--exit-code", "--report", "verdicts.html",
      ] + suspects,
      in: folder
    )
    #expect(examined.status == 1, "\(examined.errors)")
    let rulings = examined.output.split(separator: "\n").filter { $0.hasPrefix("  verdict ") }
    #expect(rulings.count == 2)
    #expect(examined.output.contains("a demonstration, which proves nothing"))
    #expect(rulings.first?.contains("Stolen (α = 0.01).") == true, "\(examined.output)")
    #expect(rulings.last?.contains("Not shown to be stolen") == true, "\(examined.output)")
    let page = try Data(contentsOf: folder.appendingPathComponent("verdicts.html"))
    #expect(XMLParser(data: page).parse())
    let text = String(decoding: page, as: UTF8.self)
    #expect(text.contains("<h1>2 suspects: 1 stolen, 1 not shown</h1>"))
    #expect(text.contains("the examiner’s model 2"))
    try checkLineage()
    let strict = try Command.run(Self.claim + [suspects[0], "--exit-code"], in: folder)
    #expect(strict.status == 1)
    #expect(strict.output.contains("stolen"))
    let failed = try Command.run(Self.claim + ["nowhere.safetensors", "--exit-code"], in: folder)
    #expect(failed.status == 2)
    // Victim and benign model taken for each other would convict whom they should not.
    let models = ["demo/benign/model.safetensors", "demo/victim/model.safetensors"]
    let swapped = try Command.run(
      [
        "claim", "--victim", models[0], "--benign", models[1], "--marked", "demo/embed",
        "--output", "swapped",
      ],
      in: folder
    )
    #expect(swapped.status == 1)
    #expect(swapped.errors.contains("the benign model was trained on marked pictures"))
    // The benign model against itself: no difference, so no theft.
    let benign = try Command.run(
      Self.claim + ["demo/claim/benign.safetensors", "--exit-code"],
      in: folder
    )
    #expect(benign.status == 0, "\(benign.errors)")
    #expect(benign.output.contains("not shown"))
  }

  /// The copy descends from the victim, the distilled student does not; another victim is refused.
  private func checkLineage() throws {
    let victim = ["--victim", "demo/victim/model.safetensors"]
    let suspects = ["demo/fine-tuning/model.safetensors", "demo/distillation/model.safetensors"]
    let found = try Command.run(Self.claim + victim + suspects, in: folder)
    #expect(found.status == 0, "\(found.errors)")
    let lines = found.output.split(separator: "\n").filter { $0.contains("lineage:") }
    #expect(lines.count == 2)
    #expect(lines.first?.hasSuffix("(exact), so they share ancestry") == true, "\(lines)")
    #expect(lines.last?.hasSuffix("no shared ancestry shown") == true, "\(lines)")
    let json = try Command.run(
      Self.claim + victim + [suspects[0], "--format", "json"],
      in: folder
    )
    #expect(json.output.contains(#""lineage":{"#))
    let swapped = try Command.run(
      Self.claim + ["--victim", suspects[0], suspects[1]],
      in: folder
    )
    #expect(swapped.status == 1)
    #expect(swapped.errors.contains("as the claim states it"), "\(swapped.errors)")
  }

  private func checkRefusals() throws {
    let arguments = [
      "train", "--dataset", "shapes:16", "--train-count", "50", "--epochs", "1",
      "--architecture", "wrn-10-2", "--output", "wide",
    ]
    #expect(try Command.run(arguments, in: folder).status == 0)
    let refused = try Command.run(Self.claim + ["wide/model.safetensors"], in: folder)
    #expect(refused.status == 1)
    #expect(
      refused.errors.contains(
        """
        Error: cannot verify 'wide/model.safetensors': its layers differ from the benign model's
          group1.block0.conv1.weight: suspect [32, 16, 3, 3], benign [16, 16, 3, 3]
        """
      ),
      "\(refused.errors)"
    )
    let inspected = try Command.run(["inspect", "wide/model.safetensors"], in: folder)
    #expect(inspected.output.contains("architecture wrn-10-2"))
  }

  private func checkResuming() throws {
    let before = try Digest(ofFileAt: folder.appendingPathComponent("demo/results.jsonl"))
    let resumed = try Command.run(Self.demo + ["--resume"], in: folder)
    #expect(resumed.status == 0, "\(resumed.errors)")
    #expect(
      try Digest(ofFileAt: folder.appendingPathComponent("demo/results.jsonl")) == before
    )
    let other = try Command.run(Self.demo + ["--resume", "--seed", "2"], in: folder)
    #expect(other.status == 1)
    #expect(other.errors.contains("it was made with other settings, so there is no resuming"))
    // A file called demo.json is not enough to have a folder cleared.
    let foreign = folder.appendingPathComponent("foreign")
    try FileManager.default.createDirectory(at: foreign, withIntermediateDirectories: true)
    for name in ["demo.json", "thesis.txt"] {
      try Data("{}".utf8).write(to: foreign.appendingPathComponent(name))
    }
    let refused = try Command.run(["demo", "--output", "foreign"], in: folder)
    #expect(refused.status == 1)
    #expect(
      FileManager.default.fileExists(atPath: foreign.appendingPathComponent("thesis.txt").path)
    )
    let inTheWay = try Command.run(["demo", "--output", "wide"], in: folder)
    #expect(inTheWay.status == 1)
    #expect(inTheWay.errors.contains("it holds files of something else"))
  }
}
