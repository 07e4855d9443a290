import Foundation
import Networks
import OwnershipVerification
import Synchronization
import TestSupport
import Testing

/// What servers, networks and addresses do wrong.
@Suite struct InferenceServerFailureTests {
  private typealias Settings = InferenceServerSuspect.Settings

  @Test(arguments: [302, 401, 404, 500])
  func otherStatusesAreNamed(status: Int) throws {
    let server = try TinyServer { _ in
      .status(
        status,
        #"{"error":"no such thing"}"#,
        headers: ["Location: /elsewhere", "WWW-Authenticate: Basic realm=\"x\""]
      )
    }
    let error = try #require(throws: SuspectError.self) {
      try InferenceSamples.suspect(on: server)
    }
    guard case .refused(_, status, let said) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(said == #"{"error":"no such thing"}"#)
    #expect(server.requests.map(\.line) == ["GET /v2/models/pixels HTTP/1.1"])
  }

  @Test func aBusyServerIsAskedAgain() throws {
    let output = #"{"name":"out","datatype":"INT64","shape":[2],"data":[1,2]}"#
    let busy = Countdown([503, 429, 0, 429, 0])
    let server = try TinyServer { request in
      let status = busy.next()
      guard status == 0 else { return .status(status, "later") }
      return request.line.hasPrefix("GET")
        ? .json(InferenceSamples.metadata()) : .json(#"{"outputs":[\#(output)]}"#)
    }
    let answers = try InferenceSamples.answers(
      of: server,
      settings: Settings(patience: .seconds(20))
    )
    #expect(answers == .labels([1, 2]))
    #expect(server.requests.count == 5)
  }

  @Test func patienceEnds() throws {
    let server = try TinyServer { _ in .status(503, "later") }
    let error = try #require(throws: SuspectError.self) {
      try InferenceSamples.suspect(on: server, settings: Settings(patience: .seconds(1)))
    }
    #expect(error.description.contains("status 503, expected 200"))
    // At 0, 0.25 and 0.75 s, or less often on a slow machine.
    #expect((2...3).contains(server.requests.count))
  }

  @Test func aServerMayStartLate() throws {
    let port = try TinyServer.freePort()
    let later = Late(port: port, after: 0.6)
    let suspect = try InferenceServerSuspect(
      model: later.url(),
      pictureSize: Classifier.PictureSize(height: 2, width: 2),
      classNames: StyleSamples.classNames,
      settings: Settings(patience: .seconds(20))
    )
    #expect(suspect.classNames.count == 3)
  }

  @Test(arguments: ["127.0.0.1", "nowhere.invalid"])
  func unreachableServersAreNamed(host: String) throws {
    let url = try #require(URL(string: "http://\(host):\(TinyServer.freePort())/v2/models/pixels"))
    let error = try #require(throws: SuspectError.self) {
      try InferenceServerSuspect(
        model: url,
        pictureSize: Classifier.PictureSize(height: 2, width: 2),
        classNames: StyleSamples.classNames,
        settings: Settings(patience: .zero)
      )
    }
    guard case .unreachable(url.absoluteString, let reason) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(reason.contains("onnect") || reason.contains("resolve"))
  }

  @Test(arguments: [
    TinyServer.Reply.raw(""), .raw("nonsense\r\n\r\n"),
    .raw("HTTP/1.1 200 OK\r\nContent-Length: 300\r\n\r\n{"),
  ])
  func brokenConnectionsAreNamed(reply: TinyServer.Reply) throws {
    let server = try TinyServer { _ in reply }
    let error = try #require(throws: SuspectError.self) {
      try InferenceSamples.suspect(on: server)
    }
    guard case .unreachable = error else {
      Issue.record("\(error)")
      return
    }
  }

  @Test func waitingEnds() throws {
    let server = try TinyServer {
      $0.line.hasPrefix("GET") ? .json(InferenceSamples.metadata()) : .silence
    }
    let error = try #require(throws: SuspectError.self) {
      try InferenceSamples.answers(of: server, settings: Settings(timeout: .milliseconds(400)))
    }
    guard case .noAnswer(_, .milliseconds(400), _) = error else {
      Issue.record("\(error)")
      return
    }
  }

  @Test func authorizationIsSent() throws {
    let server = try InferenceSamples.server()
    _ = try InferenceSamples.suspect(on: server, settings: Settings(authorization: "Bearer abc"))
    let headers = try #require(server.requests.first).headers
    #expect(headers.contains("Authorization: Bearer abc"))
    #expect(!headers.lowercased().contains("cookie"))
  }

  @Test(arguments: [
    ("ftp://host/v2/models/a", "not http or https"),
    ("file:///v2/models/a", "not http or https"),
    ("http:///v2/models/a", "no host"),
    ("http://host/", "no model"),
    ("http://host/v2/models/", "no model"),
    ("http://me:secret@host/v2/models/a", "more than host, port and path"),
    ("http://host/v2/models/a?b=c", "more than host, port and path"),
  ])
  func badAddressesAreNamed(address: String, problem: String) throws {
    let url = try #require(URL(string: address))
    let error = try #require(throws: SuspectError.self) {
      try InferenceServerSuspect(
        model: url,
        pictureSize: Classifier.PictureSize(height: 2, width: 2),
        classNames: StyleSamples.classNames
      )
    }
    guard case .badAddress(_, let reason) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(reason.contains(problem))
  }
}

/// Numbers, one after the other; then zeros.
private final class Countdown: Sendable {
  private let numbers: Mutex<[Int]>

  init(_ numbers: [Int]) { self.numbers = Mutex(numbers) }

  func next() -> Int { numbers.withLock { $0.isEmpty ? 0 : $0.removeFirst() } }
}

/// A server that is not there at first.
private final class Late: Sendable {
  private let port: UInt16
  private let server = Mutex<TinyServer?>(nil)

  init(port: UInt16, after seconds: Double) {
    self.port = port
    Thread.detachNewThread { [weak self] in
      Thread.sleep(forTimeInterval: seconds)
      let server = try? TinyServer(port: port) { _ in .json(InferenceSamples.metadata()) }
      self?.server.withLock { $0 = server }
    }
  }

  func url() throws -> URL {
    try #require(URL(string: "http://127.0.0.1:\(port)/v2/models/pixels"))
  }
}
