/// Mean and standard deviation of values, computed so that equal values give exactly zero spread.
///
/// A sum of equal numbers is in general not exactly their multiple. A spread of 10⁻¹⁷ out of that
/// error would turn "all differences are 0.1" into p = 10⁻¹⁴⁰. So values are taken relative to the
/// first, and scaled by a power of two, which is exact, so that no square underflows or overflows.
struct Moments {
  let count: Int
  let mean: Double
  /// With divisor count − 1; zero if and only if all values are equal, or there is only one.
  let standardDeviation: Double

  /// Computes the moments of finite values.
  ///
  /// - Throws: `StatisticsError.notFinite` if a value is not, or two are too far apart to subtract.
  init(of values: some Collection<Double>) throws(StatisticsError) {
    guard let first = values.first else { throw .tooFewValues(count: 0, needed: 1) }
    let offsets = values.map { $0 - first }
    if let index = offsets.firstIndex(where: { !$0.isFinite }) { throw .notFinite(index: index) }
    count = offsets.count
    let largest = offsets.reduce(0) { max($0, abs($1)) }
    guard largest > 0 else {
      mean = first
      standardDeviation = 0
      return
    }
    let scale = largest.binade
    let scaled = offsets.map { $0 / scale }
    let scaledMean = scaled.reduce(0, +) / Double(count)
    let squares = scaled.reduce(0) { $0 + ($1 - scaledMean) * ($1 - scaledMean) }
    mean = first + scaledMean * scale
    standardDeviation = (squares / Double(count - 1)).squareRoot() * scale
  }
}
