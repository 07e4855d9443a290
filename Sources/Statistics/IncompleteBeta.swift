internal import Glibc

/// The regularised incomplete beta function I_x(a, b), and its inverse in x.
///
/// It is the distribution function of Beta(a, b): of the tails of Student's t and of the binomial
/// distribution, and of order statistics of uniform numbers.
enum IncompleteBeta {
  /// Returns I_x(a, b) for a, b > 0 and x in [0, 1], with a relative error of some 10⁻¹⁶ (a + b).
  static func value(_ x: Double, _ a: Double, _ b: Double) -> Double {
    if x <= 0 { return 0 }
    if x >= 1 { return 1 }
    let logBeta = lgamma(a) + lgamma(b) - lgamma(a + b)
    let factor = exp(a * log(x) + b * log1p(-x) - logBeta)
    // Positive below the mean; the fraction is for that side, the other tail for the other.
    let excess = a - (a + b) * x
    return excess > 0
      ? factor * fraction(a, b, x, 1 - x, excess: excess)
      : 1 - factor * fraction(b, a, 1 - x, x, excess: -excess)
  }

  /// Returns the x at which I_x(a, b) is a probability in (0, 1), to the last digit that `value` has.
  static func quantile(_ probability: Double, _ a: Double, _ b: Double) -> Double {
    var (low, high) = (0.0, 1.0)
    // 1,100 halvings reach the smallest number; a bound near 10⁻⁹ needs 83.
    for _ in 0..<1_100 {
      let middle = low + (high - low) / 2
      guard middle > low, middle < high else { break }
      if value(middle, a, b) < probability { low = middle } else { high = middle }
    }
    return low + (high - low) / 2
  }

  /// Returns the continued fraction which times xᵃ yᵇ / B(a, b) is I_x(a, b), where y = 1 − x
  /// (DiDonato and Morris, ACM TOMS 18, 1992, BFRAC), by Lentz's method.
  ///
  /// Taking y and the excess λ = (a + b) y − b ≥ 0 from the caller, it keeps all digits where x is
  /// within rounding of 1; the textbook fraction in x alone loses eight of them at ν = 10⁸.
  /// It takes at most some 260 steps, near t = 1.
  static func fraction(
    _ a: Double,
    _ b: Double,
    _ x: Double,
    _ y: Double,
    excess: Double
  ) -> Double {
    var fraction = a * (excess + 1) / (a + 1)
    var (c, d) = (fraction, 0.0)
    for n in stride(from: 1.0, to: 100_000, by: 1) {
      let middle = a + 2 * n - 1
      let numerator = (a + n - 1) * (a + b + n - 1) * n * (b - n) * x * x / (middle * middle)
      let denominator =
        n + n * (b - n) * x / middle + (a + n) * (excess + 1 + n * (1 + y)) / (middle + 2)
      d = 1 / (denominator + numerator * d)
      c = denominator + numerator / c
      fraction *= c * d
      if abs(c * d - 1) <= Double.ulpOfOne { break }
    }
    return 1 / fraction
  }
}
