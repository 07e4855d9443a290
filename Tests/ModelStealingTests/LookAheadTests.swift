import ModelStealing
import Synchronization
import Testing
import Torch

@Suite struct LookAheadTests {
  private struct Failed: Error {}

  @Test(arguments: [1, 3, 100])
  func thingsArriveInOrder(limit: Int) throws {
    let taken = try LookAhead.run(atMost: limit) { (give: (Int) throws -> Void) in
      for thing in 0..<50 { try give(thing) }
    } using: { take in
      try (0..<50).map { _ in try take() }
    }
    #expect(taken == Array(0..<50))
  }

  @Test func noMoreAreMadeThanMayWait() throws {
    let waiting = Atomic(0)
    let most = try LookAhead.run(atMost: 2) { (give: (Int) throws -> Void) in
      for thing in 0..<50 {
        try give(thing)
        waiting.add(1, ordering: .sequentiallyConsistent)
      }
    } using: { (take: () throws -> Int) in
      try (0..<50).map { _ in
        _ = try take()
        return waiting.subtract(1, ordering: .sequentiallyConsistent).newValue
      }
      .max() ?? 0
    }
    #expect(most <= 2)
  }

  @Test func aFailureOfTheMakerIsThrownAfterWhatItMade() throws {
    let taken = Atomic(0)
    #expect(throws: Failed.self) {
      try LookAhead.run(atMost: 5) { (give: (Int) throws -> Void) in
        for thing in 0..<3 { try give(thing) }
        throw Failed()
      } using: { take in
        while true { taken.store(try take() + 1, ordering: .sequentiallyConsistent) }
      }
    }
    #expect(taken.load(ordering: .sequentiallyConsistent) == 3)
  }

  /// It returns at all only if the maker, which would go on for ever, was ended.
  @Test func aFailureOfTheUserEndsTheMaker() {
    #expect(throws: Failed.self) {
      try LookAhead.run(atMost: 1) { (give: (Int) throws -> Void) in
        while true { try give(0) }
      } using: { take in
        _ = try take()
        throw Failed()
      }
    }
  }

  @Test func aMakerThatEndsEarlyLeavesNobodyWaiting() {
    #expect(throws: (any Error).self) {
      try LookAhead.run(atMost: 1) { (give: (Int) throws -> Void) in
        try give(1)
      } using: { take in
        try take() + take()
      }
    }
  }

  @Test func bothSidesHaveTheirShareOfTheThreads() throws {
    let before = Runtime.threadCount
    let counts = try LookAhead.run(atMost: 1) { (give: (Int) throws -> Void) in
      try give(Runtime.threadCount)
    } using: { take in
      [try take(), Runtime.threadCount]
    }
    #expect(counts == [max(1, before / 2), max(1, before / 2)])
    #expect(Runtime.threadCount == before)
  }
}
