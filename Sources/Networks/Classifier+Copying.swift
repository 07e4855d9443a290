import Torch

extension Classifier {
  /// Returns a classifier of its own with the same weights, classes, normalisation and origin.
  ///
  /// Dropout is no part of a model: like one that was read from a file, the copy has none.
  ///
  /// - Throws: `TorchError` if there is no memory.
  public func copied() throws -> Classifier {
    let copy = try Classifier(
      architecture,
      classNames: classNames,
      normalization: normalization,
      pictureSize: pictureSize,
      seed: 0,
      device: device
    )
    for (source, target) in zip(network.namedState, copy.network.namedState) {
      try target.tensor.copyInPlace(from: source.tensor)
    }
    copy.origin = origin
    return copy
  }
}
