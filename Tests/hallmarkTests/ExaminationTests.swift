import Artifacts
import Datasets
import Foundation
import TestSupport
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// The protocol of secret styles from the commitment to the verdict, on generated pictures of 16 × 16.
@Suite(.serialized) final class ExaminationTests {
  private static let data = ["--dataset", "shapes:16", "--train-count", "80"]
  private static let training =
    data + ["--architecture", "wrn-10-1", "--epochs", "4", "--batch-size", "20", "--threads", "1"]
  private static let examine =
    ["examine"] + training
    + [
      "--decoys", "19", "--m", "20", "--benign", "2", "--beacon-for-commitment", "--clean", "480",
      "--siblings", "5", "--sibling-rate", "0.5",
    ]
  private let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("hallmark-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(at: folder)
  }

  @Test func fromTheCommitmentToTheVerdict() throws {
    try commitAndRegister()
    try markTrainAndClaim()
    try run(Self.examine + ["--claim", "claim", "--output", "examination"])
    try checkVerdicts()
    try checkAnsweringSuspect()
    try checkAuthorization()
    try checkPatience()
    try checkBenignModels()
    try checkRefusedClaims()
    try checkRefusedExaminations()
    try checkKilledRuns()
  }

  @discardableResult
  private func run(_ arguments: [String]) throws -> Command {
    let command = try Command.run(arguments, in: folder)
    #expect(command.status == 0, "\(arguments.joined(separator: " ")): \(command.errors)")
    return command
  }

  private func expectRefusal(
    _ arguments: [String],
    status: Int32 = 1,
    saying words: String
  ) throws {
    let command = try Command.run(arguments, in: folder)
    #expect(command.status == status, "\(arguments.joined(separator: " "))")
    #expect(command.errors.contains(words), "\(command.errors)")
  }

  private func place(_ path: String) -> URL { folder.appendingPathComponent(path) }

