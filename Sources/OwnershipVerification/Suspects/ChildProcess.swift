import Foundation
import Glibc

/// A number that the system gave for something open; closed with its owner.
final class Descriptor {
  let number: Int32

  init(_ number: Int32) { self.number = number }

  deinit { close(number) }
}

/// Both ends of a pipe.
struct Pipe {
  let reading: Descriptor
  let writing: Descriptor

  init() throws(SystemFailure) {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw SystemFailure(code: errno) }
    reading = Descriptor(ends[0])
    writing = Descriptor(ends[1])
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
  }
}

/// What the system says when it refuses.
struct SystemFailure: Error, CustomStringConvertible {
  let code: Int32
  /// What was refused, where that is not plain.
  var what: String?

  var description: String { (what.map { "\($0): " } ?? "") + String(cString: strerror(code)) }
}

/// A running program with pipes to its three standard streams.
///
/// Foundation's `Process` is not used: it cannot wait for a pipe until a deadline, and a program that is
/// not trusted should inherit no descriptor but these, and of the environment only where programs and files lie. The program leads a process group of its own, so
/// that what it starts ends with it, unless it leaves the group on purpose.
final class ChildProcess {
  /// Where it reads, without blocking; nil once closed.
  private(set) var input: Descriptor?
  /// What it writes, without blocking.
  let output: Descriptor
  /// What it complains, without blocking.
  let errors: Descriptor
  private let identifier: pid_t
  private var ending: Ending?

  /// How a program ended.
  enum Ending: CustomStringConvertible {
    case exited(Int32)
    case signalled(Int32)

    var description: String {
      switch self {
      case .exited(let status): "it ended with status \(status)"
      case .signalled(let signal): "it was ended by signal \(signal)"
      }
    }
  }

  /// Starts a program.
  ///
  /// - Parameter arguments: The program, found through PATH unless it is a path, and its arguments; at
  ///   least the program.
  /// - Throws: `SystemFailure`.
  init(_ arguments: [String]) throws(SystemFailure) {
    let (input, output, errors) = (try Pipe(), try Pipe(), try Pipe())
    for number in [input.writing.number, output.reading.number, errors.reading.number] {
      _ = fcntl(number, F_SETFL, O_NONBLOCK)
    }
    // The far ends must stay open until the program has them.
    defer { withExtendedLifetime((input, output, errors)) {} }
    identifier = try ChildProcess.spawn(
      arguments,
      streams: [input.reading.number, output.writing.number, errors.writing.number]
    )
    self.input = input.writing
    self.output = output.reading
    self.errors = errors.reading
  }

  deinit { end(politely: true) }

  /// Waits for the program to end by itself.
  ///
  /// - Returns: How it ended, nil if it still runs.
  func ending(within time: Duration) -> Ending? {
    let deadline = ContinuousClock.now + time
    while !hasEnded {
      guard ContinuousClock.now < deadline else { return nil }
      usleep(5_000)
    }
    return end(politely: false)
  }

  /// Ends the program and all of its group.
  ///
  /// The end of its input is the first hint, which also reaches a program in a container.
  ///
  /// - Parameter politely: Whether to give it time to take the hint.
  /// - Returns: How it ended.
  @discardableResult
  func end(politely: Bool) -> Ending {
    if let ending { return ending }
    input = nil
    if politely { waitForEnd(.seconds(1)) }
    if !hasEnded {
      kill(-identifier, SIGTERM)
      waitForEnd(.milliseconds(500))
    }
    // Until the leader is waited for, its number and its group's are nobody else's.
    kill(-identifier, SIGKILL)
    var status: Int32 = 0
    while waitpid(identifier, &status, 0) < 0, errno == EINTR {}
    let signal = status & 0x7F
    let result = signal == 0 ? Ending.exited(status >> 8 & 0xFF) : .signalled(signal)
    ending = result
    return result
  }

  private func waitForEnd(_ time: Duration) {
    let deadline = ContinuousClock.now + time
    while !hasEnded, ContinuousClock.now < deadline { usleep(5_000) }
  }

  /// Whether the program has ended, waited for or not.
  private var hasEnded: Bool {
    guard ending == nil else { return true }
    var information = siginfo_t()
    let result = waitid(P_PID, id_t(identifier), &information, WEXITED | WNOHANG | WNOWAIT)
    return result != 0 || information.si_signo != 0
  }
}

extension ChildProcess {
  private static func spawn(
    _ arguments: [String],
    streams: [Int32]
  ) throws(SystemFailure) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    for (target, stream) in streams.enumerated() {
      posix_spawn_file_actions_adddup2(&actions, stream, Int32(target))
    }
    for other in try openDescriptors where other > 2 {
      posix_spawn_file_actions_addclose(&actions, other)
    }

    var (none, all) = (sigset_t(), sigset_t())
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setpgroup(&attributes, 0)
    let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
    posix_spawnattr_setflags(&attributes, Int16(flags))

    // Whatever else is there, tokens among it, is none of a suspect's business.
    let environment = ProcessInfo.processInfo.environment
      .filter { passedOn.contains($0.key) || $0.key.hasPrefix("LC_") }
      .map { "\($0)=\($1)" }
    let (argumentList, environmentList) = (CStrings(arguments), CStrings(environment))
    var identifier: pid_t = 0
    let code = withExtendedLifetime((argumentList, environmentList)) {
      posix_spawnp(
        &identifier,
        arguments[0],
        &actions,
        &attributes,
        argumentList.pointers,
        environmentList.pointers
      )
    }
    guard code == 0 else { throw SystemFailure(code: code) }
    return identifier
  }

  private static let passedOn: Set<String> = ["PATH", "HOME", "LANG", "TMPDIR", "LD_LIBRARY_PATH"]

  /// What this process has open; closing one of them twice is no error.
  ///
  /// Where the system does not tell, nothing is started: a program could inherit what it should not have.
  private static var openDescriptors: [Int32] {
    get throws(SystemFailure) {
      let folder = "/proc/self/fd"
      guard let entries = opendir(folder) else {
        throw SystemFailure(code: errno, what: "cannot list '\(folder)'")
      }
      defer { closedir(entries) }
      var numbers: [Int32] = []
      while let entry = readdir(entries) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
          $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if let number = Int32(name) { numbers.append(number) }
      }
      return numbers
    }
  }

  /// Texts as C takes lists of them.
  private final class CStrings {
    let pointers: [UnsafeMutablePointer<CChar>?]

    init(_ texts: [String]) {
      pointers = texts.map { strdup($0) } + [nil]
    }

    deinit {
      for pointer in pointers { free(pointer) }
    }
  }
}
