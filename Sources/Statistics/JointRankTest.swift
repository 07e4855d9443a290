/// The joint place of several secrets among decoys that are drawn as the secrets were.
public struct JointRankTestResult: Hashable, Sendable, Codable {
  /// The sum of the secrets' scores.
  public let statistic: Double
  /// K, the number of secrets.
  public let secretCount: Int
  /// N, the number of decoys.
  public let decoyCount: Int
  /// How many subsets were looked at, the secrets' own included.
  public let subsetCount: Int
  /// How many of them have a sum of at least `statistic`, the secrets' own included.
  public let subsetsAtLeast: Int
  /// Whether these were all subsets of K; otherwise they were drawn at random.
  public let isEnumerated: Bool

  /// The exact p-value, in (0, 1].
  public var pValue: Double { Double(subsetsAtLeast) / Double(subsetCount) }
  /// Whether only the secrets' own subset reaches their sum.
  public var isAtFloor: Bool { subsetsAtLeast == 1 }
}

/// The exact test of several secrets together among decoys, without assuming that scores of different
/// secrets are independent.
///
/// Under the null hypothesis all N + K scores are exchangeable, so the secrets are a uniformly random
/// subset of K of them and p = #{subsets whose sum is at least the secrets'} / C(N + K, K) is exact. If
/// there are too many subsets, B are drawn without replacement inside each and p = (1 + b) / (1 + B),
/// which is exact too: under the null hypothesis the secrets' subset is one more such draw (Phipson and
/// Smyth, Stat. Appl. Genet. Mol. Biol. 9, 2010). For one secret it is
/// Barnard's test (J. R. Statist. Soc. B 25, 1963, p. 294): p = (1 + #{T_j ≥ T}) / (N + 1).
///
/// Sums within rounding of the secrets' count as ties, against the claim. Who may draw the subsets must
/// not be who makes the claim: of many generators one is luckier than the rest.
public struct JointRankTest: Hashable, Sendable, Codable {
  /// B, the number of random subsets where not all are looked at.
  public var draws: Int
  /// The most subsets that are enumerated.
  public var enumerationLimit: Int

  /// Creates a test.
  ///
  /// - Parameters:
  ///   - draws: B, at least 1; p cannot be below 1 / (1 + B).
  ///   - enumerationLimit: The most subsets that are enumerated.
  public init(draws: Int = 999_999, enumerationLimit: Int = 2_000_000) {
    self.draws = draws
    self.enumerationLimit = enumerationLimit
  }

  /// Runs the test.
  ///
  /// - Parameters:
  ///   - secrets: The scores of one or more secrets; large values speak against the null hypothesis.
  ///   - decoys: The scores of one or more decoys.
  ///   - generator: Draws the subsets if they are too many; unused otherwise.
  /// - Returns: The exact p-value and what it is made from.
  /// - Throws: `StatisticsError` if there is no secret, decoy or draw, or a score is not finite.
  /// - Complexity: O(min(C(N + K, K), K · B)).
  public func run(
    _ secrets: [Double],
    against decoys: [Double],
    using generator: inout some RandomNumberGenerator
  ) throws(StatisticsError) -> JointRankTestResult {
    guard !secrets.isEmpty, !decoys.isEmpty else { throw .tooFewValues(count: 0, needed: 1) }
    guard draws >= 1 else { throw .noRepeats }
    let all = secrets + decoys
    if let index = all.firstIndex(where: { !$0.isFinite }) { throw .notFinite(index: index) }
    let largest = all.reduce(0) { max($0, abs($1)) } * Double(secrets.count)
    guard largest.isFinite else { throw .notFinite(index: 0) }
    let sum = secrets.reduce(0, +)
    let bound = sum - 2 * Double(secrets.count) * largest.ulp
    let total = JointRankTest.subsetCount(
      of: all.count,
      taking: secrets.count,
      limit: enumerationLimit
    )
    let atLeast =
      total == nil
      ? 1 + drawnSubsets(of: all, taking: secrets.count, reaching: bound, using: &generator)
      : SubsetSums(all).count(taking: secrets.count, reaching: bound)
    return JointRankTestResult(
      statistic: sum,
      secretCount: secrets.count,
      decoyCount: decoys.count,
      subsetCount: total ?? 1 + draws,
      subsetsAtLeast: atLeast,
      isEnumerated: total != nil
    )
  }

  /// C(n, k), or nil where it is above a limit.
  private static func subsetCount(of n: Int, taking k: Int, limit: Int) -> Int? {
    var count = 1
    for i in 1...min(k, n - k) {
      let (product, overflow) = count.multipliedReportingOverflow(by: n - i + 1)
      guard !overflow, product / i <= limit else { return nil }
      count = product / i
    }
    return count
  }

  private func drawnSubsets(
    of scores: [Double],
    taking k: Int,
    reaching bound: Double,
    using generator: inout some RandomNumberGenerator
  ) -> Int {
    var scores = scores
    var reached = 0
    for _ in 0..<draws {
      var sum = 0.0
      // The first K steps of a Fisher–Yates shuffle; the order of the rest does not matter.
      for i in 0..<k {
        scores.swapAt(i, i + Int(generator.next(upperBound: UInt64(scores.count - i))))
        sum += scores[i]
      }
      if sum >= bound { reached += 1 }
    }
    return reached
  }
}

/// Counts subsets by their sums.
private struct SubsetSums {
  /// Descending, so that what reaches a bound comes first.
  private let values: [Double]

  init(_ values: [Double]) {
    self.values = values.sorted(by: >)
  }

  func count(taking k: Int, reaching bound: Double, from start: Int = 0, sum: Double = 0) -> Int {
    var found = 0
    for index in start..<(values.count - k + 1) {
      let next = sum + values[index]
      if k > 1 {
        found += count(taking: k - 1, reaching: bound, from: index + 1, sum: next)
      } else if next >= bound {
        found += 1
      } else {
        break
      }
    }
    return found
  }
}
