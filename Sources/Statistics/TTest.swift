internal import Glibc

/// What the null hypothesis of a test is held against.
public enum Alternative: String, Hashable, Sendable, Codable {
  /// The first mean is greater than the second: the paper's Definition 2.
  case greater
  /// The means differ, in either direction.
  case twoSided = "two-sided"
}

/// The outcome of one t-test.
public struct TTestResult: Hashable, Sendable, Codable {
  /// The statistic; ±∞ if the values have no spread but differ in mean, and never NaN.
  public let t: Double
  /// The degrees of freedom ν of its distribution under the null hypothesis.
  public let degreesOfFreedom: Double
  /// Mean of the first values minus mean of the second: the paper's Δμ.
  public let meanDifference: Double
  /// What the null hypothesis was held against.
  public let alternative: Alternative
  /// The p-value, in [0, 1]; 0 where it is below the smallest positive number.
  public let pValue: Double
  /// log₁₀ of the p-value, at most 0; −∞ only if t = ∞.
  public let log10P: Double

  init(
    meanDifference: Double,
    standardError: Double,
    degreesOfFreedom: Double,
    alternative: Alternative
  ) throws(StatisticsError) {
    self.meanDifference = meanDifference
    self.degreesOfFreedom = degreesOfFreedom
    self.alternative = alternative
    t = meanDifference == 0 ? 0 : meanDifference / standardError
    let logP: Double
    if standardError == 0 {
      // No spread at all: certain one way or the other (methods note, section 10).
      let isExtreme = alternative == .greater ? meanDifference > 0 : meanDifference != 0
      logP = isExtreme ? -.infinity : 0
    } else {
      let distribution = try StudentT(degreesOfFreedom: degreesOfFreedom)
      logP =
        switch alternative {
        case .greater: distribution.logSurvival(t)
        case .twoSided: min(0, log(2) + distribution.logSurvival(abs(t)))
        }
    }
    pValue = exp(logP)
    log10P = logP / log(10)
  }
}

/// Student's t-test on the differences of pairs.
///
/// d̄ is the mean of d_i = first_i − second_i, s their standard deviation with divisor m − 1;
/// t = d̄ √m / s with ν = m − 1 (Student, Biometrika 1908). This is the test that Li et al. (AAAI
/// 2022, Definition 2) state, with H₀: μ_first ≤ μ_second.
public enum PairedTTest {
  /// Tests whether the first of each pair is greater than the second.
  ///
  /// - Parameters:
  ///   - first: Values for the suspect model, one per image.
  ///   - second: Values for the benign model on the same images, in the same order.
  ///   - alternative: One-sided by default.
  /// - Returns: The result. If all differences are equal, p is 0 if they are positive, else 1; for
  ///   the two-sided test 0 unless they are zero.
  /// - Throws: `StatisticsError` for fewer than 2 pairs, unequal counts or values that are not
  ///   finite.
  public static func test(
    _ first: [Double],
    against second: [Double],
    alternative: Alternative = .greater
  ) throws(StatisticsError) -> TTestResult {
    guard first.count == second.count else {
      throw .unequalCounts(first: first.count, second: second.count)
    }
    guard first.count >= 2 else { throw .tooFewValues(count: first.count, needed: 2) }
    let differences = zip(first, second).map { $0 - $1 }
    if let index = differences.firstIndex(where: { !$0.isFinite }) {
      throw .notFinite(index: index)
    }
    let moments = try Moments(of: differences)
    return try TTestResult(
      meanDifference: moments.mean,
      standardError: moments.standardDeviation / Double(moments.count).squareRoot(),
      degreesOfFreedom: Double(moments.count - 1),
      alternative: alternative
    )
  }
}

/// Welch's t-test on two independent samples whose variances may differ.
///
/// t = (ā − b̄)/√(s_a²/m_a + s_b²/m_b) with
/// ν = (s_a²/m_a + s_b²/m_b)² / [(s_a²/m_a)²/(m_a − 1) + (s_b²/m_b)²/(m_b − 1)] (Welch, Biometrika
/// 1947). The released code of Li et al. (AAAI 2022) runs this test, two-sided, where the paper
/// states the paired one.
public enum WelchTTest {
  /// Tests whether the means of two samples differ, or the first is greater.
  ///
  /// - Parameters:
  ///   - first: Values of the first sample, such as those for the suspect model.
  ///   - second: Values of the second sample; need not be as many.
  ///   - alternative: Two-sided by default, as in the released code.
  /// - Returns: The result. If neither sample has spread, p is 0 or 1 as in `PairedTTest`, and ν is
  ///   m_a + m_b − 2.
  /// - Throws: `StatisticsError` for fewer than 2 values in a sample or values that are not finite.
  public static func test(
    _ first: [Double],
    against second: [Double],
    alternative: Alternative = .twoSided
  ) throws(StatisticsError) -> TTestResult {
    let fewest = min(first.count, second.count)
    guard fewest >= 2 else { throw .tooFewValues(count: fewest, needed: 2) }
    let (a, b) = (try Moments(of: first), try Moments(of: second))
    let difference = a.mean - b.mean
    guard difference.isFinite else { throw .notFinite(index: 0) }
    let errorOfA = a.standardDeviation / Double(a.count).squareRoot()
    let errorOfB = b.standardDeviation / Double(b.count).squareRoot()
    let standardError = hypot(errorOfA, errorOfB)
    var degreesOfFreedom = Double(a.count + b.count - 2)
    if standardError > 0 {
      // The textbook formula divided by (s_a²/m_a + s_b²/m_b)², so that no fourth power underflows.
      let (shareOfA, shareOfB) = (errorOfA / standardError, errorOfB / standardError)
      degreesOfFreedom =
        1
        / (pow(shareOfA, 4) / Double(a.count - 1) + pow(shareOfB, 4) / Double(b.count - 1))
    }
    return try TTestResult(
      meanDifference: difference,
      standardError: standardError,
      degreesOfFreedom: degreesOfFreedom,
      alternative: alternative
    )
  }
}
