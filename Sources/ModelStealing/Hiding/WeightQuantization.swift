public import Artifacts
public import Networks
import Torch

/// Rounds weights to a few levels, as for integer hardware (Jacob et al., *Quantization and Training of
/// Neural Networks for Efficient Integer-Arithmetic-Only Inference*, CVPR 2018).
///
/// Symmetric and by output channel: w' = s · round(w / s) with s = max|w| / (2^(b-1) - 1), ties to
/// even. The levels are stored as float32 ("fake quantisation"), so the model runs as before. Biases
/// and batch norms stay.
public struct WeightQuantization: HidingMethod {
  /// `quantization`.
  public static let name = "quantization"

  /// b, in 2...16.
  public let bits: Int

  /// Creates the method.
  ///
  /// - Throws: `StealingError.badSetting` if the number of bits is out of range.
  public init(bits: Int) throws(StealingError) {
    guard (2...16).contains(bits) else {
      throw StealingError.badSetting(
        name: "the number of bits",
        value: "\(bits)",
        expected: "2 to 16"
      )
    }
    self.bits = bits
  }

  /// The number of bits.
  public var manifestSettings: [String: JSONValue] { ["bits": .integer(Int128(bits))] }

  /// Quantises; a channel has at most 2^b - 1 different weights afterwards.
  public func disguise(
    _ model: Classifier,
    run: TrainingRun?,
    onProgress: (TrainingProgress) throws -> Void
  ) throws -> Classifier {
    let hidden = try model.copied()
    for weight in hidden.network.layerWeights {
      var values = try weight.elements(as: Float.self)
      let size = values.count / weight.shape[0]
      for start in stride(from: 0, to: values.count, by: size) {
        quantize(&values[start..<start + size])
      }
      try weight.copyInPlace(from: Tensor(values, shape: weight.shape))
    }
    return hidden
  }

  /// Quantises one channel.
  ///
  /// Doubles keep the step of tiny weights from vanishing.
  private func quantize(_ channel: inout ArraySlice<Float>) {
    let largest = channel.reduce(0) { max($0, $1.magnitude) }
    guard largest > 0 else { return }
    let step = Double(largest) / Double(1 << (bits - 1) - 1)
    for index in channel.indices {
      let level = (Double(channel[index]) / step).rounded(.toNearestOrEven)
      channel[index] = Float(level * step)
    }
  }
}
