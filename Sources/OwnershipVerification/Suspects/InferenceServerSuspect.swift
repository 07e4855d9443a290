internal import Artifacts
public import Datasets
public import Foundation
import FoundationNetworking
public import Networks

/// What a pixel's levels become.
public enum PixelScale: String, Sendable, Hashable, Codable, CaseIterable {
  /// 0...1: the level divided by 255.
  case unit
  /// 0...255: the level itself.
  case byte
}

/// A suspect on a server that speaks the Open Inference Protocol, version 2 (KServe), over HTTP.
///
/// ```swift
/// let suspect = try InferenceServerSuspect(
///   model: url, pictureSize: size, classNames: names, settings: .init(pixelScale: .unit))
/// let evidence = try examination.evidence(against: suspect)
/// ```
///
/// Triton, MLServer, TorchServe, OpenVINO Model Server and KServe speak it. See <doc:SuspectsThatAnswer>.
public struct InferenceServerSuspect: Suspect {
  /// The model's address, `http://host:port/v2/models/name`.
  public let url: URL
  /// The size of all pictures.
  public let pictureSize: Classifier.PictureSize
  /// The classes, in the order of the answers.
  public let classNames: [String]
  /// How it is asked.
  public let settings: Settings
  private let client = HTTPClient()
  private let model: InferenceModel

  /// How a server is asked, where its metadata does not tell.
  public struct Settings: Sendable, Hashable {
    /// What floating-point pixels are; must be chosen for models that take FP32.
    public var pixelScale: PixelScale?
    /// The order of pixels; nil takes the one that the input's shape tells.
    public var layout: PixelLayout?
    /// What floating-point answers are.
    public var meaning: ScoreMeaning
    /// The input to use; nil takes the only one.
    public var inputName: String?
    /// The output to use; nil takes the only one.
    public var outputName: String?
    /// The value of the `Authorization` header; nil sends none.
    public var authorization: String?
    /// The most pictures in one question.
    public var batchSize: Int
    /// How long the server may take for one question.
    public var timeout: Duration
    /// How long a question is repeated while the server is busy (429, 503), and the first while nobody listens.
    public var patience: Duration

    /// Chooses settings.
    public init(
      pixelScale: PixelScale? = nil,
      layout: PixelLayout? = nil,
      meaning: ScoreMeaning = .probabilities,
      inputName: String? = nil,
      outputName: String? = nil,
      authorization: String? = nil,
      batchSize: Int = 64,
      timeout: Duration = .seconds(60),
      patience: Duration = .seconds(60)
    ) {
      self.pixelScale = pixelScale
      self.layout = layout
      self.meaning = meaning
      self.inputName = inputName
      self.outputName = outputName
      self.authorization = authorization
      self.batchSize = batchSize
      self.timeout = timeout
      self.patience = patience
    }
  }

  /// Asks a server what its model takes.
  ///
  /// - Parameters:
  ///   - url: The model's address, `http://host:port/v2/models/name`, with `/versions/2` if wanted.
  ///   - pictureSize: The size of all pictures.
  ///   - classNames: The classes, in the order of its answers.
  ///   - settings: How to ask.
  /// - Throws: `SuspectError` if it cannot be reached or takes no such pictures;
  ///   `VerificationError.badSetting`.
  public init(
    model url: URL,
    pictureSize: Classifier.PictureSize,
    classNames: [String],
    settings: Settings = Settings()
  ) throws {
    try require(settings.batchSize > 0, "batch size", settings.batchSize, "1 or more")
    _ = try AnswerLimit.bytes(pictures: settings.batchSize, classCount: classNames.count)
    self.url = try Self.checked(url)
    self.pictureSize = pictureSize
    self.classNames = classNames
    self.settings = settings
    let questions = Questions(client: client, settings: settings)
    let reply = try questions.reply(to: URLRequest(url: self.url), limit: 1 << 20, isFirst: true)
    do {
      model = try InferenceModel(
        metadata: JSONValue.parsed(reply.body),
        size: pictureSize,
        settings: settings
      )
    } catch {
      throw SuspectError.badModel(
        url: self.url.absoluteString,
        found: error.found,
        expected: error.expected
      )
    }
  }

