public import Artifacts
public import Datasets
public import Networks

/// Trains the stolen model further on pictures in many styles, to wash out what one of them means.
///
/// Aimed at the mark of Li et al., AAAI 2022, by a thief who knows the method but not the style: if all
/// styles mean nothing, so does the secret one. The idea is that of training on stylised pictures
/// against a bias towards texture (Geirhos et al., ICLR 2019). Every picture is shown plain, with the
/// label that the stolen model gives it, and repainted: with the same label, or with the one that an
/// honest model gives the repainted picture, so that the stolen model learns to take painted pictures as
/// an innocent does. That thief has to have an honest model.
public struct Restyling: HidingMethod {
  /// `restyling`.
  public static let name = "restyling"

  private let tuning: FineTuning
  private let repainting: Repainting

  /// Creates the method.
  ///
  /// - Parameters:
  ///   - pictures: The thief's own.
  ///   - settings: How to train; `TrainingSettings.furtherTraining` has a recipe.
  ///   - repainting: What the pictures are repainted in, and who says what they show then.
  public init(
    pictures: UnlabelledImages,
    settings: TrainingSettings,
    repainting: Repainting
  ) {
    tuning = FineTuning(pictures: pictures, settings: settings)
    self.repainting = repainting
  }

  /// Training, on which pictures, and in which styles.
  public var manifestSettings: [String: JSONValue] {
    get throws {
      var settings = try tuning.manifestSettings
      settings["styles"] = .string(repainting.styles)
      return settings
    }
  }

  /// The honest model's file, if there is one: `honest_model`.
  public var inputs: [String: Digest] {
    repainting.honestModel.map { ["honest_model": $0.digest] } ?? [:]
  }

  /// Repaints, and trains a copy on plain and repainted pictures, in random order.
  ///
  /// Throws `StealingError.picturesDiffer` if numbers or sizes of the two differ, and
  /// `StealingError.honestModelDiffers` if the honest model has other classes or takes pictures of another size.
  public func disguise(
    _ model: Classifier,
    run: TrainingRun?,
    onProgress: (TrainingProgress) throws -> Void
  ) throws -> Classifier {
    // Before repainting, which takes long.
    try repainting.honestModel?.check(beside: model)
    let plain = try tuning.labelled(by: model)
    let repainted = try repainting.repaint(tuning.pictures)
    let say = { (set: UnlabelledImages) in "\(set.count) of \(set.width)x\(set.height)" }
    guard say(tuning.pictures) == say(repainted) else {
      throw StealingError.picturesDiffer(plain: say(tuning.pictures), repainted: say(repainted))
    }
    let labels = try repainting.honestModel?.classifier.predictions(on: repainted) ?? plain.labels
    let both = try plain.appending(repainted.labelled(labels, classNames: plain.classNames))
    let hidden = try model.copied()
    try train(hidden, on: both, settings: tuning.settings, run: run, onProgress: onProgress)
    return hidden
  }
}

@available(*, unavailable)
extension Restyling: Sendable {}

/// What a thief's pictures are repainted in, and who says what they show then.
public struct Repainting {
  let styles: String
  let honestModel: HonestModel?
  let repaint: (UnlabelledImages) throws -> UnlabelledImages

  /// Describes it.
  ///
  /// - Parameters:
  ///   - styles: What decides the styles, for the manifest.
  ///   - honestModel: Gives repainted pictures their labels; none keeps those of the plain ones.
  ///   - repaint: Returns each of the pictures once, in their order and size, in any style.
  public init(
    styles: String,
    honestModel: HonestModel? = nil,
    repaint: @escaping (UnlabelledImages) throws -> UnlabelledImages
  ) {
    self.styles = styles
    self.honestModel = honestModel
    self.repaint = repaint
  }
}

@available(*, unavailable)
extension Repainting: Sendable {}

/// A model of the thief's that learned neither from the owner's marked pictures nor from the stolen model.
public struct HonestModel {
  let classifier: Classifier
  let digest: Digest

  /// Takes a model.
  ///
  /// - Parameters:
  ///   - classifier: The model.
  ///   - digest: SHA-256 of its file, for the manifest.
  public init(_ classifier: Classifier, digest: Digest) {
    self.classifier = classifier
    self.digest = digest
  }

  /// Refuses a model that could not say what the stolen model's pictures show.
  fileprivate func check(beside stolen: Classifier) throws(StealingError) {
    let names = { (model: Classifier) in
      model.classNames.joined(separator: ", ").printable(limit: 400)
    }
    guard classifier.classNames == stolen.classNames else {
      throw .honestModelDiffers(what: "classes", stolen: names(stolen), honest: names(classifier))
    }
    guard classifier.pictureSize == stolen.pictureSize else {
      throw .honestModelDiffers(
        what: "size of pictures",
        stolen: "\(stolen.pictureSize)",
        honest: "\(classifier.pictureSize)"
      )
    }
  }
}

@available(*, unavailable)
extension HonestModel: Sendable {}
