import Artifacts
import Foundation

/// A PyTorch script that does the same jobs, and prints a JSON line for each figure.
struct Yardstick: Sendable {
  let python: String
  let script: String
  /// The folder of this repository's own scripts.
  let scripts: URL
  let threads: Int

  /// Runs a script of this repository's `scripts` folder and returns the highest of the figures that its
  /// lines give.
  func fasterFigure(_ key: String, ofScript name: String) throws -> Double {
    let url = scripts.appendingPathComponent(name)
    let figures = try lines(of: url, []).compactMap { try $0[key]?.decode(as: Double.self) }
    guard let fastest = figures.max() else {
      throw BenchError("'\(url.path)' printed no '\(key)'")
    }
    return fastest
  }

  /// Runs one task of the script and returns a figure of the line whose setting contains a text.
  func figure(_ key: String, of arguments: [String], setting: String) throws -> Double {
    let url = URL(fileURLWithPath: script)
    for fields in try lines(of: url, arguments) {
      guard case .string(let found) = fields["setting"], found.contains(setting),
        let figure = try fields[key]?.decode(as: Double.self)
      else { continue }
      return figure
    }
    throw BenchError("'\(url.path)' printed no '\(key)' for '\(setting)'")
  }

  /// Runs a script in its folder and returns the JSON objects that it prints.
  private func lines(of script: URL, _ arguments: [String]) throws -> [[String: JSONValue]] {
    let program = Program(
      executable: URL(fileURLWithPath: python),
      folder: script.deletingLastPathComponent()
    )
    let output = try program.run([script.path] + arguments + ["--threads", "\(threads)"])
    return try output.split(separator: "\n").compactMap { line in
      guard case .object(let fields) = try JSONValue(parsing: Array(line.utf8)) else { return nil }
      return fields
    }
  }

  /// How long `import torch` takes.
  func secondsToImport() throws -> Double {
    let program = Program(executable: URL(fileURLWithPath: python), folder: nil)
    _ = try program.run(["-c", "import torch"])
    return try Job.median(
      (0..<5).map { _ in try Job.seconds { _ = try program.run(["-c", "import torch"]) } }
    )
  }
}

/// A program that is run to its end, for what it prints.
struct Program {
  let executable: URL
  let folder: URL?

  /// Another product of this build.
  static func besideThisOne(_ name: String) throws -> Program {
    let folder = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
      .deletingLastPathComponent()
    let url = folder.appendingPathComponent(name)
    guard FileManager.default.isExecutableFile(atPath: url.path) else {
      throw BenchError("'\(url.path)' is not there; build the product '\(name)' first")
    }
    return Program(executable: url, folder: nil)
  }

  /// Runs it and returns its standard output; its errors go where ours go.
  func run(_ arguments: [String]) throws -> String {
    let process = Process()
    let output = Pipe()
    process.executableURL = executable
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.standardOutput = output
    try process.run()
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw BenchError(
        "'\(executable.path) \(arguments.joined(separator: " "))' ended with "
          + "\(process.terminationStatus)"
      )
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// What keeps a benchmark from running.
struct BenchError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}