  /// Asks the server about pictures, one batch after the other.
  ///
  /// - Throws: `SuspectError` if it does not answer what it is asked;
  ///   `VerificationError.picturesDoNotFit` if the pictures have another size.
  public func answers(to pictures: UnlabelledImages) throws -> Answers {
    try pictureSize.check(pictures)
    var all = JoinedAnswers()
    for batch in try Batches(inOrder: pictures, size: model.batchSize) {
      let body = try reply(about: batch)
      do {
        try all.append(
          model.answers(
            in: JSONValue.parsed(body),
            count: batch.count,
            classNames: classNames,
            meaning: settings.meaning
          )
        )
      } catch {
        throw SuspectError.badAnswer(
          suspect: url.absoluteString,
          found: error.found,
          expected: error.expected,
          said: String(decoding: body.prefix(200), as: UTF8.self)
        )
      }
    }
    return all.answers
  }

  private func reply(about batch: Batch) throws -> [UInt8] {
    var request = URLRequest(url: url.appendingPathComponent("infer"))
    request.httpMethod = "POST"
    request.setValue("application/json", forHTTPHeaderField: "Content-Type")
    request.httpBody = Data(model.question(about: batch.pixels, count: batch.count))
    return try Questions(client: client, settings: settings).reply(
      to: request,
      limit: AnswerLimit.bytes(pictures: batch.count, classCount: classNames.count),
      isFirst: false
    ).body
  }

  /// Takes addresses of models only: what else a URL may hold is a mistake, or a secret shown in messages.
  private static func checked(_ url: URL) throws(SuspectError) -> URL {
    func refusal(_ reason: String) -> SuspectError {
      .badAddress(url: url.absoluteString, reason: reason)
    }
    guard ["http", "https"].contains(url.scheme?.lowercased()) else {
      throw refusal("it is not http or https")
    }
    guard let host = url.host, !host.isEmpty else { throw refusal("it names no host") }
    guard url.user == nil, url.password == nil, url.query == nil, url.fragment == nil else {
      throw refusal("it holds more than host, port and path")
    }
    guard url.path.contains("/v2/models/"), url.lastPathComponent != "models" else {
      throw refusal("it names no model")
    }
    return url
  }
}

@available(*, unavailable)
extension InferenceServerSuspect: Sendable {}

/// Questions to a server, repeated while it is busy.
private struct Questions {
  let client: HTTPClient
  let settings: InferenceServerSuspect.Settings

  /// Asks until there is an answer or patience runs out.
  ///
  /// Only what certainly was not answered is repeated: a refused connection, which at the start means a
  /// server that is not up yet, and the statuses that ask for it.
  func reply(to request: URLRequest, limit: Int, isFirst: Bool) throws(SuspectError) -> HTTPReply {
    var request = request
    if let authorization = settings.authorization {
      request.setValue(authorization, forHTTPHeaderField: "Authorization")
    }
    let deadline = ContinuousClock.now + settings.patience
    var pause = Duration.milliseconds(250)
    while true {
      let isLast = ContinuousClock.now + pause >= deadline
      let result = Result { () throws(HTTPFailure) in
        try client.reply(to: request, limit: limit, within: settings.timeout)
      }
      switch result {
      case .success(let reply) where reply.status == 200: return reply
      case .success(let reply) where [429, 503].contains(reply.status) && !isLast: break
      case .failure(.refused) where isFirst && !isLast: break
      case .success(let reply): throw refusal(of: request, reply)
      case .failure(let failure): throw error(failure, asking: request)
      }
      Thread.sleep(forTimeInterval: pause / .seconds(1))
      pause = min(pause * 2, .seconds(8))
    }
  }

  private func refusal(of request: URLRequest, _ reply: HTTPReply) -> SuspectError {
    .refused(
      url: request.url?.absoluteString ?? "",
      status: reply.status,
      said: String(decoding: reply.body.prefix(300), as: UTF8.self)
    )
  }

  private func error(_ failure: HTTPFailure, asking request: URLRequest) -> SuspectError {
    let url = request.url?.absoluteString ?? ""
    return switch failure {
    case .timedOut: .noAnswer(suspect: url, within: settings.timeout, errors: "")
    case .tooLong(let limit):
      .badAnswer(
        suspect: url,
        found: "more than \(limit) bytes",
        expected: "at most that",
        said: ""
      )
    case .refused(let reason), .broken(let reason): .unreachable(url: url, reason: reason)
    }
  }
}

extension JSONValue {
  /// Reads what should be JSON.
  static func parsed(_ bytes: [UInt8]) throws(AnswerProblem) -> JSONValue {
    do {
      return try JSONValue(parsing: bytes)
    } catch {
      throw AnswerProblem(found: "not JSON: \(error)", expected: "one JSON value")
    }
  }
}
