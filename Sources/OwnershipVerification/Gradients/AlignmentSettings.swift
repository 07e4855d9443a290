import Networks
import Torch

/// What `GradientAlignment` compares.
public struct AlignmentSettings: Sendable, Hashable, Codable {
  /// Which layers' weights.
  public enum Layers: String, Sendable, Hashable, Codable, CaseIterable {
    /// The last linear layer: its gradients cost no more than a forward pass.
    case linear
    /// The last two convolutions with kernels larger than 1×1, those of the last residual block, and the
    /// linear layer.
    case lastBlock = "last-block"
  }

  /// What the cosine is taken of.
  ///
  /// Gradients tell more. Signs forget how large an entry is; in the linear layer they are nearly the same at any
  /// picture of a class and tell nothing.
  public enum Measure: String, Sendable, Hashable, Codable, CaseIterable {
    /// The gradients.
    case gradients
    /// Their signs.
    case signs
  }

  /// Which layers' weights.
  public var layers: Layers
  /// What the cosine is taken of.
  public var measure: Measure

  /// Creates settings; the linear layer alone tells as much as the last block, for less.
  public init(layers: Layers = .linear, measure: Measure = .gradients) {
    self.layers = layers
    self.measure = measure
  }

  /// Lists the layers, in PyTorch's order.
  ///
  /// - Throws: `VerificationError.unsupportedLayer` if the network does not end in a linear layer.
  func compared(of network: any Module) throws -> [KeptLayer] {
    let modules = network.namedModules
    guard let linear = modules.last(where: { $0.module is Linear }),
      let layer = linear.module as? Linear
    else {
      throw VerificationError.unsupportedLayer(name: "", type: "\(type(of: network))")
    }
    let kept = KeptLayer(weightOf: layer, name: linear.name)
    guard layers == .lastBlock else { return [kept] }
    let convolutions = modules.compactMap { name, module -> KeptLayer? in
      guard let layer = module as? Conv2d, layer.weight.shape[2] > 1 else { return nil }
      return KeptLayer(weightOf: layer, name: name)
    }
    return convolutions.suffix(2) + [kept]
  }
}

extension KeptLayer {
  /// A layer of which the whole gradient of the weight counts, and nothing else.
  fileprivate init(weightOf layer: some PerSampleLayer, name: String) {
    let shape = layer.ownParameters.first { $0.name == "weight" }?.tensor.shape ?? []
    self.init(
      name: name,
      layer: layer,
      parameters: [KeptParameter(name: "weight", shape: shape, pooling: .nothing)]
    )
  }
}
