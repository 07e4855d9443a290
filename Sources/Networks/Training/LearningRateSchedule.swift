#if canImport(Glibc)
  import Glibc
#endif

/// How the learning rate moves over a run, as a factor of its highest value.
public enum LearningRateSchedule: Sendable, Hashable, Codable {
  /// Up and down in two half cosines (Smith and Topin, 2018; `torch.optim.lr_scheduler.OneCycleLR`
  /// with its defaults: from 1/25 up over the first `peak` of the steps, down to 1/250,000).
  case oneCycle(peak: Double = 0.3)
  /// Constant, times `factor` from each milestone on; milestones are epochs
  /// (`torch.optim.lr_scheduler.MultiStepLR`).
  case step(milestones: [Int], factor: Double = 0.1)
  /// Straight lines: 0 at the start, 1 at 40 %, 1/10 at 80 %, 0 at the end. The schedule of dataset
  /// inference (Maini et al., ICLR 2021) for stolen models.
  case piecewiseLinear
  /// 1 throughout.
  case constant

  /// Returns the factor for one step.
  ///
  /// - Parameters:
  ///   - step: The number of steps taken before, from 0.
  ///   - stepsPerEpoch: The number of batches in an epoch.
  ///   - epochs: The number of epochs in the run.
  /// - Returns: A number in [0, 1].
  public func factor(atStep step: Int, stepsPerEpoch: Int, epochs: Int) -> Double {
    let total = stepsPerEpoch * epochs
    switch self {
    case .constant:
      return 1
    case .step(let milestones, let factor):
      let epoch = step / max(1, stepsPerEpoch)
      return milestones.filter { epoch >= $0 }.reduce(1) { rate, _ in rate * factor }
    case .piecewiseLinear:
      // Evaluated in the middle of the step, so that the first and last step are not wasted.
      let done = (Double(step) + 0.5) / Double(max(1, total))
      let corners: [(at: Double, factor: Double)] = [(0, 0), (0.4, 1), (0.8, 0.1), (1, 0)]
      return Self.interpolate(corners, at: done)
    case .oneCycle(let peak):
      let rising = peak * Double(total) - 1
      let position = Double(step)
      if position <= rising {
        return Self.cosine(from: 1 / 25, to: 1, position / max(rising, 1))
      }
      let falling = Double(total - 1) - rising
      return Self.cosine(from: 1, to: 1 / 250_000, min(1, (position - rising) / max(falling, 1)))
    }
  }

  private static func cosine(from start: Double, to end: Double, _ share: Double) -> Double {
    end + (start - end) / 2 * (cos(.pi * share) + 1)
  }

  private static func interpolate(
    _ corners: [(at: Double, factor: Double)],
    at place: Double
  ) -> Double {
    for (left, right) in zip(corners, corners.dropFirst()) where place <= right.at {
      let share = (place - left.at) / (right.at - left.at)
      return left.factor + share * (right.factor - left.factor)
    }
    return corners.last?.factor ?? 0
  }
}
