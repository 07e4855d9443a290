import Artifacts
import Datasets
public import Networks

extension TrainingSettings {
  /// How stolen weights are trained further, to make them the thief's own or to hide where they come from.
  ///
  /// 5 epochs of piecewise-linear learning rate with 0.01 at the most and weight decay 5e-4 are dataset
  /// inference's, for fine-tuned thieves (Maini, Yaghini and Papernot, ICLR 2021). Batches of 128, crops and
  /// flips of the thief's pictures, which it does not augment, and Nesterov's momentum are ours. For hiding
  /// nothing is published.
  public static func furtherTraining(seed: UInt64) -> TrainingSettings {
    var settings = TrainingSettings(seed: seed)
    settings.epochs = 5
    settings.learningRate = 0.01
    settings.schedule = .piecewiseLinear
    return settings
  }
}

/// What methods that train further have in common: the thief's pictures, labelled by the stolen model.
struct FineTuning {
  /// The thief's pictures, whose labels nobody told them.
  let pictures: UnlabelledImages
  let settings: TrainingSettings

  var manifestSettings: [String: JSONValue] {
    get throws {
      [
        "training": try JSONValue(encoding: settings),
        "pictures": .integer(Int128(pictures.count)),
        "pictures_sha256": .string("\(pictures.digest)"),
      ]
    }
  }

  /// The pictures with the classes that a model gives them.
  func labelled(by model: Classifier) throws -> ImageSet {
    try pictures.labelled(model.predictions(on: pictures), classNames: model.classNames)
  }
}
