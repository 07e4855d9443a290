public import Artifacts
public import Datasets
public import Networks

/// Trains the stolen model further under strong augmentation.
///
/// The thief's pictures carry the labels that the stolen model gives them as they are; crops, flips,
/// changes of colour and Cutout (DeVries and Taylor, *Improved Regularization of Convolutional Neural
/// Networks with Cutout*, 2017) then teach it to look past colour and texture, where a style lives.
public struct AugmentedFineTuning: HidingMethod {
  /// `augmented-fine-tuning`.
  public static let name = "augmented-fine-tuning"

  private let tuning: FineTuning

  /// Creates the method.
  ///
  /// - Parameters:
  ///   - pictures: The thief's own.
  ///   - settings: How to train; `TrainingSettings.furtherTraining` has a recipe.
  ///   - augmentation: Takes the place of the settings' strong augmentation.
  public init(
    pictures: UnlabelledImages,
    settings: TrainingSettings,
    augmentation: StrongAugmentation = .standard
  ) {
    var settings = settings
    settings.strongAugmentation = augmentation
    tuning = FineTuning(pictures: pictures, settings: settings)
  }

  /// Training, and on which pictures.
  public var manifestSettings: [String: JSONValue] {
    get throws { try tuning.manifestSettings }
  }

  /// Trains a copy on what the model says of the pictures.
  public func disguise(
    _ model: Classifier,
    run: TrainingRun?,
    onProgress: (TrainingProgress) throws -> Void
  ) throws -> Classifier {
    let hidden = try model.copied()
    try train(
      hidden,
      on: tuning.labelled(by: model),
      settings: tuning.settings,
      run: run,
      onProgress: onProgress
    )
    return hidden
  }
}
