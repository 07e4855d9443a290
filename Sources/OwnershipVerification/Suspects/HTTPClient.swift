import Foundation
import FoundationNetworking
import Synchronization

/// What a server answered.
struct HTTPReply {
  let status: Int
  let body: [UInt8]
}

/// Why there is no answer.
enum HTTPFailure: Error {
  case timedOut
  case tooLong(limit: Int)
  /// Nobody listens.
  case refused(reason: String)
  case broken(reason: String)
}

/// Asks servers, one question after the other, over connections that stay open.
///
/// No cookies, caches or credentials; a redirection is the answer and is not followed.
final class HTTPClient {
  private let session: URLSession
  private let collector = Collector()

  init() {
    let configuration = URLSessionConfiguration.ephemeral
    configuration.httpCookieStorage = nil
    configuration.httpShouldSetCookies = false
    configuration.urlCredentialStorage = nil
    configuration.urlCache = nil
    session = URLSession(configuration: configuration, delegate: collector, delegateQueue: nil)
  }

  // A session keeps its delegate, and itself, until then.
  deinit { session.invalidateAndCancel() }

  /// Sends a request and waits.
  ///
  /// - Parameters:
  ///   - request: The request.
  ///   - limit: The most bytes of the answer, after decompression.
  ///   - time: How long everything may take.
  /// - Returns: The answer, whatever its status.
  /// - Throws: `HTTPFailure`.
  func reply(
    to request: URLRequest,
    limit: Int,
    within time: Duration
  ) throws(HTTPFailure) -> HTTPReply {
    var request = request
    // On Linux this bounds silence, not the whole; the deadline is kept here.
    request.timeoutInterval = time / .seconds(1) + 1
    let task = session.dataTask(with: request)
    let exchange = Exchange(limit: limit)
    collector.exchanges.withLock { $0[task.taskIdentifier] = exchange }
    defer { collector.exchanges.withLock { $0[task.taskIdentifier] = nil } }
    task.resume()
    guard exchange.isOver.wait(timeout: .now() + time / .seconds(1)) == .success else {
      task.cancel()
      throw .timedOut
    }
    let state = exchange.state.withLock { $0 }
    if let failure = state.failure { throw failure }
    guard let status = state.status else { throw .broken(reason: "the answer is not HTTP") }
    return HTTPReply(status: status, body: state.body)
  }
}

/// One request on its way.
private final class Exchange: Sendable {
  struct State {
    var status: Int?
    var body: [UInt8] = []
    var failure: HTTPFailure?
    /// Whether the server asked who is there.
    var isChallenged = false
  }

  let limit: Int
  let state = Mutex(State())
  let isOver = DispatchSemaphore(value: 0)

  init(limit: Int) { self.limit = limit }
}

/// Puts together what arrives; called on the session's own queue.
private final class Collector: NSObject, URLSessionDataDelegate {
  let exchanges = Mutex<[Int: Exchange]>([:])

  private func exchange(of task: URLSessionTask) -> Exchange? {
    exchanges.withLock { $0[task.taskIdentifier] }
  }

  func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
    guard let exchange = exchange(of: dataTask) else { return }
    let isTooLong = exchange.state.withLock { state in
      guard state.failure == nil, state.body.count + data.count <= exchange.limit else {
        state.failure = .tooLong(limit: exchange.limit)
        return true
      }
      state.body += data
      return false
    }
    if isTooLong { dataTask.cancel() }
  }

  func urlSession(
    _ session: URLSession,
    task: URLSessionTask,
    willPerformHTTPRedirection response: HTTPURLResponse,
    newRequest request: URLRequest,
    completionHandler: @escaping (URLRequest?) -> Void
  ) {
    completionHandler(nil)
  }

  // Without this a session waits forever for credentials.
  func urlSession(
    _ session: URLSession,
    task: URLSessionTask,
    didReceive challenge: URLAuthenticationChallenge,
    completionHandler: @escaping (URLSession.AuthChallengeDisposition, URLCredential?) -> Void
  ) {
    exchange(of: task)?.state.withLock { $0.isChallenged = true }
    completionHandler(.cancelAuthenticationChallenge, nil)
  }

  func urlSession(
    _ session: URLSession,
    task: URLSessionTask,
    didCompleteWithError error: (any Error)?
  ) {
    guard let exchange = exchange(of: task) else { return }
    exchange.state.withLock { state in
      state.status = (task.response as? HTTPURLResponse)?.statusCode
      let isAnswer = state.isChallenged && state.status != nil
      if let error, state.failure == nil, !isAnswer {
        let isRefusal = (error as? URLError)?.code == .cannotConnectToHost
        let reason = error.localizedDescription
        state.failure = isRefusal ? .refused(reason: reason) : .broken(reason: reason)
      }
    }
    exchange.isOver.signal()
  }
}
