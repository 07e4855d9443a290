/// How far scores lie above those of decoys, in standard deviations of the decoys.
public enum EffectSize {
  /// Returns (mean of the scores − mean of the decoys) / standard deviation of the decoys.
  ///
  /// The divisor of the standard deviation is N − 1, and it is that of single decoys whatever the
  /// number of scores, so that claims with one and with several keys compare.
  ///
  /// - Returns: ±∞ if the decoys have no spread but the means differ; 0 if they do not.
  /// - Throws: `StatisticsError` for no score, fewer than 2 decoys or values that are not finite.
  public static func standardised(
    _ scores: [Double],
    against decoys: [Double]
  ) throws(StatisticsError) -> Double {
    guard decoys.count >= 2 else { throw .tooFewValues(count: decoys.count, needed: 2) }
    let (own, others) = (try Moments(of: scores), try Moments(of: decoys))
    let difference = own.mean - others.mean
    guard difference.isFinite else { throw .notFinite(index: 0) }
    return difference == 0 ? 0 : difference / others.standardDeviation
  }
}
