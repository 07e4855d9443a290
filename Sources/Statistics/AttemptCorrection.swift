internal import Glibc

/// Corrects p-values for trying again: the owner who registers often enough gets lucky once.
///
/// The k-th attempt has the weight w_k = 1 / (k (k + 1)) and its p-value becomes min(1, p / w_k).
/// The weights add up to 1, for 1 / (k (k + 1)) = 1/k − 1/(k + 1) telescopes. So if each p_k is valid,
/// P(some attempt is corrected to α or less) ≤ Σ P(p_k ≤ α w_k) ≤ α Σ w_k = α, however many attempts
/// follow, however they depend on one another, and with no number of attempts fixed beforehand. The
/// first attempt pays a factor of 2.
public enum AttemptCorrection {
  /// Returns the p-value of an attempt, corrected.
  ///
  /// - Parameters:
  ///   - pValue: In [0, 1].
  ///   - attempt: k, counted from 1 over all registrations of one owner for one model.
  /// - Returns: min(1, p · k (k + 1)).
  /// - Throws: `StatisticsError.badProbability` or `.badAttempt`.
  public static func corrected(
    _ pValue: Double,
    attempt: Int
  ) throws(StatisticsError) -> Double {
    guard pValue >= 0, pValue <= 1 else { throw .badProbability(pValue) }
    guard attempt >= 1 else { throw .badAttempt(attempt) }
    return min(1, pValue * Double(attempt) * (Double(attempt) + 1))
  }
}
