import Artifacts
import Datasets
import Foundation
import Networks
import OwnershipVerification
import TestSupport
import Testing

/// Metadata and answers of inference servers, and suspects on them.
enum InferenceSamples {
  typealias Settings = InferenceServerSuspect.Settings

  static func metadata(
    _ datatype: String = "UINT8",
    _ shape: [Int] = [-1, 3, 2, 2],
    outputs: String = "[]"
  ) -> String {
    """
    {"name":"pixels","platform":"test","outputs":\(outputs),
     "inputs":[{"name":"in","datatype":"\(datatype)","shape":\(shape)}]}
    """
  }

  /// A server that tells its metadata and gives one output to every question.
  static func server(
    metadata: String = metadata(),
    output: String = ""
  ) throws -> TinyServer {
    try TinyServer { request in
      request.line.hasPrefix("GET")
        ? .json(metadata) : .json(#"{"model_name":"pixels","outputs":[\#(output)]}"#)
    }
  }

  static func suspect(
    on server: TinyServer,
    settings: Settings = Settings(timeout: .seconds(10), patience: .zero)
  ) throws -> InferenceServerSuspect {
    try InferenceServerSuspect(
      model: server.url(),
      pictureSize: Classifier.PictureSize(height: 2, width: 2),
      classNames: StyleSamples.classNames,
      settings: settings
    )
  }

  /// What the answers to two pictures are, or end with.
  static func answers(of server: TinyServer, settings: Settings? = nil) throws -> Answers {
    let settings = settings ?? Settings(timeout: .seconds(10), patience: .zero)
    return try suspect(on: server, settings: settings)
      .answers(to: StyleSamples.originals(2).unlabelled)
  }
}

@Suite struct InferenceServerSuspectTests {
  private typealias Settings = InferenceServerSuspect.Settings

  /// An input, what is chosen about it, and what the picture of the bytes 0 to 11 becomes.
  struct Input: Sendable {
    let datatype: String
    let shape: [Int]
    var scale: PixelScale?
    var layout: PixelLayout?
    let isInPlanes: Bool
    var divisor = 1.0

    var expected: [Double] {
      let interleaved: [Double] = [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11]
      return (isInPlanes ? interleaved.sorted() : interleaved).map { $0 / divisor }
    }

    static let samples = [
      Input(datatype: "UINT8", shape: [-1, 3, 2, 2], isInPlanes: true),
      Input(datatype: "UINT8", shape: [-1, 2, 2, 3], scale: .byte, isInPlanes: false),
      Input(
        datatype: "FP32",
        shape: [-1, 3, -1, -1],
        scale: .byte,
        layout: .channelsFirst,
        isInPlanes: true
      ),
      Input(
        datatype: "FP32",
        shape: [-1, -1, -1, 3],
        scale: .unit,
        isInPlanes: false,
        divisor: 255
      ),
      Input(
        datatype: "FP32",
        shape: [1, -1, -1, -1],
        scale: .unit,
        layout: .channelsFirst,
        isInPlanes: true,
        divisor: 255
      ),
    ]
  }

  @Test(arguments: Input.samples)
  func picturesArriveAsTheMetadataSays(input: Input) throws {
    let server = try InferenceSamples.server(
      metadata: InferenceSamples.metadata(input.datatype, input.shape),
      output: #"{"name":"out","datatype":"INT64","shape":[1],"data":[2]}"#
    )
    let suspect = try InferenceSamples.suspect(
      on: server,
      settings: Settings(pixelScale: input.scale, layout: input.layout, patience: .zero)
    )
    let picture = try UnlabelledImages(width: 2, height: 2, pixels: Array(0..<12))
    #expect(try suspect.answers(to: picture) == .labels([2]))
    let question = try #require(server.requests.last)
    #expect(question.line == "POST /v2/models/pixels/infer HTTP/1.1")
    #expect(question.headers.lowercased().contains("content-type: application/json"))
    guard case .object(let fields) = try JSONValue(parsing: question.body),
      case .array(let inputs)? = fields["inputs"], case .object(let sent)? = inputs.first,
      case .array(let data)? = sent["data"]
    else {
      Issue.record("\(String(decoding: question.body, as: UTF8.self))")
      return
    }
    #expect(sent["name"] == "in")
    #expect(sent["datatype"] == .string(input.datatype))
    #expect(sent["shape"] == (input.isInPlanes ? [1, 3, 2, 2] : [1, 2, 2, 3]))
    #expect(data.count == 12)
    let numbers = try data.map { try $0.decode(as: Double.self) }
    #expect(zip(numbers, input.expected).allSatisfy { abs($0 - $1) < 1e-7 })
  }

