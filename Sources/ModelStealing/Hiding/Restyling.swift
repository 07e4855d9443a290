public import Artifacts
public import Datasets
public import Networks

/// Trains the stolen model further on pictures in many styles, to wash out what one of them means.
///
/// Aimed at the mark of Li et al., AAAI 2022, by a thief who knows the method but not the style: if all
/// styles mean nothing, so does the secret one. The idea is that of training on stylised pictures
/// against a bias towards texture (Geirhos et al., ICLR 2019). Every picture is shown plain and
/// repainted, both with the label that the stolen model gives the plain one.
public struct Restyling: HidingMethod {
  /// `restyling`.
  public static let name = "restyling"

  private let tuning: FineTuning
  private let styles: String
  private let repaint: (UnlabelledImages) throws -> UnlabelledImages

  /// Creates the method.
  ///
  /// - Parameters:
  ///   - pictures: The thief's own.
  ///   - settings: How to train; `TrainingSettings.furtherTraining` has a recipe.
  ///   - styles: What decides the styles, for the manifest.
  ///   - repaint: Returns each of the pictures once, in their order and size, in any other style.
  public init(
    pictures: UnlabelledImages,
    settings: TrainingSettings,
    styles: String,
    repaint: @escaping (UnlabelledImages) throws -> UnlabelledImages
  ) {
    tuning = FineTuning(pictures: pictures, settings: settings)
    self.styles = styles
    self.repaint = repaint
  }

  /// Training, on which pictures, and in which styles.
  public var manifestSettings: [String: JSONValue] {
    get throws {
      var settings = try tuning.manifestSettings
      settings["styles"] = .string(styles)
      return settings
    }
  }

  /// Repaints, and trains a copy on plain and repainted pictures, in random order.
  ///
  /// Throws `StealingError.picturesDiffer` if numbers or sizes of the two differ.
  public func disguise(
    _ model: Classifier,
    run: TrainingRun?,
    onProgress: (TrainingProgress) throws -> Void
  ) throws -> Classifier {
    let plain = try tuning.labelled(by: model)
    let repainted = try repaint(tuning.pictures)
    let say = { (set: UnlabelledImages) in "\(set.count) of \(set.width)x\(set.height)" }
    guard say(tuning.pictures) == say(repainted) else {
      throw StealingError.picturesDiffer(plain: say(tuning.pictures), repainted: say(repainted))
    }
    let both = try plain.appending(
      repainted.labelled(plain.labels, classNames: plain.classNames)
    )
    let hidden = try model.copied()
    try train(hidden, on: both, settings: tuning.settings, run: run, onProgress: onProgress)
    return hidden
  }
}
