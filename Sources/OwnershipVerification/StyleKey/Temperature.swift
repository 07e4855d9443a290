import Glibc

/// The temperature τ at which a model's probabilities softmax(z/τ) fit its answers on clean pictures best.
///
/// Models differ in how sure they say they are. τ minimises the mean cross-entropy on labelled clean
/// pictures (Guo, Pleiss, Sun and Weinberger, ICML 2017), so that margins of different models compare.
struct Temperature {
  /// τ, in 0.05...20; a model that errs on no clean picture gets the lower end.
  let value: Double

  static let range = 0.05...20.0

  /// Fits τ.
  ///
  /// - Parameters:
  ///   - logits: Finite numbers, picture after picture.
  ///   - classCount: How many there are for each picture.
  ///   - labels: The true classes.
  init(fitting logits: [Float], classCount: Int, labels: [Int]) {
    // The cross-entropy is convex in 1/τ; its derivative grows with 1/τ and is zero at the minimum.
    var (low, high) = (log(1 / Temperature.range.upperBound), log(1 / Temperature.range.lowerBound))
    for _ in 0..<40 {
      let middle = (low + high) / 2
      let slope = Temperature.slope(logits, classCount, labels, inverse: exp(middle))
      if slope < 0 { low = middle } else { high = middle }
    }
    value = exp(-(low + high) / 2)
  }

  /// d/dβ of Σ −ln softmax(β z)_y: Σ (E z − z_y), the mean over the classes by their probabilities.
  private static func slope(
    _ logits: [Float],
    _ classCount: Int,
    _ labels: [Int],
    inverse: Double
  ) -> Double {
    var sum = 0.0
    for (picture, label) in labels.enumerated() {
      let row = logits[picture * classCount..<(picture + 1) * classCount]
      let largest = Double(row.max() ?? 0)
      var (total, weighted) = (0.0, 0.0)
      for value in row {
        let weight = exp(inverse * (Double(value) - largest))
        total += weight
        weighted += weight * Double(value)
      }
      sum += weighted / total - Double(logits[picture * classCount + label])
    }
    return sum
  }
}
