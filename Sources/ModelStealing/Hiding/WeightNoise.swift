public import Artifacts
import Datasets
public import Networks
import Torch

/// Adds Gaussian noise to the weights, in proportion to their spread.
///
/// w' = w + a · σ · ε with ε standard normal and σ the standard deviation (divisor n) of the weights of
/// the same convolution or linear layer. Biases and batch norms stay. Noise on weights is the removal
/// attack that certified watermarks are proven against (Bansal et al., *Certified Neural Network
/// Watermarks with Randomized Smoothing*, ICML 2022); scaling it by layer is ours.
public struct WeightNoise: HidingMethod {
  /// `weight-noise`.
  public static let name = "weight-noise"

  /// a, above 0 and at most 10.
  public let amount: Double
  /// Decides the noise.
  public let seed: UInt64

  /// Creates the method.
  ///
  /// - Throws: `StealingError.badSetting` if the amount is out of range.
  public init(amount: Double, seed: UInt64) throws(StealingError) {
    guard amount > 0, amount <= 10 else {
      throw StealingError.badSetting(
        name: "the amount of noise",
        value: "\(amount)",
        expected: "a number above 0 and at most 10, in standard deviations of a layer's weights"
      )
    }
    self.amount = amount
    self.seed = seed
  }

  /// The amount; the seed is kept with the manifest's others.
  public var manifestSettings: [String: JSONValue] { ["amount": .number(amount)] }

  /// Adds the noise.
  public func disguise(
    _ model: Classifier,
    run: TrainingRun?,
    onProgress: (TrainingProgress) throws -> Void
  ) throws -> Classifier {
    let hidden = try model.copied()
    var key = KeyedRandom("weight noise", seed)
    let generator = try Generator(seed: key.next(), device: model.device)
    for weight in hidden.network.layerWeights {
      let deviation = try weight.variance(unbiased: false).squareRoot().item()
      let noise = try generator.normal(shape: weight.shape) * (amount * deviation)
      try weight.copyInPlace(from: weight + noise)
    }
    return hidden
  }
}
