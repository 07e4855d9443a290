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
  private let repainted: UnlabelledImages

  /// Creates the method.
  ///
  /// - Parameters:
  ///   - pictures: The thief's own.
  ///   - repainted: Each of them once, in the same order, repainted in any other style.
  ///   - settings: How to train; `TrainingSettings.hiding` has a recipe.
  /// - Throws: `HidingError.picturesDiffer` if numbers or sizes of the two differ.
  public init(
    pictures: UnlabelledImages,
    repainted: UnlabelledImages,
    settings: TrainingSettings
  ) throws(HidingError) {
    let say = { (set: UnlabelledImages) in "\(set.count) of \(set.width)x\(set.height)" }
    guard say(pictures) == say(repainted) else {
      throw HidingError.picturesDiffer(plain: say(pictures), repainted: say(repainted))
    }
    tuning = FineTuning(pictures: pictures, settings: settings)
    self.repainted = repainted
  }

  /// Training, and on which pictures.
  public var manifestSettings: [String: JSONValue] {
    get throws {
      var settings = try tuning.manifestSettings
      settings["repainted_sha256"] = .string("\(repainted.digest)")
      return settings
    }
  }

  /// Trains a copy on plain and repainted pictures, in random order.
  public func disguise(
    _ model: Classifier,
    run: TrainingRun?,
    onProgress: (TrainingProgress) throws -> Void
  ) throws -> Classifier {
    let plain = try tuning.labelled(by: model)
    let both = try plain.appending(
      repainted.labelled(plain.labels, classNames: plain.classNames)
    )
    let hidden = try model.copied()
    try train(hidden, on: both, settings: tuning.settings, run: run, onProgress: onProgress)
    return hidden
  }
}
