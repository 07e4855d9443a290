import ArgumentParser
import Artifacts
import Foundation
import Networks
import Torch

/// Times what Hallmark computes, beside a yardstick if there is one: `make bench`.
@main
struct HallmarkBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hallmark-bench",
    abstract: "Time training, gradients, painting and start-up, beside a PyTorch yardstick.",
    discussion: """
      Every round times each job of ours and then the same of the yardstick, so that a machine whose \
      speed drifts slows both. Prints one JSON line a measurement and ends with a Markdown table of \
      medians over the rounds.
      """,
    subcommands: [SignClassifiers.self]
  )

  @Option(help: "How often everything is timed.")
  var rounds = 5

  @Option(help: "Threads for both sides.")
  var threads = 2

  @Option(help: "Only jobs whose name contains this.")
  var only = ""

  @Option(help: ArgumentHelp("A Python with PyTorch, for the yardstick.", valueName: "program"))
  var yardstickPython: String?

  @Option(
    help: ArgumentHelp(
      "The yardstick: its tasks print JSON lines.",
      valueName: "pytorch_reference.py"
    )
  )
  var yardstick: String?

  @Option(help: ArgumentHelp("The folder of Hallmark's own scripts.", valueName: "folder"))
  var scripts = "scripts"

  func validate() throws {
    guard (1...100).contains(rounds), (1...1024).contains(threads) else {
      throw ValidationError("--rounds takes 1 to 100, --threads 1 to 1024.")
    }
    guard (yardstickPython == nil) == (yardstick == nil) else {
      throw ValidationError("--yardstick-python and --yardstick go together.")
    }
  }

  func run() throws {
    Runtime.keepFreedMemory()
    try Runtime.setThreadCount(threads)
    let reference = yardstickPython.flatMap { python in
      yardstick.map {
        Yardstick(
          python: python,
          script: $0,
          scripts: URL(fileURLWithPath: scripts),
          threads: threads
        )
      }
    }
    let jobs = Job.all.filter { only.isEmpty || $0.name.contains(only) }
    var measurements = [[Measurement]](repeating: [], count: jobs.count)
    for round in 1...rounds {
      for (index, job) in jobs.enumerated() {
        PeakMemory.reset()
        let ours = try job.measure()
        let measurement = Measurement(
          job: job.name,
          round: round,
          unit: job.unit,
          ours: ours,
          peakMegabytes: PeakMemory.megabytes,
          yardstick: try reference.flatMap { try job.reference($0) }
        )
        measurements[index].append(measurement)
        Self.print(try JSONValue(encoding: measurement).compactText)
      }
    }
    Self.print("\n" + Summary.table(of: zip(jobs, measurements).map { ($0, $1) }, threads: threads))
  }
}

extension HallmarkBench {
  /// Prints a line at once, also into a pipe.
  private static func print(_ line: String) {
    FileHandle.standardOutput.write(Data((line + "\n").utf8))
  }
}

/// One job timed once on both sides.
struct Measurement: Encodable {
  let job: String
  let round: Int
  let unit: String
  let ours: Double
  /// The most memory of this process during our part.
  let peakMegabytes: Double?
  let yardstick: Double?

  enum CodingKeys: String, CodingKey {
    case job, round, unit, ours, yardstick
    case peakMegabytes = "peak_megabytes"
  }

  /// How much faster ours is; more than 1 is faster, for rates and for times.
  var ratio: Double? {
    yardstick.map { unit == Job.seconds ? $0 / ours : ours / $0 }
  }
}
