import Foundation
import Stages
import Synchronization

/// Ctrl-C as a wish to stop at the next step, not as the end of the process.
enum Interruption {
  private static let requested = Atomic<Bool>(false)

  /// The advice for work that keeps checkpoints.
  static let resumeAdvice =
    "At most the current epoch is lost: go on with the same command and --resume."

  /// Starts listening; a second Ctrl-C ends the process at once.
  static func listen() {
    signal(SIGINT) { _ in
      Interruption.requested.store(true, ordering: .relaxed)
      signal(SIGINT, SIG_DFL)
    }
    // A parent that blocks the signal hands that down.
    var set = sigset_t()
    sigemptyset(&set)
    sigaddset(&set, SIGINT)
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
  }

  /// Ends the work if the user wished so.
  ///
  /// - Parameter advice: How to go on later.
  /// - Throws: `StageError.interrupted`.
  static func check(_ advice: String) throws {
    if requested.load(ordering: .relaxed) {
      throw StageError.interrupted(advice: advice)
    }
  }
}
