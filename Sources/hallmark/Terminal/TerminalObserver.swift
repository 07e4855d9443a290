import Foundation
import Networks
import Stages

/// One line a stage on standard error.
///
/// Live while the stage runs on a terminal, printed once when it is done otherwise. Ctrl-C ends the
/// run at its next step.
final class TerminalObserver: RunObserver {
  private let advice: String
  private var head = ""
  private var start = ContinuousClock.now
  private var shown = ContinuousClock.now
  private var isLive = false
  private static let isTerminal = isatty(STDERR_FILENO) == 1
  private static let barWidth = 16

  /// Creates an observer and listens to Ctrl-C from here on.
  ///
  /// - Parameter advice: What to tell who stops the run.
  init(advice: String = Interruption.resumeAdvice) {
    self.advice = advice
    Interruption.listen()
  }

  deinit {
    // An error that ended the stage starts on a line of its own.
    if isLive { write("\n") }
  }

  func begin(_ stage: String, _ title: String) {
    head = "  \(stage.padded(to: 8)) \(title.padded(to: 34)) "
    start = .now
    show(0, "")
  }

  func update(_ share: Double, _ detail: String) throws {
    try Interruption.check(advice)
    guard ContinuousClock.now - shown > .milliseconds(100) else { return }
    show(share, detail)
  }

  func update(_ progress: TrainingProgress) throws {
    let done =
      Double(progress.epoch) + Double(progress.pictures) / Double(progress.picturesPerEpoch)
    try update(
      done / Double(progress.epochs),
      "epoch \(progress.epoch + 1)/\(progress.epochs)   \(Int(progress.picturesPerSecond)) images/s"
        + "   \(Text.duration(progress.secondsLeft)) left   loss \(Text.fixed(progress.loss, 3))"
    )
  }

  func finish(_ result: String) {
    let elapsed = (ContinuousClock.now - start) / .seconds(1)
    isLive = false
    let clear = Self.isTerminal ? "\r\u{1B}[K" : ""
    write("\(clear)\(head)\(result.padded(to: 40)) \(Text.duration(elapsed).leftPadded(to: 10))\n")
  }

  private func show(_ share: Double, _ detail: String) {
    guard Self.isTerminal else { return }
    shown = .now
    isLive = true
    let filled = Int((min(max(share, 0), 1) * Double(Self.barWidth)).rounded())
    let bar =
      String(repeating: "█", count: filled)
      + String(repeating: "░", count: Self.barWidth - filled)
    // A line that wraps could not be taken back. Where there is little room the bar goes first, then the blanks.
    let width = Self.width - 1
    let blank = head.trimmingCharacters(in: .whitespaces)
    let forms = ["\(head)\(bar)  \(detail)", "\(head) \(detail)", "  \(blank)  \(detail)"]
    let line = forms.first { $0.count <= width } ?? String(forms[2].prefix(width))
    write("\r\u{1B}[K\(line)")
  }

  /// The terminal's columns.
  private static var width: Int {
    var size = winsize()
    let isKnown = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
    return isKnown ? Int(size.ws_col) : 80
  }

  private func write(_ text: String) {
    // Progress that cannot be shown is no reason to lose the work.
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
  }
}
