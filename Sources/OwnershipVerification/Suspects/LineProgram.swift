import Foundation
import Glibc

/// A program that answers lines with lines, and may do anything else.
final class LineProgram {
  /// The program and its arguments, for messages.
  let name: String
  private let process: ChildProcess
  /// What it wrote and nobody took.
  private var unread: [UInt8] = []
  /// How much of that is known to hold no line's end.
  private var scanned = 0
  /// The end of what it complained.
  private var complaint: [UInt8] = []
  private var complains = true
  /// What ended it.
  private var failure: SuspectError?

  private static let complaintLimit = 2_048
  private static let lineEnd = UInt8(ascii: "\n")

  /// Starts a program.
  ///
  /// - Throws: `SuspectError.cannotStart`.
  init(_ arguments: [String]) throws(SuspectError) {
    name = arguments.joined(separator: " ")
    guard let program = arguments.first, !program.isEmpty else {
      throw SuspectError.cannotStart(program: name, reason: "no program is named")
    }
    guard !arguments.contains(where: { $0.utf8.contains(0) }) else {
      throw SuspectError.cannotStart(program: name, reason: "an argument holds a zero byte")
    }
    do {
      process = try ChildProcess(arguments)
    } catch {
      throw SuspectError.cannotStart(program: name, reason: "\(error)")
    }
  }

  /// Sends a line and returns the next that comes back; a program that fails is ended.
  ///
  /// - Parameters:
  ///   - line: The line, without its end.
  ///   - limit: The most bytes of the answer.
  ///   - time: How long sending and waiting may take.
  /// - Returns: The answer, without the line's end.
  /// - Throws: `SuspectError`, the same again once the program has failed.
  func answer(
    to line: [UInt8],
    limit: Int,
    within time: Duration
  ) throws(SuspectError) -> [UInt8] {
    if let failure { throw failure }
    do {
      return try exchange(line + [Self.lineEnd], limit: limit, within: time)
    } catch {
      fail(error)
      throw error
    }
  }

  /// Ends the program, for a reason that later questions are answered with.
  func fail(_ error: SuspectError) {
    process.end(politely: false)
    failure = error
  }

  /// The end of what the program wrote to its standard error.
  var errors: String { String(decoding: complaint, as: UTF8.self) }

  private func exchange(
    _ message: [UInt8],
    limit: Int,
    within time: Duration
  ) throws(SuspectError) -> [UInt8] {
    let deadline = ContinuousClock.now + time
    var unsent = message[...]
    while true {
      let hasLine = findLineEnd()
      guard scanned <= limit else {
        throw SuspectError.badAnswer(
          suspect: name,
          found: "a line of more than \(limit) bytes",
          expected: "a line of at most that",
          said: String(decoding: unread.prefix(200), as: UTF8.self)
        )
      }
      if hasLine, unsent.isEmpty { return takeLine() }
      guard
        let ready = poll(sends: !unsent.isEmpty, reads: !hasLine, until: deadline)
      else {
        throw SuspectError.noAnswer(suspect: name, within: time, errors: errors)
      }
      if ready.canRead, !read() { throw ended("closed its output") }
      if ready.canComplain { readComplaint() }
      if ready.canSend, !send(&unsent) { throw ended("closed its input") }
    }
  }

  /// Whether a whole line is there; `scanned` then is its length.
  private func findLineEnd() -> Bool {
    while scanned < unread.count {
      if unread[scanned] == Self.lineEnd { return true }
      scanned += 1
    }
    return false
  }

  private func takeLine() -> [UInt8] {
    let line = Array(unread[..<scanned])
    unread.removeFirst(scanned + 1)
    scanned = 0
    return line
  }

  private func ended(_ action: String) -> SuspectError {
    // A program that fails writes why and dies a moment after its pipes close.
    let ending = process.ending(within: .seconds(1))
    // As much as a pipe holds.
    for _ in 0..<16 where complains { readComplaint() }
    return .ended(
      program: name,
      how: ending.map(\.description) ?? "it \(action)",
      errors: errors
    )
  }
}

extension LineProgram {
  private struct Ready {
    let canSend: Bool
    let canRead: Bool
    let canComplain: Bool
  }

  /// Waits until something can be done; nil at the deadline.
  private func poll(sends: Bool, reads: Bool, until deadline: ContinuousClock.Instant) -> Ready? {
    var events = [
      pollfd(fd: sends ? inputNumber : -1, events: Int16(POLLOUT), revents: 0),
      pollfd(fd: reads ? process.output.number : -1, events: Int16(POLLIN), revents: 0),
      pollfd(fd: complains ? process.errors.number : -1, events: Int16(POLLIN), revents: 0),
    ]
    while true {
      let left = deadline - .now
      guard left > .zero else { return nil }
      let milliseconds = min(left / .milliseconds(1) + 1, 60_000)
      guard Glibc.poll(&events, nfds_t(events.count), Int32(milliseconds)) > 0 else { continue }
      return Ready(
        canSend: events[0].revents != 0,
        canRead: events[1].revents != 0,
        canComplain: events[2].revents != 0
      )
    }
  }

  private var inputNumber: Int32 { process.input?.number ?? -1 }

  /// Reads what is there; false at the end.
  private func read() -> Bool {
    guard let bytes = Self.bytes(from: process.output.number) else { return false }
    unread += bytes
    return true
  }

  /// Keeps the end of what is complained; a program may complain without end.
  private func readComplaint() {
    guard let bytes = Self.bytes(from: process.errors.number) else {
      complains = false
      return
    }
    complaint = (complaint + bytes).suffix(Self.complaintLimit)
  }

  /// Up to 64 KiB; nil at the end.
  private static func bytes(from descriptor: Int32) -> [UInt8]? {
    let capacity = 1 << 16
    var code: Int32 = 0
    var isEnd = false
    let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
      let result = Glibc.read(descriptor, buffer.baseAddress, capacity)
      code = errno
      isEnd = result == 0 || (result < 0 && code != EAGAIN && code != EINTR)
      count = max(0, result)
    }
    return isEnd ? nil : bytes
  }

  /// Sends some bytes; false if nobody reads them.
  private func send(_ unsent: inout ArraySlice<UInt8>) -> Bool {
    let result = unsent.withUnsafeBytes { Self.write($0, to: inputNumber) }
    if result.count > 0 { unsent = unsent.dropFirst(result.count) }
    return result.count >= 0 || result.code == EAGAIN || result.code == EINTR
  }

  /// Writes without a SIGPIPE, which would end this process: the signal is held back and taken.
  private static func write(
    _ bytes: UnsafeRawBufferPointer,
    to descriptor: Int32
  ) -> (count: Int, code: Int32) {
    var (signal, pending, before) = (sigset_t(), sigset_t(), sigset_t())
    sigemptyset(&signal)
    sigaddset(&signal, SIGPIPE)
    sigpending(&pending)
    pthread_sigmask(SIG_BLOCK, &signal, &before)
    let count = Glibc.write(descriptor, bytes.baseAddress, bytes.count)
    let code = errno
    if count < 0, code == EPIPE, sigismember(&pending, SIGPIPE) == 0 {
      var noTime = timespec()
      sigtimedwait(&signal, nil, &noTime)
    }
    pthread_sigmask(SIG_SETMASK, &before, nil)
    return (count, code)
  }
}
