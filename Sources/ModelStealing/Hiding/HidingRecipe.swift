public import Datasets
public import Networks

/// The ways to hide a stolen model, by the names that manifests and users give them.
public enum HidingName: String, Sendable, CaseIterable {
  /// `MagnitudePruning`.
  case magnitudePruning = "magnitude-pruning"
  /// `WeightQuantization`.
  case quantization
  /// `WeightNoise`.
  case weightNoise = "weight-noise"
  /// `AugmentedFineTuning`.
  case augmentedFineTuning = "augmented-fine-tuning"
  /// `FinePruning`.
  case finePruning = "fine-pruning"
  /// `Restyling`.
  case restyling
  /// `OutputRounding`.
  case outputRounding = "output-rounding"

  /// Whether the stolen model is trained further, on the thief's own pictures.
  public var trains: Bool {
    switch self {
    case .augmentedFineTuning, .finePruning, .restyling: true
    case .magnitudePruning, .quantization, .weightNoise, .outputRounding: false
    }
  }
}

/// How strongly a stolen model is changed: the one place where a name becomes a method.
public struct HidingRecipe: Sendable {
  /// The share of weights or channels that is pruned, in (0, 1).
  public var share = 0.5
  /// The noise on weights, in standard deviations of a layer's.
  public var noise = 0.1
  /// Bits of a quantised weight, 2 to 16.
  public var bits = 8
  /// Digits of an answered probability after the point, 1 to 7.
  public var digits = 1
  /// How the stolen model is trained further; its seed decides the noise too.
  public var training: TrainingSettings

  /// Creates a recipe with the methods' own settings.
  ///
  /// - Parameter training: How the stolen model is trained further; `TrainingSettings.furtherTraining` has a recipe.
  public init(training: TrainingSettings) {
    self.training = training
  }

  /// Checks a method's own number, before anything is gathered.
  ///
  /// - Throws: `StealingError.badSetting` if it is out of range.
  public func validate(_ name: HidingName) throws {
    switch name {
    case .magnitudePruning, .finePruning: _ = try PruningShare.checked(share)
    case .quantization: _ = try WeightQuantization(bits: bits)
    case .weightNoise: _ = try WeightNoise(amount: noise, seed: training.seed)
    case .augmentedFineTuning, .restyling: break
    case .outputRounding: _ = try OutputRounding(digits: digits)
    }
  }

  /// Makes a method.
  ///
  /// - Parameters:
  ///   - name: Which.
  ///   - pictures: Gathers the thief's own pictures, for a method that trains.
  ///   - repainting: What restyling repaints them in; asked for only then.
  /// - Returns: The method.
  /// - Throws: `StealingError.badSetting` for a setting out of range; what gathering pictures throws.
  public func method(
    _ name: HidingName,
    pictures: () throws -> UnlabelledImages,
    repainting: () throws -> Repainting
  ) throws -> any HidingMethod {
    switch name {
    case .magnitudePruning: try MagnitudePruning(share: share)
    case .quantization: try WeightQuantization(bits: bits)
    case .weightNoise: try WeightNoise(amount: noise, seed: training.seed)
    case .augmentedFineTuning: AugmentedFineTuning(pictures: try pictures(), settings: training)
    case .finePruning: try FinePruning(share: share, pictures: pictures(), settings: training)
    case .restyling:
      try Restyling(pictures: pictures(), settings: training, repainting: repainting())
    case .outputRounding: try OutputRounding(digits: digits)
    }
  }
}
