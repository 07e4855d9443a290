import Foundation
import Torch

/// Makes things on one thread while another uses those that are made already.
///
/// They are handed over in order, so what comes out is what making and using in turns would give, if
/// neither side changes what the other reads.
package enum LookAhead {
  /// Runs both sides to their end.
  ///
  /// Each has half of the threads that libtorch's operations may use.
  ///
  /// - Parameters:
  ///   - limit: How many things may wait to be used, at least 1; making more has to wait.
  ///   - make: Is given a function that hands a thing over. Gradient mode and autocast start at their
  ///     defaults.
  ///   - use: Is given a function that waits for the next thing. The same holds for it.
  /// - Returns: What `use` returns.
  /// - Throws: What `use` throws. If `make` fails, the function that `use` is given throws that error once
  ///   there is nothing left to take; if `use` ends first, the one that `make` is given throws.
  package static func run<Thing, Result>(
    atMost limit: Int,
    making make: @escaping (_ give: (Thing) throws -> Void) throws -> Void,
    using use: @escaping (_ take: () throws -> Thing) throws -> Result
  ) throws -> Result {
    let sides = Sides(make: make, use: use, handOver: HandOver<Thing>(limit: limit))
    let share = Runtime.threadCount / 2
    let results = try Runtime.onThreads(2) { side in
      side == 0 ? try sides.runUser(threads: share) : sides.runMaker(threads: share)
    }
    for case let result? in results { return result.value }
    throw HandOverEnded()
  }
}

/// Both sides and what is between them.
///
/// The compiler is told that threads may share them: the caller of `LookAhead` answers for what the sides
/// read and write, and waits while they run.
private struct Sides<Thing, Result>: @unchecked Sendable {
  let make: (_ give: (Thing) throws -> Void) throws -> Void
  let use: (_ take: () throws -> Thing) throws -> Result
  let handOver: HandOver<Thing>

  func runUser(threads: Int) throws -> Finished<Result>? {
    defer { handOver.end(nil) }
    try setThreads(threads)
    return Finished(value: try use(handOver.take))
  }

  func runMaker(threads: Int) -> Finished<Result>? {
    do {
      try setThreads(threads)
      try make(handOver.give)
      handOver.end(nil)
    } catch {
      handOver.end(error)
    }
    return nil
  }

  private func setThreads(_ count: Int) throws {
    if count > 1 { try Runtime.setThreadCount(count) }
  }
}

/// A result on its way from the thread that made it, which then ends.
private struct Finished<Value>: @unchecked Sendable {
  let value: Value
}

/// A queue between two threads, whose variables are all protected by the lock.
private final class HandOver<Thing>: @unchecked Sendable {
  private let lock = NSCondition()
  private let limit: Int
  private var things: [Thing] = []
  private var isOver = false
  private var failure: (any Error)?

  init(limit: Int) { self.limit = limit }

  /// Adds a thing, once there is room.
  func give(_ thing: Thing) throws {
    lock.lock()
    defer { lock.unlock() }
    while things.count >= limit && !isOver { lock.wait() }
    if isOver { throw HandOverEnded() }
    things.append(thing)
    lock.broadcast()
  }

  /// Removes the first thing, once there is one.
  func take() throws -> Thing {
    lock.lock()
    defer { lock.unlock() }
    while things.isEmpty && !isOver { lock.wait() }
    if things.isEmpty { throw failure ?? HandOverEnded() }
    lock.broadcast()
    return things.removeFirst()
  }

  /// Lets nobody wait any longer; what was given can still be taken.
  func end(_ failure: (any Error)?) {
    lock.lock()
    defer { lock.unlock() }
    isOver = true
    self.failure = failure ?? self.failure
    lock.broadcast()
  }
}

/// The other side of a hand-over has ended.
private struct HandOverEnded: Error {}
