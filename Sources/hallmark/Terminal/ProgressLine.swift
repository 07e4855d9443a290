import Foundation
import Networks

/// One line a stage on standard error: live while the stage runs on a terminal, printed once when it
/// is done otherwise.
final class ProgressLine {
  private let stage: String
  private let title: String
  private let start = ContinuousClock.now
  private var shown = ContinuousClock.now - .seconds(1)
  private static let isTerminal = isatty(STDERR_FILENO) == 1
  private static let barWidth = 16

  /// Starts a stage, for example `train` and `victim   wrn-16-1`.
  init(_ stage: String, _ title: String) {
    self.stage = stage
    self.title = title
    update(0, "")
  }

  /// Shows how far the stage is, at most ten times a second.
  ///
  /// - Parameters:
  ///   - share: In 0...1.
  ///   - detail: What else to say, for example the speed.
  func update(_ share: Double, _ detail: String) {
    guard Self.isTerminal, ContinuousClock.now - shown > .milliseconds(100) else { return }
    shown = ContinuousClock.now
    let filled = Int((min(max(share, 0), 1) * Double(Self.barWidth)).rounded())
    let bar =
      String(repeating: "█", count: filled)
      + String(repeating: "░", count: Self.barWidth - filled)
    write("\r\u{1B}[K\(head)\(bar)  \(detail)")
  }

  /// Shows a step of training.
  func update(_ progress: TrainingProgress) {
    let done =
      Double(progress.epoch) + Double(progress.pictures) / Double(progress.picturesPerEpoch)
    let speed = Int(progress.picturesPerSecond)
    update(
      done / Double(progress.epochs),
      "epoch \(progress.epoch + 1)/\(progress.epochs)   \(speed) images/s   "
        + "\(Self.duration(progress.secondsLeft)) left   loss \(Self.fixed(progress.loss, 3))"
    )
  }

  /// Ends the stage with what it came to.
  func finish(_ result: String) {
    let elapsed = (ContinuousClock.now - start) / .seconds(1)
    let clear = Self.isTerminal ? "\r\u{1B}[K" : ""
    write("\(clear)\(head)\(result)   \(Self.duration(elapsed))\n")
  }

  private var head: String {
    "  \(stage.padded(to: 8)) \(title.padded(to: 34)) "
  }

  private func write(_ text: String) {
    FileHandle.standardError.write(Data(text.utf8))
  }

  static func duration(_ seconds: Double) -> String {
    let whole = Int(seconds.rounded())
    if whole < 60 { return seconds < 10 ? "\(fixed(seconds, 1)) s" : "\(whole) s" }
    return "\(whole / 60) min \(whole % 60) s"
  }

  static func fixed(_ value: Double, _ places: Int) -> String {
    String(format: "%.\(places)f", value)
  }

  static func percent(_ share: Double) -> String {
    "\(fixed(share * 100, 1)) %"
  }
}

extension String {
  /// The text with spaces up to a width; longer texts stay as they are.
  func padded(to width: Int) -> String {
    count < width ? self + String(repeating: " ", count: width - count) : self
  }

  /// The text with spaces before it up to a width.
  func leftPadded(to width: Int) -> String {
    count < width ? String(repeating: " ", count: width - count) + self : self
  }
}
