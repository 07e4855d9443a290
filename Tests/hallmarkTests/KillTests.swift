import Datasets
import Foundation
import TestSupport
import Testing

/// A run that is killed at any moment loses at most its current epoch.
@Suite(.serialized) struct KillTests {
  private static let training = [
    "train", "--dataset", "shapes:8", "--train-count", "100", "--architecture", "wrn-10-1",
    "--epochs", "250", "--batch-size", "50", "--dropout", "0.2", "--threads", "1", "--output",
  ]

  private func model(_ name: String, in folder: URL) throws -> Data {
    try Data(
      contentsOf: folder.appendingPathComponent(name).appendingPathComponent("model.safetensors")
    )
  }

  @Test func killedTwentyTimesEndsWithTheSameBytes() throws {
    try withTemporaryDirectory { folder in
      let whole = try Command.run(Self.training + ["whole"], in: folder)
      #expect(whole.status == 0, "\(whole.errors)")

      let seed = UInt64.random(in: 0...UInt64.max)
      var random = KeyedRandom("kill test", seed)
      var kills = 0
      for _ in 0..<20 {
        let process = try Command.start(Self.training + ["killed", "--resume"], in: folder)
        usleep(UInt32(random.uniform(in: 50_000...500_000)))
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        if process.terminationReason == .uncaughtSignal { kills += 1 }
      }
      #expect(kills == 20, "the run was over before it could be killed; give it more epochs")
      let last = try Command.run(Self.training + ["killed", "--resume"], in: folder)
      #expect(last.status == 0, "\(last.errors)")
      #expect(
        try model("killed", in: folder) == model("whole", in: folder),
        "killed by seed \(seed)"
      )

      let metrics = try String(
        contentsOf: folder.appendingPathComponent("killed/metrics.csv"),
        encoding: .utf8
      )
      let epochs = metrics.split(separator: "\n").dropFirst()
        .compactMap { $0.split(separator: ",").first.flatMap { Int($0) } }
      #expect(epochs == Array(1...250))
    }
  }

  @Test func controlCStopsCleanly() throws {
    try withTemporaryDirectory { folder in
      let process = try Command.start(Self.training + ["stopped"], in: folder)
      let checkpoint = folder.appendingPathComponent("stopped/checkpoint.safetensors").path
      for _ in 0..<600 where !FileManager.default.fileExists(atPath: checkpoint) { usleep(10_000) }
      kill(process.processIdentifier, SIGINT)
      process.waitUntilExit()
      let stopped = try Command(of: process, in: folder)
      #expect(process.terminationReason == .exit)
      #expect(stopped.status == 1)
      #expect(
        stopped.errors.hasSuffix(
          """
          Error: stopped, as you wished
            At most the current epoch is lost: go on with the same command and --resume.

          """
        )
      )
      let resumed = try Command.run(Self.training + ["stopped", "--resume"], in: folder)
      #expect(resumed.status == 0, "\(resumed.errors)")

      // What is finished is taken as it is, and not made again over the old.
      let again = try Command.run(Self.training + ["stopped", "--resume"], in: folder)
      #expect(again.status == 0)
      let refused = try Command.run(Self.training + ["stopped"], in: folder)
      #expect(refused.status == 1)
      #expect(refused.errors.contains("it holds a finished model"))
    }
  }
}
