internal import Glibc

/// Student's t distribution, with tail probabilities that neither underflow nor cancel.
///
/// For t ≥ 0, with x = ν/(ν + t²) and I the regularised incomplete beta function,
/// P(T_ν ≥ t) = ½ I_x(ν/2, ½) (Abramowitz and Stegun, 26.5.27 and 26.7.1). I is evaluated by a
/// continued fraction at whichever end of the distribution is the smaller, and its factor in
/// logarithms, so ln P is right where P itself is below the smallest number.
public struct StudentT: Hashable, Sendable {
  /// The degrees of freedom ν, any real number in [10⁻³, 10¹⁰].
  public let degreesOfFreedom: Double

  /// Creates the distribution with ν degrees of freedom.
  ///
  /// - Throws: `StatisticsError.badDegreesOfFreedom` unless ν is in that range.
  public init(degreesOfFreedom: Double) throws(StatisticsError) {
    guard degreesOfFreedom >= 1e-3, degreesOfFreedom <= 1e10 else {
      throw .badDegreesOfFreedom(degreesOfFreedom)
    }
    self.degreesOfFreedom = degreesOfFreedom
  }

  /// Returns P(T ≥ t); 0 only where that is below the smallest positive number.
  public func survival(_ t: Double) -> Double {
    exp(logSurvival(t))
  }

  /// Returns log₁₀ P(T ≥ t); −∞ only for t = ∞.
  public func log10Survival(_ t: Double) -> Double {
    logSurvival(t) / log(10)
  }

  /// Returns ln P(T ≥ t); −∞ only for t = ∞.
  public func logSurvival(_ t: Double) -> Double {
    if t.isNaN { return .nan }
    let tail = logUpperTail(abs(t))
    // P(T ≥ −t) = 1 − P(T ≥ t); the tail is at most one half, so nothing cancels.
    return t < 0 ? log1p(-exp(tail)) : tail
  }

  /// ln P(T ≥ t) for t ≥ 0.
  private func logUpperTail(_ t: Double) -> Double {
    if t == .infinity { return -.infinity }
    let a = degreesOfFreedom / 2
    let ratio = t / degreesOfFreedom.squareRoot()
    // −ln x = ln(1 + t²/ν), without squaring what would overflow.
    let minusLogX = ratio < 1e8 ? log1p(ratio * ratio) : 2 * log(ratio)
    // √(1 − x) = |t| / √(ν + t²).
    let sine = ratio < 1e8 ? ratio / (1 + ratio * ratio).squareRoot() : 1
    let (x, y) = (exp(-minusLogX), sine * sine)
    // Both factors below, √(1 − x) xᵃ / B(a, ½), in logarithms.
    let logFactor =
      log(sine) - a * minusLogX + logHalfStepGammaRatio(a) - 0.5 * log(Double.pi)
    // Positive beyond the mean of the beta distribution, where the tail is the smaller part.
    let excess = (a + 0.5) * y - 0.5
    if excess > 0 {
      return logFactor + log(IncompleteBeta.fraction(a, 0.5, x, y, excess: excess)) - log(2)
    }
    let centre = exp(logFactor) * IncompleteBeta.fraction(0.5, a, y, x, excess: -excess)
    return log1p(-centre) - log(2)
  }
}

/// Returns ln Γ(a + ½) − ln Γ(a) for a > 0, to the precision of `Double`.
///
/// The difference of two `lgamma`s would lose as many digits as they have in common: four at
/// a = 5000. This sums the asymptotic series of the difference itself from a ≥ 16 on, and gets there
/// by Γ(a + 1) = a Γ(a).
private func logHalfStepGammaRatio(_ a: Double) -> Double {
  var shifted = a
  var factor = 1.0
  while shifted < 16 {
    factor *= shifted / (shifted + 0.5)
    shifted += 1
  }
  let inverse = 1 / shifted
  let square = inverse * inverse
  let coefficients: [Double] = [-31.0 / 18432, 17.0 / 14336, -1.0 / 640, 1.0 / 192, -1.0 / 8]
  let series = coefficients.reduce(0) { $0 * square + $1 }
  return 0.5 * log(shifted) + inverse * series + log(factor)
}
