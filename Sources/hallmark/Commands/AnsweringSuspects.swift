import ArgumentParser
import Datasets
import Foundation
import Networks
import OwnershipVerification
import Stages

/// Suspects whose weights are out of reach: a program, or a model on a server.
///
/// The `Authorization` header that a server wants is taken from the environment: command lines are seen by others.
struct AnsweringSuspects: ParsableArguments {
  @Option(
    parsing: .remaining,
    help: ArgumentHelp(
      "A program that answers lines of JSON, and its arguments: all that follows, so it goes last.",
      discussion: "The protocol: docs 'Suspects that answer', and Examples/suspect-program.",
      valueName: "program"
    )
  )
  var suspectProgram: [String] = []

  @Option(
    help: ArgumentHelp(
      "A model on a server with the Open Inference Protocol: http://host:port/v2/models/name",
      discussion:
        "If the server wants an Authorization header, put its value into HALLMARK_AUTHORIZATION.",
      valueName: "url"
    )
  )
  var suspectURL: String?

  @Option(
    help: "What a server's floating-point pixels are: unit (0 to 1) or byte (0 to 255)."
  )
  var pixelScale: PixelScale?

  @Option(
    help:
      "The order of a server's pixels: channelsFirst or channelsLast (default: what its input's shape tells)."
  )
  var pixelLayout: PixelLayout?

  @Option(help: "What a server's floating-point answers are: probabilities (default) or logits.")
  var scores: ScoreMeaning?

  @Option(help: "A server's input, if it has several.")
  var inputName: String?

  @Option(help: "A server's output, if it has several.")
  var outputName: String?

  @Option(help: "Seconds that a program or server may take for one question (default: 60).")
  var answerTimeout: Int?

  @Option(
    help:
      "Seconds that a server is waited for that is not up yet or asks for patience (default: 60)."
  )
  var serverPatience: Int?

  @Option(help: "The most pictures in one question (default: 64).")
  var answerBatch: Int?

  /// Whether there is any.
  var isEmpty: Bool { suspectProgram.isEmpty && suspectURL == nil }

  func validate() throws {
    if let suspectURL, URL(string: suspectURL) == nil {
      throw ValidationError("--suspect-url takes a URL, not '\(suspectURL)'.")
    }
    let ofServers = [
      ("--pixel-scale", pixelScale != nil), ("--pixel-layout", pixelLayout != nil),
      ("--scores", scores != nil), ("--input-name", inputName != nil),
      ("--output-name", outputName != nil), ("--server-patience", serverPatience != nil),
    ]
    if suspectURL == nil, let lone = ofServers.first(where: \.1) {
      throw ValidationError("\(lone.0) goes with --suspect-url only.")
    }
    for (name, number, limit) in [
      ("--answer-timeout", answerTimeout, 86_400), ("--answer-batch", answerBatch, 65_536),
      ("--server-patience", serverPatience, 86_400),
    ] {
      guard let number else { continue }
      guard !isEmpty else {
        throw ValidationError("\(name) goes with --suspect-program and --suspect-url only.")
      }
      guard (1...limit).contains(number) else {
        throw ValidationError("\(name) takes a number from 1 to \(limit), not \(number).")
      }
    }
  }

  /// The suspects for pictures of an examination, each started when its turn comes.
  func accused(for pictures: ImageSet) -> [(name: String, make: () throws -> AccusedModel)] {
    let size = Classifier.PictureSize(height: pictures.height, width: pictures.width)
    var suspects: [(name: String, make: () throws -> AccusedModel)] = []
    if !suspectProgram.isEmpty {
      let name = suspectProgram.joined(separator: " ")
      suspects.append(
        (
          name,
          {
            AccusedModel(
              named: name,
              answering: try ProgramSuspect(
                suspectProgram,
                pictureSize: size,
                classNames: pictures.classNames,
                settings: programSettings
              )
            )
          }
        )
      )
    }
    if let suspectURL, let url = URL(string: suspectURL) {
      suspects.append(
        (
          suspectURL,
          {
            AccusedModel(
              named: suspectURL,
              answering: try InferenceServerSuspect(
                model: url,
                pictureSize: size,
                classNames: pictures.classNames,
                settings: serverSettings
              )
            )
          }
        )
      )
    }
    return suspects
  }
  private var programSettings: ProgramSuspect.Settings {
    var settings = ProgramSuspect.Settings()
    if let answerTimeout { settings.answerTimeout = .seconds(answerTimeout) }
    if let answerBatch { settings.batchSize = answerBatch }
    return settings
  }

  private static var authorization: String? {
    let value = ProcessInfo.processInfo.environment["HALLMARK_AUTHORIZATION"]
    return value == "" ? nil : value
  }

  private var serverSettings: InferenceServerSuspect.Settings {
    var settings = InferenceServerSuspect.Settings(
      pixelScale: pixelScale,
      layout: pixelLayout,
      meaning: scores ?? .probabilities,
      inputName: inputName,
      outputName: outputName,
      authorization: Self.authorization
    )
    if let answerTimeout { settings.timeout = .seconds(answerTimeout) }
    if let serverPatience { settings.patience = .seconds(serverPatience) }
    if let answerBatch { settings.batchSize = answerBatch }
    return settings
  }
}
