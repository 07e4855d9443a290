import Artifacts
import Foundation
import Networks
import OwnershipVerification
import TestSupport
import Testing

/// The style-key test through MLServer, whose models compute what a suspect in this process computes too.
@Suite(
  .enabled(
    if: MLServer.python != nil,
    "MLServer is missing: set HALLMARK_MLSERVER_PYTHON to a Python that has the package mlserver"
  )
)
struct MLServerTests {
  @Test func theServedModelGetsTheSameEvidence() throws {
    try withTemporaryDirectory { folder in
      let examination = try StyleSamples.examination(in: folder.appendingPathComponent("decoys"))
      let server = try MLServer(in: folder.appendingPathComponent("models"))
      defer { server.stop() }
      for model in MLServer.models {
        let suspect = try server.suspect(model)
        let served = try examination.evidence(against: suspect)
        let own = try examination.evidence(
          against: Oracle.pixelRule(givesLabels: model.givesLabels)
        )
        #expect(served.secretAccuracies == own.secretAccuracies)
        #expect(served.decoyAccuracies == own.decoyAccuracies)
        #expect(served.result.pValue == own.result.pValue)
        if model.answers == "probabilities" {
          // Logarithms of probabilities are logits but for rounding to float32.
          #expect(abs(served.result.effect - own.result.effect) < 1e-4)
        } else {
          #expect(served == own)
        }
      }
    }
  }
}

/// A running MLServer with models of all forms of input and output.
final class MLServer {
  static let python = ProcessInfo.processInfo.environment["HALLMARK_MLSERVER_PYTHON"]

  /// A served form of the one rule.
  struct Model {
    let name: String
    let input: String
    let shape: [Int]
    let output: String
    let answers: String

    var givesLabels: Bool { answers == "labels" || answers == "names" }

    var description: JSONValue {
      let sides = (givesLabels ? [-1, 1] : [-1, 3]) as JSONValue
      return [
        "name": .string(name),
        "implementation": "pixel_rule.PixelRule",
        "parameters": ["extra": ["is_unit": .bool(input == "FP32"), "answers": .string(answers)]],
        "inputs": [
          [
            "name": "pictures", "datatype": .string(input),
            "shape": .array(shape.map { JSONValue(integerLiteral: $0) }),
          ]
        ],
        "outputs": [["name": "answers", "datatype": .string(output), "shape": sides]],
      ]
    }
  }

  static let models = [
    Model(name: "logits", input: "UINT8", shape: [-1, 3, 2, 2], output: "FP32", answers: "logits"),
    Model(name: "exact", input: "FP32", shape: [-1, 2, 2, 3], output: "FP64", answers: "logits"),
    Model(
      name: "likely",
      input: "FP32",
      shape: [-1, 3, -1, -1],
      output: "FP64",
      answers: "probabilities"
    ),
    Model(
      name: "labels",
      input: "UINT8",
      shape: [-1, 2, 2, 3],
      output: "INT64",
      answers: "labels"
    ),
    Model(name: "names", input: "UINT8", shape: [-1, 3, 2, 2], output: "BYTES", answers: "names"),
  ]

  private let process = Process()
  private let port: UInt16

  init(in folder: URL) throws {
    let fixture = try #require(
      Bundle.module.url(forResource: "pixel_rule", withExtension: "py", subdirectory: "Fixtures")
    )
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try FileManager.default.copyItem(
      at: fixture,
      to: folder.appendingPathComponent("pixel_rule.py")
    )
    for model in Self.models {
      let place = folder.appendingPathComponent(model.name)
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      try Data(model.description.prettyBytes)
        .write(to: place.appendingPathComponent("model-settings.json"))
    }
    port = try TinyServer.freePort()
    let settings: JSONValue = [
      "host": "127.0.0.1", "http_port": JSONValue(integerLiteral: Int(port)),
      "grpc_port": JSONValue(integerLiteral: Int(try TinyServer.freePort())),
      "metrics_endpoint": .null, "parallel_workers": 0,
    ]
    try Data(settings.prettyBytes).write(to: folder.appendingPathComponent("settings.json"))
    try start(in: folder)
  }

  private func start(in folder: URL) throws {
    process.executableURL = URL(fileURLWithPath: try #require(Self.python))
    process.arguments = ["-c", "from mlserver.cli import main; main()", "start", folder.path]
    process.currentDirectoryURL = folder
    process.environment = ProcessInfo.processInfo.environment
      .merging(["PYTHONPATH": folder.path]) { $1 }
    let log = folder.appendingPathComponent("log.txt")
    try Data().write(to: log)
    process.standardOutput = try FileHandle(forWritingTo: log)
    process.standardError = process.standardOutput
    try process.run()
  }

  /// Ends the server at once: what a `Process` starts from a test's thread has SIGTERM blocked.
  func stop() {
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  /// A suspect, once the model is loaded: until then the server says 404 or 400.
  func suspect(_ model: Model) throws -> InferenceServerSuspect {
    let url = try #require(URL(string: "http://127.0.0.1:\(port)/v2/models/\(model.name)"))
    let deadline = ContinuousClock.now + .seconds(60)
    while true {
      do {
        return try InferenceServerSuspect(
          model: url,
          pictureSize: Classifier.PictureSize(height: 2, width: 2),
          classNames: StyleSamples.classNames,
          settings: .init(
            pixelScale: model.input == "FP32" ? .unit : nil,
            meaning: model.answers == "logits" ? .logits : .probabilities
          )
        )
      } catch SuspectError.refused(_, let status, _)
        where (400...404).contains(status) && process.isRunning && ContinuousClock.now < deadline
      {
        Thread.sleep(forTimeInterval: 0.5)
      }
    }
  }
}
