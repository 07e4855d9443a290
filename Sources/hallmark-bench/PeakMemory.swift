import Foundation

/// The most memory that this process has had in use at a time.
enum PeakMemory {
  /// Forgets what was before.
  ///
  /// Memory that an earlier job freed and the allocator kept still counts: run one job alone.
  static func reset() {
    // Without the right to do so the peak since the start remains.
    try? Data("5".utf8).write(to: URL(fileURLWithPath: "/proc/self/clear_refs"))
  }

  /// In 10⁶ bytes, since the start or the last `reset()`; nil where the system does not say.
  static var megabytes: Double? {
    let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = status?.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return line?.split(whereSeparator: \.isWhitespace).dropFirst().first
      .flatMap { Double($0) }.map { $0 * 1024 / 1e6 }
  }
}
