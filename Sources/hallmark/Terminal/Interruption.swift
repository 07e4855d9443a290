import Experiments
import Foundation
import Synchronization

/// Ctrl-C as a wish to stop at the next step, not as the end of the process.
enum Interruption {
  private static let requested = Atomic<Bool>(false)

  /// Starts listening; a second Ctrl-C ends the process at once.
  static func listen() {
    signal(SIGINT) { _ in
      Interruption.requested.store(true, ordering: .relaxed)
      signal(SIGINT, SIG_DFL)
    }
  }

  /// Ends the work if the user wished so.
  ///
  /// - Parameter hint: How to go on later.
  /// - Throws: `ExperimentError.interrupted`.
  static func check(_ hint: String) throws {
    if requested.load(ordering: .relaxed) {
      throw ExperimentError.interrupted(resumeWith: hint)
    }
  }
}
