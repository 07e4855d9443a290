internal import Glibc

/// A t-test run many times, each time on m pairs drawn from all.
///
/// One draw of m = 10 gives p-values that vary by orders of magnitude, so the released code of Li et
/// al. (AAAI 2022) draws 40 times and reports the harmonic mean of the p-values, which the smallest
/// of them rules. The median and the rejection rate are reported beside it. Draws share pairs, so
/// the repeats are not independent evidence.
public struct RepeatedTest: Hashable, Sendable, Codable {
  /// Which t-test is run on each draw.
  public enum Method: String, Hashable, Sendable, Codable {
    /// `PairedTTest`.
    case paired
    /// `WelchTTest`.
    case welch
  }

  /// The test of each draw.
  public var method: Method
  /// Its alternative.
  public var alternative: Alternative
  /// The number m of pairs in a draw.
  public var sampleSize: Int
  /// The number R of draws.
  public var repeats: Int
  /// The significance level α: a draw rejects if p < α.
  public var significance: Double

  /// Creates a test; the defaults are the paper's test and numbers.
  ///
  /// - Parameters:
  ///   - method: The test of each draw.
  ///   - alternative: Its alternative.
  ///   - sampleSize: Pairs in a draw, at least 2.
  ///   - repeats: The number of draws, at least 1.
  ///   - significance: α, in (0, 1).
  public init(
    method: Method = .paired,
    alternative: Alternative = .greater,
    sampleSize: Int = 10,
    repeats: Int = 40,
    significance: Double = 0.01
  ) {
    self.method = method
    self.alternative = alternative
    self.sampleSize = sampleSize
    self.repeats = repeats
    self.significance = significance
  }

  /// Runs the test on draws without replacement; both sides of a pair are drawn together.
  ///
  /// - Parameters:
  ///   - first: Values for the suspect model, one per image.
  ///   - second: Values for the benign model on the same images, in the same order.
  ///   - generator: The source of the draws.
  /// - Returns: All draws and what sums them up.
  /// - Throws: `StatisticsError` if the settings or the values do not allow the test.
  public func run(
    _ first: [Double],
    against second: [Double],
    using generator: inout some RandomNumberGenerator
  ) throws(StatisticsError) -> RepeatedTestResult {
    guard first.count == second.count else {
      throw .unequalCounts(first: first.count, second: second.count)
    }
    guard sampleSize >= 2 else { throw .tooFewValues(count: sampleSize, needed: 2) }
    guard sampleSize <= first.count else {
      throw .sampleTooLarge(sampleSize: sampleSize, count: first.count)
    }
    guard repeats >= 1 else { throw .noRepeats }
    guard significance > 0, significance < 1 else { throw .badProbability(significance) }
    var indices = Array(first.indices)
    var results: [TTestResult] = []
    for _ in 0..<repeats {
      moveDraw(toFrontOf: &indices, using: &generator)
      let draw = indices.prefix(sampleSize)
      results.append(try test(draw.map { first[$0] }, draw.map { second[$0] }))
    }
    return try RepeatedTestResult(of: results, significance: significance)
  }

  /// Puts m random indices in front, by the first m steps of a Fisher–Yates shuffle.
  ///
  /// The rest may be in any order, so it need not be put back between draws.
  private func moveDraw(
    toFrontOf indices: inout [Int],
    using generator: inout some RandomNumberGenerator
  ) {
    for i in 0..<sampleSize {
      let rest = UInt64(indices.count - i)
      indices.swapAt(i, i + Int(generator.next(upperBound: rest)))
    }
  }

  private func test(
    _ first: [Double],
    _ second: [Double]
  ) throws(StatisticsError) -> TTestResult {
    switch method {
    case .paired: try PairedTTest.test(first, against: second, alternative: alternative)
    case .welch: try WelchTTest.test(first, against: second, alternative: alternative)
    }
  }
}

/// The outcome of a repeated t-test.
public struct RepeatedTestResult: Hashable, Sendable, Codable {
  /// Δμ of each draw.
  public let meanDifferences: [Double]
  /// log₁₀ p of each draw; −∞ where a draw had no spread.
  public let log10P: [Double]
  /// The mean of Δμ over the draws.
  public let meanDifference: Double
  /// The median of log₁₀ p.
  public let medianLog10P: Double
  /// log₁₀ of the harmonic mean of the p-values, the published summary; −∞ if one of them is zero.
  public let harmonicMeanLog10P: Double
  /// The share of draws with p < α.
  public let rejectionRate: Double

  init(of results: [TTestResult], significance: Double) throws(StatisticsError) {
    meanDifferences = results.map(\.meanDifference)
    log10P = results.map(\.log10P)
    meanDifference = try Moments(of: meanDifferences).mean
    medianLog10P = median(ofSorted: log10P.sorted())
    harmonicMeanLog10P = RepeatedTestResult.harmonicMeanLog10(log10P)
    let bound = log10(significance)
    rejectionRate = Double(log10P.count { $0 < bound }) / Double(log10P.count)
  }

  /// log₁₀ of R / Σ 1/p_r, in logarithms: 1/p overflows long before log p does.
  private static func harmonicMeanLog10(_ log10P: [Double]) -> Double {
    guard let smallest = log10P.min(), smallest > -.infinity else { return -.infinity }
    let sum = log10P.reduce(0) { $0 + exp((smallest - $1) * log(10)) }
    return smallest + log10(Double(log10P.count) / sum)
  }
}
