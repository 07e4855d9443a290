import Datasets
import Testing

@Suite("Keyed random numbers")
struct KeyedRandomTests {
  private func first(_ random: KeyedRandom) -> UInt64 {
    var random = random
    return random.next()
  }

  @Test("Purpose, every part of the key, and their order count")
  func keys() {
    let streams = [
      KeyedRandom("a", 1, 2), KeyedRandom("b", 1, 2), KeyedRandom("a", 2, 1), KeyedRandom("a", 1),
      KeyedRandom("a", 1, 2, 0), KeyedRandom(1, 2), KeyedRandom(2, 1), KeyedRandom(1),
      KeyedRandom(),
    ]
    #expect(Set(streams.map(first)).count == streams.count)
    #expect(first(KeyedRandom("a", 1, 2)) == first(streams[0]))
  }

  @Test("Neighbouring keys give unrelated bits")
  func avalanche() {
    let flipped = (0..<1000).map { key in
      (first(KeyedRandom("a", key)) ^ first(KeyedRandom("a", key + 1))).nonzeroBitCount
    }
    // 64,000 fair coins have mean 32,000 and standard deviation 126; the bound is five of them.
    #expect(abs(flipped.reduce(0, +) - 32_000) < 632)
  }

  @Test("Small bounds come out evenly", arguments: [1, 2, 3, 7, 10])
  func bounded(bound: Int) {
    var random = KeyedRandom("bounded")
    var counts = Array(repeating: 0, count: bound)
    for _ in 0..<10_000 { counts[random.index(below: bound)] += 1 }
    let expected = 10_000 / Double(bound)
    for count in counts { #expect(abs(Double(count) - expected) <= 5 * expected.squareRoot()) }
  }

  @Test("Every order of three comes about equally often")
  func permutations() {
    var random = KeyedRandom("orders")
    var counts: [[Int]: Int] = [:]
    for _ in 0..<6000 { counts[random.permutation(of: 3), default: 0] += 1 }
    #expect(counts.count == 6)
    for count in counts.values { #expect(abs(count - 1000) < 150) }
    #expect(random.permutation(of: 0).isEmpty)
  }

  @Test("Uniform and normal numbers have their mean and variance")
  func moments() {
    var random = KeyedRandom("moments")
    let uniform = (0..<20_000).map { _ in random.uniform(in: -1...3) }
    #expect(uniform.allSatisfy { (-1...3).contains($0) })
    // Standard errors are 0.008 for both means; the bound is five of them.
    #expect(abs(uniform.reduce(0, +) / 20_000 - 1) < 0.04)
    let normal = (0..<20_000).map { _ in random.normal() }
    #expect(abs(normal.reduce(0, +) / 20_000) < 0.04)
    #expect(abs(normal.map { $0 * $0 }.reduce(0, +) / 20_000 - 1) < 0.05)
  }
}
