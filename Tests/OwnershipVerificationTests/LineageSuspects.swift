import Datasets
import Networks
import Torch

/// What a thief may do to a copy of the victim's weights.
enum Disguise: String, CaseIterable, Sendable {
  case none, fineTuned, pruned, quantisedTo8Bits, quantisedTo4Bits, noised

  func apply(to model: Classifier) throws {
    switch self {
    case .none: break
    case .fineTuned: try LineageSuspects.fit(model, epochs: 3, learningRate: 0.02, seed: 77)
    case .pruned: try LineageSuspects.prune(model)
    case .quantisedTo8Bits: try LineageSuspects.quantise(model, bits: 8)
    case .quantisedTo4Bits: try LineageSuspects.quantise(model, bits: 4)
    case .noised: try LineageSuspects.addNoise(to: model, share: 0.3)
    }
  }
}

/// How a thief may hide whose numbering it is.
enum Renumbering: String, CaseIterable, Sendable {
  case none, rescaled, renumbered, renumberedAndRescaled

  func apply(to model: Classifier, seed: UInt64 = 5) throws {
    let graph = model.architecture.channelGraph
    var random = KeyedRandom("disguise", seed)
    if self == .renumbered || self == .renumberedAndRescaled {
      try graph.renumber(model.network, by: graph.spaces.map { random.permutation(of: $0.count) })
    }
    if self == .rescaled || self == .renumberedAndRescaled {
      let factors = graph.scalings.map { scaling in
        (0..<scaling.space.count).map { _ in
          let size = Float(random.uniform(in: 0.2...5))
          return scaling.place == .beforeNorm && random.uniform() < 0.5 ? -size : size
        }
      }
      try graph.rescale(model.network, by: factors)
    }
  }
}

/// Small networks on generated shapes, and copies of them.
enum LineageSuspects {
  static func fresh(_ name: String = "wrn-10-1", seed: UInt64) throws -> Classifier {
    let architecture = try Architecture(name)
    let side = max(8, architecture.minimumPictureSize)
    return try Classifier(
      architecture,
      classNames: Shapes.classNames,
      normalization: .cifar10,
      pictureSize: .init(height: side, width: side),
      seed: seed
    )
  }

  static func trained(seed: UInt64) throws -> Classifier {
    let model = try fresh(seed: seed)
    try fit(model, epochs: 6, learningRate: 0.1, seed: seed)
    return model
  }

  /// Trains; on the same pictures unless told otherwise, which makes innocents as alike as they get.
  static func fit(
    _ model: Classifier,
    epochs: Int,
    learningRate: Double,
    seed: UInt64,
    pictures: UInt64 = 1
  ) throws {
    var settings = TrainingSettings(seed: seed)
    settings.epochs = epochs
    settings.batchSize = 32
    settings.learningRate = learningRate
    settings.cropPadding = 1
    settings.precision = .float32
    let images = try Shapes.images(.train, count: 300, side: 8, seed: pictures)
    try train(model, on: images, settings: settings)
  }

  /// One trained network, trained once: tensors may not be shared between tests, numbers may.
  static func victim() throws -> Classifier {
    let model = try fresh(seed: 42)
    for (tensor, values) in try zip(floats(of: model), victimWeights.get()) {
      try tensor.copyInPlace(from: Tensor(values, shape: tensor.shape))
    }
    return model
  }

  private static let victimWeights = Result {
    try floats(of: trained(seed: 42)).map { try $0.detached().elements(as: Float.self) }
  }

  private static func floats(of model: Classifier) -> [Tensor] {
    model.network.namedState.map(\.tensor).filter { $0.dtype == .float32 }
  }

  static func copy(of model: Classifier) throws -> Classifier {
    let copy = try fresh("\(model.architecture)", seed: 0)
    for (mine, theirs) in zip(copy.network.namedState, model.network.namedState) {
      try mine.tensor.copyInPlace(from: theirs.tensor)
    }
    return copy
  }

  /// Sets the half of each tensor's weights that is nearest to zero to zero.
  static func prune(_ model: Classifier) throws {
    try change(model) { values in
      let threshold = values.map(abs).sorted()[values.count / 2]
      return values.map { abs($0) < threshold ? 0 : $0 }
    }
  }

  static func quantise(_ model: Classifier, bits: Int) throws {
    try change(model) { values in
      let step = (values.map(abs).max() ?? 0) / Float((1 << (bits - 1)) - 1)
      return values.map { ($0 / step).rounded() * step }
    }
  }

  /// Adds normal noise with a share of each tensor's root mean square.
  static func addNoise(to model: Classifier, share: Float) throws {
    var random = KeyedRandom("noise", 1)
    try change(model) { values in
      let size = (values.reduce(0) { $0 + $1 * $1 } / Float(values.count)).squareRoot()
      return values.map { $0 + share * size * Float(random.normal()) }
    }
  }

  private static func change(_ model: Classifier, _ map: ([Float]) -> [Float]) throws {
    for (_, tensor) in model.network.namedParameters where tensor.shape.count >= 2 {
      let values = map(try tensor.detached().elements(as: Float.self))
      try tensor.copyInPlace(from: Tensor(values, shape: tensor.shape))
    }
  }
}
