import Torch

extension Classifier {
  /// Returns a classifier of its own with the same weights; training one leaves the other alone.
  ///
  /// Dropout is no part of a model: like one that was read from a file, the copy has none.
  public func copied() throws -> Classifier {
    let copy = try copied(seed: 0) { _ in true }
    copy.origin = origin
    return copy
  }

  /// Returns a copy whose last layer starts from fresh weights.
  ///
  /// - Parameter seed: Determines the fresh weights.
  /// - Returns: The copy.
  /// - Throws: `NetworkError.badSetting` if the network ends in no linear layer.
  public func copiedWithFreshLastLayer(seed: UInt64) throws -> Classifier {
    let last = try lastLayer.name
    return try copied(seed: seed) { !$0.hasPrefix(last + ".") }
  }

  /// The tensors that training updates.
  func parameters(of layers: TrainedLayers) throws -> [Tensor] {
    switch layers {
    case .all: network.namedParameters.map(\.tensor)
    case .last: try lastLayer.module.ownParameters.map(\.tensor)
    }
  }

  /// The layer that computes the logits.
  private var lastLayer: (name: String, module: any Module) {
    get throws {
      guard let last = network.namedModules.last(where: { $0.module is Linear }) else {
        throw NetworkError.badSetting(
          name: "layers",
          value: "last",
          expected: "all: \(architecture) ends in no linear layer"
        )
      }
      return last
    }
  }

  private func copied(seed: UInt64, where isKept: (_ name: String) -> Bool) throws -> Classifier {
    let copy = try Classifier(
      architecture,
      classNames: classNames,
      normalization: normalization,
      pictureSize: pictureSize,
      seed: seed,
      device: device
    )
    for (own, given) in zip(copy.network.namedState, network.namedState) where isKept(own.name) {
      try own.tensor.copyInPlace(from: given.tensor)
    }
    return copy
  }
}
