import Networks
import Torch

/// Which gradients of a network make up the features of an image.
public enum GradientFeatures: String, Sendable, Hashable, Codable, CaseIterable {
  /// What the public code of Li et al. (AAAI 2022) collects, and calls the gradient of all weights.
  ///
  /// Vectors (biases, batch norm) are dropped; so are convolutions with out · in > 5,000; of the
  /// others only the maximum over each kernel is kept, with its sign, so 1×1 kernels stay as they
  /// are. A linear layer with out · in > 5,000 gives the maximum of each row, a smaller one all its
  /// weights. 22,192 numbers for WRN-16-1 and 5,178 for WRN-28-10 with 10 classes.
  case compact
  /// Every parameter, biases and batch norm included: the paper's Equation 4.
  ///
  /// For comparisons of gradients; even WRN-16-1 has more than a meta-classifier can take
  /// (`MetaClassifier.featureLimit`).
  case full

  /// The largest out · in that `compact` keeps whole.
  private static let compactLimit = 5_000

  /// Lists what is kept of a network's gradients, in PyTorch's order of parameters.
  ///
  /// - Throws: `VerificationError.unsupportedLayer` if a layer's gradients cannot be had sample by
  ///   sample.
  func kept(of network: any Module) throws -> [KeptLayer] {
    try network.namedModules.compactMap { name, module in
      guard !module.ownParameters.isEmpty else { return nil }
      guard let layer = module as? any PerSampleLayer else {
        throw VerificationError.unsupportedLayer(name: name, type: "\(type(of: module))")
      }
      let parameters = layer.ownParameters.compactMap { name, tensor in
        pooling(forShape: tensor.shape).map {
          KeptParameter(name: name, shape: tensor.shape, pooling: $0)
        }
      }
      return parameters.isEmpty ? nil : KeptLayer(name: name, layer: layer, parameters: parameters)
    }
  }

  /// How a parameter of a shape is pooled; nil drops it.
  private func pooling(forShape shape: [Int]) -> KeptParameter.Pooling? {
    guard self == .compact else { return .nothing }
    guard shape.count > 1 else { return nil }
    let isLarge = shape[0] * shape[1] > GradientFeatures.compactLimit
    if shape.count == 4 { return isLarge ? nil : .overKernel }
    return isLarge ? .overInputs : .nothing
  }
}

/// A layer some of whose gradients are part of the features.
struct KeptLayer {
  let name: String
  let layer: any PerSampleLayer
  let parameters: [KeptParameter]

  /// The number of features.
  var count: Int { parameters.reduce(0) { $0 + $1.count } }
}

/// A parameter whose gradient is part of the features.
struct KeptParameter {
  /// Over what the largest gradient stands for all.
  enum Pooling {
    case nothing
    /// The places of each kernel.
    case overKernel
    /// The inputs of each output.
    case overInputs
  }

  let name: String
  let shape: [Int]
  let pooling: Pooling

  /// The number of features.
  var count: Int {
    switch pooling {
    case .nothing: shape.reduce(1, *)
    case .overKernel: shape[0] * shape[1]
    case .overInputs: shape[0]
    }
  }
}
