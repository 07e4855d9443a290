import Glibc

/// The temperature τ at which a model's probabilities softmax(z/τ) fit its answers on clean pictures best.
///
/// Models differ in how sure they say they are. τ minimises the mean cross-entropy on labelled clean
/// pictures (Guo, Pleiss, Sun and Weinberger, ICML 2017), so that margins of different models compare. It
/// is sought in proportion to the model's own margins: a thief who multiplies all logits by whatever
/// number changes nothing.
struct Temperature {
  /// τ, in 0.01...10 times the median margin between the two likeliest classes; a model that errs on no clean
  /// picture gets the lower end.
  let value: Double

  private static let range = 0.01...10.0

  /// Fits τ.
  ///
  /// - Parameters:
  ///   - logits: Finite numbers, picture after picture.
  ///   - classCount: How many there are for each picture.
  ///   - labels: The true classes.
  init(fitting logits: [Float], classCount: Int, labels: [Int]) {
    let scale = Temperature.medianMargin(logits, classCount)
    let range = Temperature.range
    // The cross-entropy is convex in 1/τ; its derivative grows with 1/τ and is zero at the minimum.
    var (low, high) = (-log(scale * range.upperBound), -log(scale * range.lowerBound))
    for _ in 0..<40 {
      let middle = (low + high) / 2
      let slope = Temperature.slope(logits, classCount, labels, inverse: exp(middle))
      if slope < 0 { low = middle } else { high = middle }
    }
    value = exp(-(low + high) / 2)
  }

  /// The median of the likeliest class's lead over the next, where that is possible; 1 if there is no such
  /// lead.
  private static func medianMargin(_ logits: [Float], _ classCount: Int) -> Double {
    let margins = stride(from: 0, to: logits.count, by: classCount).compactMap { start -> Double? in
      let row = logits[start..<start + classCount].sorted()
      let (best, next) = (row[classCount - 1], row[classCount - 2])
      return best > next && next > Answers.impossible ? Double(best) - Double(next) : nil
    }.sorted()
    return margins.isEmpty ? 1 : margins[margins.count / 2]
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
