public import Foundation
import Glibc
import Synchronization

/// A web server on this machine that answers by a rule, one connection after the other.
public final class TinyServer: Sendable {
  /// A request, as far as tests look at it.
  public struct Request: Sendable {
    /// Method and path.
    public let line: String
    /// All lines before the body.
    public let headers: String
    /// What was sent.
    public let body: [UInt8]
  }

  /// What it answers.
  public enum Reply: Sendable {
    /// A status and a text.
    case status(Int, String, headers: [String] = [])
    /// These bytes, then the end.
    case raw(String)
    /// Nothing until the other side gives up.
    case silence

    /// A text with status 200.
    public static func json(_ text: String) -> Reply { .status(200, text) }
  }

  /// Where it listens.
  public let port: UInt16
  private let listener: Int32
  private let log = Mutex<[Request]>([])

  /// What was asked so far.
  public var requests: [Request] { log.withLock { $0 } }

  /// The address of a model.
  public func url(_ path: String = "/v2/models/pixels") throws -> URL {
    guard let url = URL(string: "http://127.0.0.1:\(port)\(path)") else { throw URLError(.badURL) }
    return url
  }

  /// Starts to listen, at any free port unless told.
  public init(port: UInt16 = 0, _ rule: @escaping @Sendable (Request) -> Reply) throws {
    let listener = try Self.listen(at: port)
    self.listener = listener
    self.port = try Self.port(of: listener)
    let thread = Thread { [weak self] in
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else { break }
        if let request = Self.request(from: connection) {
          self?.log.withLock { $0.append(request) }
          Self.answer(rule(request), on: connection)
        }
        close(connection)
      }
      // Not before: another server may get the number of a listener that is closed.
      close(listener)
    }
    thread.start()
  }

  deinit { shutdown(listener, Int32(SHUT_RDWR)) }

  /// A port that nobody listens at.
  public static func freePort() throws -> UInt16 {
    let descriptor = try listen(at: 0)
    defer { close(descriptor) }
    return try port(of: descriptor)
  }

  private static func listen(at port: UInt16) throws -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)
    var yes: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, 4)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0, Glibc.listen(descriptor, 8) == 0 else { throw failure() }
    return descriptor
  }

  private static func failure() -> POSIXError {
    POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
  }

  private static func port(of descriptor: Int32) throws -> UInt16 {
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        getsockname(descriptor, $0, &length)
      }
    }
    guard result == 0 else { throw failure() }
    return UInt16(bigEndian: address.sin_port)
  }

  private static func request(from connection: Int32) -> Request? {
    var bytes: [UInt8] = []
    while true {
      if let request = whole(bytes) { return request }
      let chunk = read(from: connection)
      guard !chunk.isEmpty else { return nil }
      bytes += chunk
    }
  }

  private static func whole(_ bytes: [UInt8]) -> Request? {
    let mark = Array("\r\n\r\n".utf8)
    guard let end = bytes.indices.first(where: { bytes[$0...].starts(with: mark) }) else {
      return nil
    }
    let head = String(decoding: bytes[..<end], as: UTF8.self)
    let length = head.lowercased().components(separatedBy: "content-length: ").dropFirst().first
      .flatMap { Int($0.prefix { $0.isNumber }) }
    let body = bytes[(end + 4)...]
    guard body.count >= length ?? 0 else { return nil }
    let line = head.prefix { $0 != "\r\n" }
    return Request(line: String(line), headers: head, body: Array(body))
  }

  private static func read(from connection: Int32) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, count in
      count = max(0, recv(connection, buffer.baseAddress, 65_536, 0))
    }
  }

  private static func answer(_ reply: Reply, on connection: Int32) {
    switch reply {
    case .silence:
      while !read(from: connection).isEmpty {}
    case .raw(let text):
      send(text, on: connection)
    case .status(let status, let text, let headers):
      let lines = [
        "HTTP/1.1 \(status) x", "Content-Length: \(text.utf8.count)", "Connection: close",
      ]
      send((lines + headers).joined(separator: "\r\n") + "\r\n\r\n" + text, on: connection)
    }
  }

  private static func send(_ text: String, on connection: Int32) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes {
        Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return }
      bytes = bytes.dropFirst(count)
    }
  }
}
