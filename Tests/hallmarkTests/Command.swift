import Foundation

/// The built `hallmark`, run as a user runs it.
struct Command {
  let status: Int32
  let output: String
  let errors: String

  /// The program beside the tests.
  static let executable: URL = {
    let tests = Bundle.main.bundleURL
    let candidates = [tests, URL(fileURLWithPath: CommandLine.arguments[0])]
    let folders = candidates.flatMap { [$0, $0.deletingLastPathComponent()] }
    return folders.map { $0.appendingPathComponent("hallmark") }
      .first { FileManager.default.isExecutableFile(atPath: $0.path) }
      ?? tests.appendingPathComponent("hallmark")
  }()

  /// Starts the command; both streams go to files, so that no pipe can fill up.
  static func start(
    _ arguments: [String],
    in folder: URL,
    variables: [String: String] = [:]
  ) throws -> Process {
    let process = Process()
    process.environment = ProcessInfo.processInfo.environment.merging(variables) { $1 }
    process.executableURL = executable
    process.arguments = arguments
    process.currentDirectoryURL = folder
    for (name, isOutput) in [("output.txt", true), ("errors.txt", false)] {
      let file = folder.appendingPathComponent(name)
      _ = FileManager.default.createFile(atPath: file.path, contents: nil)
      let handle = try FileHandle(forWritingTo: file)
      if isOutput { process.standardOutput = handle } else { process.standardError = handle }
    }
    process.standardInput = FileHandle.nullDevice
    try process.run()
    return process
  }

  /// Runs the command to its end.
  static func run(
    _ arguments: [String],
    in folder: URL,
    variables: [String: String] = [:]
  ) throws -> Command {
    let process = try start(arguments, in: folder, variables: variables)
    process.waitUntilExit()
    return try Command(of: process, in: folder)
  }

  /// What a process that has ended left.
  init(of process: Process, in folder: URL) throws {
    status = process.terminationStatus
    output = try String(contentsOf: folder.appendingPathComponent("output.txt"), encoding: .utf8)
    errors = try String(contentsOf: folder.appendingPathComponent("errors.txt"), encoding: .utf8)
  }
}