  private func commit(_ name: String) throws {
    let committed = try run(
      ["commit", "--owner", "Acme", "--subject", "shapes v1", "--beacon-source", "dice"]
        + Self.data + ["--output", name]
    )
    #expect(committed.output.contains("covers shapes 16x16, 80 training and 500 test pictures"))
    // Generated pictures have the same bytes on every machine, and in every version.
    let commitment = try String(contentsOf: place("\(name)/commitment.json"), encoding: .utf8)
    #expect(
      commitment.contains("60f49f89f38f952e2627e3c51242d35435ba6a25d72f69a47f5f7a8983d9a3b4")
    )
  }

  private func commitAndRegister() throws {
    try commit("earlier")
    try commit("key")
    // A beacon must be of a later second than the commitment.
    sleep(2)
    let date = Date().formatted(.iso8601)
    let register = ["register", "--key", "key", "--beacon", "0xC0FFEE00", "--beacon-date"]
    try expectRefusal(register + ["2099-01-01T00:00:00Z"], saying: "a moment that has passed")
    try expectRefusal(register + ["2020-01-01T00:00:00Z"], saying: "the beacon is of 2020")
    let registered = try run(register + [date])
    let nonce = try String(contentsOf: place("key/nonce.secret"), encoding: .utf8)
    #expect(!registered.output.contains(nonce.trimmingCharacters(in: .newlines)))
    try expectRefusal(register + [date], saying: "registration.json' exists already")
    try checkInspection(nonce.trimmingCharacters(in: .newlines))
  }

  /// The nonce is never shown.
  private func checkInspection(_ nonce: String) throws {
    let file = place("key/commitment.json")
    let commitment = try run(["inspect", "key/commitment.json"])
    #expect(commitment.output.contains("commitment to 1 secret style"))
    #expect(commitment.output.contains("\(try Digest(ofFileAt: file))"))
    for path in ["key", "key/registration.json"] {
      for format in ["text", "json"] {
        let shown = try run(["inspect", path, "--format", format])
        #expect(shown.output.contains("c0ffee00") && shown.output.contains("Acme"))
        #expect(!shown.output.contains(nonce))
      }
    }
  }

  private func markTrainAndClaim() throws {
    let embed = ["embed", "--registration", "key/registration.json", "--rate", "0.5"]
    try expectRefusal(
      embed + ["--dataset", "shapes:16", "--train-count", "81", "--output", "other"],
      saying: "the registration's data is"
    )
    try run(embed + Self.data + ["--output", "marked"])
    try run(["train"] + Self.training + ["--marked", "marked", "--output", "victim"])
    try run(["train"] + Self.training + ["--seed", "2", "--output", "benign"])
    let claim = [
      "claim", "--victim", "victim/model.safetensors", "--benign", "benign/model.safetensors",
      "--marked", "marked", "--held-out", "0.3", "--threads", "1",
    ]
    let registration = ["--registration", "key/registration.json"]
    try expectRefusal(
      claim + registration + [
        "--prior-commitments", "earlier/commitment.json", "--output", "claim",
      ],
      saying: "the registration's attempt number is 1, expected 2"
    )
    try run(claim + registration + ["--output", "claim"])
    try run(claim + ["--output", "unregistered"])
    #expect(!FileManager.default.fileExists(atPath: place("unregistered/registration.json").path))
  }

  private func checkVerdicts() throws {
    let verify = ["verify", "--claim", "claim", "--examination", "examination"]
    let suspects = ["victim/model.safetensors", "benign/model.safetensors"]
    let text = try run(
      verify + ["--victim", suspects[0], "--significance", "0.5", "--report", "report.html"]
        + suspects
    )
    for words in [
      "style-key ", "lineage ", "meta-classifier ", "not part of the verdict: accuses innocents",
      "verdict ", "share ancestry", "not measured with these settings", "With m = 20 pictures",
    ] {
      #expect(text.output.contains(words), "\(words) in \(text.output)")
    }
    // The bytes are drawn anew in every run: in one or two of a hundred the victim stands apart from its siblings.
    if text.output.contains("shared-mistakes  lead = ") {
      #expect(text.output.contains("not part of the verdict: approximate, and rests on how"))
      #expect(text.output.contains("mistakes         Of "))
      #expect(text.output.contains("It repeats the victim's own mistakes"), "\(text.output)")
    } else {
      let reasons = ["the victim was not trained as its siblings were", "and it takes 20"]
      #expect(reasons.contains { text.output.contains($0) }, "\(text.output)")
    }
    let page = try Data(contentsOf: place("report.html"))
    #expect(XMLParser(data: page).parse())
    let shown = String(decoding: page, as: UTF8.self)
    #expect(!shown.contains(folder.path) && shown.contains("5 × wrn-10-1, 50\u{A0}% marked"))
    #expect(
      shown.contains("Whose mistakes it repeats") == text.output.contains("mistakes         Of ")
    )
    // A page may take a page's place, and nothing else's.
    let again = verify + [suspects[1], "--significance", "0.5", "--report"]
    try run(again + ["report.html"])
    #expect(try Data(contentsOf: place("report.html")) != page)
    for other in [suspects[1], "claim/manifest.json", "/dev/null"] {
      try expectRefusal(
        again + [other],
        status: 64,
        saying: "is no page that --report could replace"
      )
    }

    // 19 decoys allow no p below 0.05, doubled for the first attempt.
    let json = try run(verify + suspects + ["--format", "json", "--exit-code"])
    let lines = json.output.split(separator: "\n")
    #expect(lines.count == 2)
    for line in lines {
      let value = try JSONValue(parsing: Array(line.utf8))
      guard case .object(let fields) = value, case .object(let ruling)? = fields["ruling"],
        case .object(let evidence)? = fields["style_key"]
      else {
        Issue.record("\(line)")
        return
      }
      #expect(ruling["outcome"] == "cannot tell")
      #expect(ruling["alpha"] == .number(0.01))
      #expect(evidence["m"] == .integer(20))
      #expect(fields["published_test"] != nil && fields["suspect_digest"] != nil)
    }
    let few = try run(Array(verify + suspects.prefix(1)))
    #expect(few.output.contains("it takes at least 199, and an examination"), "\(few.output)")
  }

  /// A server that wants to know who asks is told what the environment says, and nothing on the command line.
  private func checkAuthorization() throws {
    let server = try TinyServer { _ in .status(401, "who are you?") }
    let verify = [
      "verify", "--claim", "claim", "--examination", "examination", "--suspect-url",
      try server.url().absoluteString,
    ]
    let name = "HALLMARK_AUTHORIZATION"
    for (value, header) in [("Bearer abc", "Authorization: Bearer abc"), ("", nil)] {
      let asked = server.requests.count
      let refused = try Command.run(verify, in: folder, variables: [name: value])
      #expect(refused.status == 1 && refused.errors.contains("401"), "\(refused.errors)")
      #expect(refused.errors.contains("Put the Authorization header"), "\(refused.errors)")
      #expect(!(refused.errors + refused.output).contains("abc"))
      let headers = try #require(server.requests.dropFirst(asked).first).headers
      #expect(
        header.map { headers.contains($0) } ?? !headers.contains("Authorization"),
        "\(headers)"
      )
    }
  }

  /// A server that asks for patience is asked again, for as long as the examiner says.
  private func checkPatience() throws {
    let server = try TinyServer { _ in .status(503, "busy") }
    let command = try Command.run(
      [
        "verify", "--claim", "claim", "--examination", "examination", "--suspect-url",
        try server.url().absoluteString, "--server-patience", "1",
      ],
      in: folder
    )
    #expect(command.status == 1 && command.errors.contains("503"), "\(command.errors)")
    // After 0.25 and 0.5 seconds; the next pause would end too late.
    #expect((2...3).contains(server.requests.count), "\(server.requests.count)")
  }

  /// The program in Examples sees no class in the pictures.
  ///
  /// Only the style-key test applies to it.
  private func checkAnsweringSuspect() throws {
    let python = "/usr/bin/python3"
    guard FileManager.default.isExecutableFile(atPath: python) else {
      print("No suspect that answers was examined: there is no \(python)")
      return
    }
    let example = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Examples/suspect-program/answer.py")
    let verify = ["verify", "--claim", "claim", "--examination", "examination"]
    let verified = try run(verify + ["--suspect-program", python, "-u", example.path])
    #expect(verified.output.contains("meta-classifier needs the suspect's weights"))
    #expect(verified.output.contains("style-key "), "\(verified.output)")
    #expect(verified.output.contains("Cannot tell whether"), "\(verified.output)")
    let json = try run(
      verify + [
        "--format", "json", "--answer-batch", "7", "--suspect-program", python, example.path,
      ]
    )
    // It gives probabilities, which a suspect that is no file may choose as it likes.
    #expect(json.output.contains("\"measure\":\"accuracy\""), "\(json.output)")
    let chosen = try run(
      verify + [
        "--format", "json", "--chosen-among", "6", "--suspect-program", python, example.path,
      ]
    )
    #expect(chosen.output.contains("\"candidates\":6"), "\(chosen.output)")
    #expect(chosen.output.contains("p is multiplied by 6, the models among which"))
    #expect(chosen.output.contains("look up that it is the accused's own service that answered"))
    try expectRefusal(verify + ["--suspect-program", "/bin/false"], saying: "/bin/false")
    try expectRefusal(
      verify + ["--server-patience", "1", "--suspect-url", "http://127.0.0.1:9/v2/models/none"],
      saying: "127.0.0.1:9"
    )
  }

  /// The examiner's own models may be given, the claimant's are refused.
  private func checkBenignModels() throws {
    let examine =
      ["examine", "--claim", "claim"] + Self.data
      + ["--decoys", "9", "--m", "10", "--threads", "1", "--beacon-for-commitment", "--output"]
    try expectRefusal(
      examine + ["given", "--benign-model", "benign/model.safetensors"],
      saying: "the claim's benign model"
    )
    try expectRefusal(
      examine + ["given", "--benign-model", "claim/benign.safetensors"],
      saying: "the claim's benign model"
    )
    try FileManager.default.createDirectory(
      at: place("given-two"),
      withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o755]
    )
    try run(
      examine + [
        "given-two", "--benign-model", "examination/benign/1/model.safetensors",
        "examination/benign/2/model.safetensors",
      ]
    )
    let found = try run([
      "verify", "--claim", "claim", "--examination", "given-two", "victim/model.safetensors",
    ])
    #expect(found.output.contains("10 pictures in each style are too few"), "\(found.output)")
    #expect(found.output.contains("look up who trained them"), "\(found.output)")
    let attributes = try FileManager.default.attributesOfItem(atPath: place("given-two").path)
    #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o700)
  }

  private func checkRefusedClaims() throws {
    let manager = FileManager.default
    let examine = { (claim: String) in
      Self.examine + ["--claim", claim, "--output", "refused"]
    }
    try expectRefusal(examine("unregistered"), saying: "it holds no registration.json")
    try expectRefusal(
      examine("claim").filter { $0 != "--beacon-for-commitment" },
      saying: "names no moment for the beacon"
    )
    try expectRefusal(
      examine("claim") + ["--train-count", "81"],
      saying: "the registration's data is"
    )
    try expectRefusal(
      examine("claim") + ["--commitments", "earlier/commitment.json"],
      saying: "is not among the 1 that --commitments names"
    )
    try expectRefusal(
      examine("claim") + ["--commitments", "earlier/commitment.json", "key/commitment.json"],
      saying: "the registration's attempt number is 1, expected 2"
    )
    // Another nonce, as a grinding owner would put in.
    try manager.copyItem(at: place("claim"), to: place("tampered"))
    let file = place("tampered/registration.json")
    let nonce = try String(contentsOf: place("key/nonce.secret"), encoding: .utf8)
      .trimmingCharacters(in: .newlines)
    let text = try String(contentsOf: file, encoding: .utf8)
      .replacingOccurrences(of: nonce, with: String(repeating: "0", count: 64))
    try Data(text.utf8).write(to: file)
    try expectRefusal(examine("tampered"), saying: "is not what was registered")
    var manifest = try Manifest.read(from: place("tampered"))
    guard case .object(var files)? = manifest.settings["files"] else { return }
    files["registration.json"] = .string("\(Digest(of: Array(text.utf8)))")
    manifest.settings["files"] = .object(files)
    try manifest.write(to: place("tampered"))
    try expectRefusal(examine("tampered"), saying: "do not open the commitment")
    #expect(!manager.fileExists(atPath: place("refused").path))
  }

  private func checkRefusedExaminations() throws {
    let suspect = ["victim/model.safetensors"]
    try expectRefusal(
      ["verify", "--claim", "unregistered", "--examination", "examination"] + suspect,
      saying: "it is of a claim of SHA-256"
    )
    try FileManager.default.copyItem(at: place("examination"), to: place("changed"))
    let model = place("changed/benign/1/model.safetensors")
    try Data(contentsOf: place("victim/model.safetensors")).write(to: model)
    try expectRefusal(
      ["verify", "--claim", "claim", "--examination", "changed"] + suspect,
      saying: "'benign/1' is not what was written"
    )
    let sibling = place("changed/siblings/2/model.safetensors")
    try FileManager.default.removeItem(at: model)
    try FileManager.default.copyItem(at: place("examination/benign/1/model.safetensors"), to: model)
    try Data(contentsOf: place("victim/model.safetensors")).write(to: sibling)
    try expectRefusal(
      ["verify", "--claim", "claim", "--examination", "changed"] + suspect,
      saying: "'siblings/2' is not what was written"
    )
    let other = ["--claim", "claim", "--output", "refused"]
    try expectRefusal(
      ["examine"] + Self.training + other + ["--sibling-rate", "0.5"],
      status: 64,
      saying: "--sibling-rate goes with --siblings"
    )
    try expectRefusal(
      Self.examine + other + ["--sibling-rate", "0.001"],
      saying: "which marks 0 of 80 pictures"
    )
    try checkOtherBytes(suspect)
    try expectRefusal(["inspect", "examination/draw.json"], saying: "Inspect the folder")
    try checkChangedScores(suspect)
    try checkMissingScores(suspect)
    try expectRefusal(
      Self.examine + ["--claim", "claim", "--output", "examination"],
      saying: "--resume goes on with"
    )
    try expectRefusal(
      Self.examine + [
        "--claim", "claim", "--output", "examination", "--resume", "--strength", "0.5",
      ],
      saying: "other settings"
    )
  }

  /// Decoys that do not follow from the bytes that are said to be drawn are refused, even if the manifest is
  /// written to suit.
  private func checkOtherBytes(_ suspect: [String]) throws {
    try FileManager.default.copyItem(at: place("examination"), to: place("redrawn"))
    let file = place("redrawn/draw.json")
    let text = try String(contentsOf: file, encoding: .utf8)
    guard case .object(let draw) = try JSONValue(parsing: Array(text.utf8)),
      case .string(let bytes) = draw["random_bytes"]
    else {
      Issue.record("draw.json has no random bytes")
      return
    }
    for (old, new, words) in [
      (bytes, "\(Digest(of: [1]))", "not from the bytes of draw.json"),
      ("\"benign_models\": 2", "\"benign_models\": -2", "the number of benign models is -2"),
      ("\"benign_models\": 2", "\"benign_models\": \"2\"", "benign_models"),
    ] {
      #expect(text.contains(old))
      try Data(text.replacingOccurrences(of: old, with: new).utf8).write(to: file)
      var manifest = try Manifest.read(from: place("redrawn"))
      manifest.inputs["draw"] = try Digest(ofFileAt: file)
      try manifest.write(to: place("redrawn"))
      try expectRefusal(
        ["verify", "--claim", "claim", "--examination", "redrawn"] + suspect,
        saying: words
      )
    }
  }

  /// Scores of benign models are part of what was written: none may change, come or go.
  private func checkChangedScores(_ suspect: [String]) throws {
    try FileManager.default.copyItem(at: place("examination"), to: place("scored"))
    let listed = try Manifest.read(from: place("examination")).inputs.keys
      .filter { $0.hasPrefix("scores/") }
    #expect(listed.count == 2)
    let folder = place("scored/decoys/scores")
    let verify = ["verify", "--claim", "claim", "--examination", "scored"] + suspect
    let name = try #require(listed.first).dropFirst("scores/".count)
    let file = folder.appendingPathComponent(String(name))
    let right = try String(contentsOf: file, encoding: .utf8)
    let other = folder.appendingPathComponent("other.json")
    try right.write(to: other, atomically: true, encoding: .utf8)
    try expectRefusal(verify, saying: "'scores/other.json' is not what was written")
    try FileManager.default.removeItem(at: other)
    try (right + " ").write(to: file, atomically: true, encoding: .utf8)
    try expectRefusal(verify, saying: "'scores/\(name)' is not what was written")
    try FileManager.default.removeItem(at: file)
    try expectRefusal(verify, saying: "SHA-256 is none")
  }

  /// On a machine with another arithmetic the kept scores are of no use: they are computed anew, and what
  /// is finished stays as it is.
  private func checkMissingScores(_ suspect: [String]) throws {
    try FileManager.default.copyItem(at: place("examination"), to: place("elsewhere"))
    var manifest = try Manifest.read(from: place("elsewhere"))
    let folder = place("elsewhere/decoys/scores")
    for (index, name) in manifest.inputs.keys.filter({ $0.hasPrefix("scores/") }).enumerated() {
      try FileManager.default.moveItem(
        at: folder.appendingPathComponent(String(name.dropFirst("scores/".count))),
        to: folder.appendingPathComponent("\(index).json")
      )
      manifest.inputs["scores/\(index).json"] = manifest.inputs.removeValue(forKey: name)
    }
    try manifest.write(to: place("elsewhere"))
    for _ in 0..<2 {
      try run(["verify", "--claim", "claim", "--examination", "elsewhere"] + suspect)
      try run(Self.examine + ["--claim", "claim", "--output", "elsewhere", "--resume"])
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      #expect(names == ["0.json", "1.json"])
    }
  }

  /// With the bytes that were drawn, a run that is killed again and again ends with the same files.
  private func checkKilledRuns() throws {
    try FileManager.default.createDirectory(
      at: place("killed"),
      withIntermediateDirectories: true
    )
    try FileManager.default.copyItem(
      at: place("examination/draw.json"),
      to: place("killed/draw.json")
    )
    let arguments = Self.examine + ["--claim", "claim", "--output", "killed", "--resume"]
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = KeyedRandom("killed examinations", seed)
    var kills = 0
    for _ in 0..<8 {
      let process = try Command.start(arguments, in: folder)
      usleep(UInt32(random.uniform(in: 200_000...1_500_000)))
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      if process.terminationReason == .uncaughtSignal { kills += 1 }
    }
    #expect(kills > 0, "seed \(seed)")
    try run(arguments)
    func digests(_ name: String) throws -> [String: Digest] {
      let files = try FileManager.default.subpathsOfDirectory(atPath: place(name).path)
        .filter { !$0.contains("/.") && !$0.hasPrefix(".") && !$0.contains("metrics") }
      return files.reduce(into: [:]) { digests, path in
        let url = place(name).appendingPathComponent(path)
        digests[path] = try? Digest(ofFileAt: url)
      }
    }
    let (whole, killed) = (try digests("examination"), try digests("killed"))
    let differing = killed.filter { whole[$0.key] != $0.value }.keys.sorted()
    #expect(differing.isEmpty, "seed \(seed)")
    #expect(whole.count == killed.count)
    #expect(killed.keys.count { $0.hasPrefix("decoys/scores/") } == 2)
  }
}
