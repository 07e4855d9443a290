/// What describes a list of numbers: centre, spread and order.
public struct Summary: Hashable, Sendable {
  /// How many there are.
  public let count: Int
  /// Their mean.
  public let mean: Double
  /// Their standard deviation with divisor count − 1; nil for a single value.
  public let standardDeviation: Double?
  /// Their median; for an even count the mean of the two in the middle.
  public let median: Double
  /// The least of them.
  public let minimum: Double
  /// The greatest of them.
  public let maximum: Double
  private let sorted: [Double]

  /// Summarises values.
  ///
  /// - Throws: `StatisticsError` if there is none, or one is infinite or not a number.
  public init(of values: [Double]) throws(StatisticsError) {
    if let index = values.firstIndex(where: { !$0.isFinite }) { throw .notFinite(index: index) }
    let moments = try Moments(of: values)
    sorted = values.sorted()
    count = sorted.count
    mean = moments.mean
    standardDeviation = count > 1 ? moments.standardDeviation : nil
    median = Statistics.median(ofSorted: sorted)
    minimum = sorted[0]
    maximum = sorted[count - 1]
  }

  /// Returns a quantile, interpolated between order statistics (Hyndman and Fan's type 7, the
  /// default of R and NumPy).
  ///
  /// - Parameter probability: In [0, 1]; 0 gives the minimum, 1 the maximum.
  /// - Returns: The value below which that share of the numbers lies.
  /// - Throws: `StatisticsError.badProbability` outside [0, 1].
  public func quantile(_ probability: Double) throws(StatisticsError) -> Double {
    guard probability >= 0, probability <= 1 else { throw .badProbability(probability) }
    let place = probability * Double(count - 1)
    let lower = Int(place)
    let upper = min(lower + 1, count - 1)
    let share = place - Double(lower)
    return (1 - share) * sorted[lower] + share * sorted[upper]
  }
}

/// The median of sorted values, at least one; infinities are allowed, and do not become NaN as long
/// as all have the same sign.
func median(ofSorted sorted: [Double]) -> Double {
  let middle = sorted.count / 2
  return sorted.count.isMultiple(of: 2)
    ? sorted[middle - 1] / 2 + sorted[middle] / 2 : sorted[middle]
}
