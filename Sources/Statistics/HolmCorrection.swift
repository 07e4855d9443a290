/// The step-down correction of Holm: several tests, one error rate.
///
/// From Scand. J. Statist. 6, 1979. With p_(1) ≤ … ≤ p_(n) the corrected values are max over j ≤ i of min(1, (n − j + 1) p_(j)).
/// Rejecting what is at most α falsely rejects anything with probability α at most, whichever null
/// hypotheses hold and however the tests depend on one another.
public enum HolmCorrection {
  /// Returns the corrected p-values in the order of the given ones.
  ///
  /// - Parameter pValues: In [0, 1], one for each test that was run, significant or not.
  /// - Returns: As many values, in [0, 1], none below its own.
  /// - Throws: `StatisticsError.badProbability`.
  public static func corrected(_ pValues: [Double]) throws(StatisticsError) -> [Double] {
    if let wrong = pValues.first(where: { !($0 >= 0 && $0 <= 1) }) { throw .badProbability(wrong) }
    var corrected = pValues
    var largest = 0.0
    for (rank, index) in pValues.indices.sorted(by: { pValues[$0] < pValues[$1] }).enumerated() {
      largest = max(largest, min(1, Double(pValues.count - rank) * pValues[index]))
      corrected[index] = largest
    }
    return corrected
  }
}