  private static let certain = Answers.logProbabilities(
    [0, -.infinity, -.infinity, Float(log(0.5)), -.infinity, Float(log(0.5))],
    classCount: 3
  )

  private static let outputs: [(String, ScoreMeaning, Answers)] = [
    (#""FP32","shape":[2,3],"data":[1,0,0,0.5,0,0.5]"#, .probabilities, certain),
    (#""FP64","shape":[2,3],"data":[[1,0,0],[0.5,0,0.5]]"#, .probabilities, certain),
    (
      #""FP32","shape":[2,3],"data":[1,-2,3,4,5,6]"#, .logits,
      .logProbabilities([1, -2, 3, 4, 5, 6], classCount: 3)
    ),
    (#""INT32","shape":[2],"data":[2,0]"#, .probabilities, .labels([2, 0])),
    (#""INT64","shape":[2,1],"data":[[2],[0]]"#, .probabilities, .labels([2, 0])),
    (#""BYTES","shape":[2,1],"data":["cat","ant"]"#, .probabilities, .labels([2, 0])),
  ]

  @Test(arguments: outputs)
  func answersAreRead(output: String, meaning: ScoreMeaning, expected: Answers) throws {
    let server = try InferenceSamples.server(output: #"{"name":"out","datatype":\#(output)}"#)
    let answers = try InferenceSamples.answers(
      of: server,
      settings: Settings(meaning: meaning, patience: .zero)
    )
    #expect(answers == expected)
  }

  private static let wrongOutputs: [(String, String)] = [
    (#"{"name":"out","datatype":"FP32","shape":[2,4],"data":[]}"#, "of shape [2, 4]"),
    (#"{"name":"out","datatype":"FP32","shape":[2,3],"data":[1,0,0]}"#, "3 numbers"),
    (#"{"name":"out","datatype":"FP32","shape":[2,3],"data":[1,0,0,1,0,null]}"#, "null"),
    (
      #"{"name":"out","datatype":"FP32","shape":[2,3],"data":[9,1,0,-3,0,0]}"#,
      "the probability 9.0"
    ),
    (#"{"name":"out","datatype":"FP32","shape":[2,3],"data":[1,0,0,1,0,NaN]}"#, "not JSON"),
    (#"{"name":"out","datatype":"FP32","shape":[2,3]}"#, "null"),
    (#"{"name":"out","datatype":"INT64","shape":[2],"data":[0,3]}"#, "label 3"),
    (#"{"name":"out","datatype":"INT64","shape":[2],"data":[0,99999999999999999999]}"#, "not JSON"),
    (#"{"name":"out","datatype":"BYTES","shape":[2],"data":["ant","dog"]}"#, #"the class "dog""#),
    (#"{"name":"out","datatype":"BOOL","shape":[2],"data":[true,false]}"#, "of type BOOL"),
    (
      #"{"name":"a","datatype":"FP32","shape":[]},{"name":"b","datatype":"FP32","shape":[]}"#,
      "2 outputs"
    ),
    ("", "0 outputs"),
    ("7", "outputs described as 7"),
    (String(repeating: " ", count: 1 << 17), "more than 65920 bytes"),
  ]

  @Test(arguments: wrongOutputs)
  func wrongAnswersAreNamed(output: String, found: String) throws {
    let server = try InferenceSamples.server(output: output)
    let error = try #require(throws: SuspectError.self) {
      try InferenceSamples.answers(of: server)
    }
    guard case .badAnswer(let url, let problem, _, _) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(url.hasPrefix("http://127.0.0.1:\(server.port)/v2/models/pixels"))
    #expect(problem.contains(found), "\(problem)")
  }

  private static let two = #"{"name":"a","datatype":"FP32","shape":[]}"#

  private static let badModels: [(String, Settings, String)] = [
    ("[]", Settings(), "an array"),
    ("<html>", Settings(), "not JSON"),
    ("{}", Settings(), "0 inputs"),
    (#"{"inputs":[{"name":"in"}]}"#, Settings(), "inputs described as"),
    (#"{"inputs":[\#(two),\#(two)]}"#, Settings(), "2 inputs in its metadata: 'a', 'a'"),
    (InferenceSamples.metadata(), Settings(inputName: "picture"), "1 inputs in its metadata: 'in'"),
    (InferenceSamples.metadata(outputs: "[\(two),\(two)]"), Settings(), "2 outputs"),
    (InferenceSamples.metadata("BYTES"), Settings(), "BYTES pixels"),
    (InferenceSamples.metadata("UINT8"), Settings(pixelScale: .unit), "the scale unit chosen"),
    (InferenceSamples.metadata("FP32"), Settings(), "whose scale no metadata tells"),
    (InferenceSamples.metadata("UINT8", [-1, 3, 2, 4]), Settings(), "of shape [-1, 3, 2, 4]"),
    (InferenceSamples.metadata("UINT8", [-1, 12]), Settings(), "of shape [-1, 12]"),
    (InferenceSamples.metadata("UINT8", []), Settings(), "of shape []"),
    (InferenceSamples.metadata(), Settings(layout: .channelsLast), "of shape [-1, 3, 2, 2]"),
    (InferenceSamples.metadata("UINT8", [-1, -1, -1, -1]), Settings(), "fits both layouts"),
  ]

  @Test(arguments: badModels)
  func modelsThatCannotBeAskedAreNamed(
    metadata: String,
    settings: InferenceServerSuspect.Settings,
    found: String
  ) throws {
    let server = try InferenceSamples.server(metadata: metadata)
    let error = try #require(throws: SuspectError.self) {
      try InferenceSamples.suspect(on: server, settings: settings)
    }
    guard case .badModel(_, let problem, _) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(problem.contains(found), "\(problem)")
  }

  @Test func namedTensorsAreChosen() throws {
    let other = #"{"name":"other","datatype":"FP32","shape":[-1]}"#
    let input = #"{"name":"in","datatype":"UINT8","shape":[-1,3,2,2]}"#
    let output = #"{"name":"out \"1\"","datatype":"INT64","shape":[2],"data":[1,2]}"#
    let server = try InferenceSamples.server(
      metadata: #"{"inputs":[\#(other),\#(input)],"outputs":[\#(other),\#(output)]}"#,
      output: "\(other),\(output)"
    )
    let answers = try InferenceSamples.answers(
      of: server,
      settings: Settings(inputName: "in", outputName: #"out "1""#, patience: .zero)
    )
    #expect(answers == .labels([1, 2]))
    let question = String(decoding: try #require(server.requests.last).body, as: UTF8.self)
    #expect(question.hasSuffix(#""outputs":[{"name":"out \"1\""}]}"#))
  }

  @Test func refusesPicturesOfAnotherSize() throws {
    let suspect = try InferenceSamples.suspect(on: InferenceSamples.server())
    #expect(throws: VerificationError.self) {
      try suspect.answers(to: UnlabelledImages(width: 3, height: 2, pixels: []))
    }
  }
}
