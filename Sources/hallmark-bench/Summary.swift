import Artifacts
import Foundation
import Torch

/// The Markdown table at the end.
enum Summary {
  static func table(of results: [(job: Job, measurements: [Measurement])], threads: Int) -> String {
    let rounds = results.first?.measurements.count ?? 0
    var lines = [
      "hallmark \(hallmarkVersion), libtorch \(Runtime.version), \(processor), \(threads) threads; "
        + "medians of \(rounds) rounds, the range of ratios in brackets.",
      "",
      "| job | ours | yardstick | ratio | target |",
      "| --- | ---: | ---: | ---: | ---: |",
    ]
    lines += results.map { row($0.job, $0.measurements) }
    return lines.joined(separator: "\n")
  }

  private static func row(_ job: Job, _ measurements: [Measurement]) -> String {
    let ours = Job.median(measurements.map(\.ours))
    let theirs = measurements.compactMap(\.yardstick)
    let ratios = measurements.compactMap(\.ratio)
    let yardstick = theirs.isEmpty ? "–" : number(Job.median(theirs), job.unit)
    let ratio =
      ratios.isEmpty
      ? "–"
      : String(
        format: "%.2f (%.2f–%.2f)",
        Job.median(ratios),
        ratios.min() ?? 0,
        ratios.max() ?? 0
      )
    let target = job.target.map { String(format: "≥ %.2f", $0) } ?? ""
    return "| \(job.name) | \(number(ours, job.unit)) | \(yardstick) | \(ratio) | \(target) |"
  }

  private static func number(_ value: Double, _ unit: String) -> String {
    let places = value < 10 ? 3 : value < 100 ? 1 : 0
    return String(format: "%.\(places)f", value) + " \(unit)"
  }

  private static var processor: String {
    let information = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)
    let line = information?.split(separator: "\n").first { $0.hasPrefix("model name") }
    return line?.split(separator: ":").last?.trimmingCharacters(in: .whitespaces)
      ?? "unknown processor"
  }
}
