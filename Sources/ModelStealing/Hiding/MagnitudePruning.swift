public import Artifacts
public import Networks
import Torch

/// Sets the smallest weights of the whole network to zero (Han, Pool, Tran and Dally, *Learning both
/// Weights and Connections for Efficient Neural Networks*, NeurIPS 2015).
///
/// The weights of all convolutions and linear layers compete with one another; biases and batch norms
/// stay. There is no training afterwards: see `FinePruning` for a method with it.
public struct MagnitudePruning: HidingMethod {
  /// `magnitude-pruning`.
  public static let name = "magnitude-pruning"

  /// The share of the weights to set to zero, above 0 and below 1.
  public let share: Double

  /// Creates the method.
  ///
  /// - Throws: `StealingError.badSetting` if the share is out of range.
  public init(share: Double) throws(StealingError) {
    self.share = try PruningShare.checked(share)
  }

  /// The share.
  public var manifestSettings: [String: JSONValue] { ["amount": .number(share)] }

  /// Prunes: afterwards round(share · n) of n weights are zero, or more if more were before.
  ///
  /// Of equal weights at the border those of earlier layers go first.
  ///
  /// - Complexity: O(n log n) time and 8 bytes of memory a weight.
  public func disguise(
    _ model: Classifier,
    run: TrainingRun?,
    onProgress: (TrainingProgress) throws -> Void
  ) throws -> Classifier {
    let hidden = try model.copied()
    let weights = hidden.network.layerWeights
    let total = weights.reduce(0) { $0 + $1.elementCount }
    let count = try PruningShare.count(share, of: total, "weights")

    // Without their sign, floats are ordered as their bits are.
    var ascending: [UInt32] = []
    ascending.reserveCapacity(total)
    for weight in weights {
      ascending += try weight.elements(as: Float.self).lazy.map(\.magnitude.bitPattern)
    }
    ascending.sort()
    let border = ascending[count - 1]
    var atBorder = ascending[..<count].reversed().prefix { $0 == border }.count

    for weight in weights {
      var values = try weight.elements(as: Float.self)
      for index in values.indices {
        let magnitude = values[index].magnitude.bitPattern
        guard magnitude < border || magnitude == border && atBorder > 0 else { continue }
        if magnitude == border { atBorder -= 1 }
        values[index] = 0
      }
      try weight.copyInPlace(from: Tensor(values, shape: weight.shape))
    }
    return hidden
  }
}
