import Datasets
import ModelStealing
import Networks
import Torch

/// A stolen model and the thief's pictures, small enough for tests.
enum Thief {
  /// A model that has learned a little, so that its channels differ.
  static func model(_ architecture: String = "wrn-10-1", side: Int = 8) throws -> Classifier {
    let model = try Classifier(
      Architecture(architecture),
      classNames: Shapes.classNames,
      normalization: .cifar10,
      pictureSize: .init(height: side, width: side),
      seed: 1
    )
    var settings = TrainingSettings(seed: 1)
    settings.epochs = 3
    settings.batchSize = 20
    settings.cropPadding = 1
    settings.precision = .float32
    try train(model, on: Shapes.images(.train, count: 100, side: side, seed: 1), settings: settings)
    return model
  }

  static func pictures(count: Int = 60) throws -> UnlabelledImages {
    try Shapes.images(.train, count: count, side: 8, seed: 7).unlabelled
  }

  static func settings(epochs: Int = 2) -> TrainingSettings {
    var settings = TrainingSettings.furtherTraining(seed: 2)
    settings.epochs = epochs
    settings.batchSize = 20
    settings.precision = .float32
    return settings
  }

  static func bytes(_ model: Classifier) throws -> [UInt8] {
    try model.network.namedState.flatMap { try $0.tensor.bytes() }
  }

  /// The weights of convolutions and linear layers by name, told by their number of dimensions.
  static func layers(_ model: Classifier) throws -> [(name: String, shape: [Int], values: [Float])]
  {
    try model.network.namedParameters.filter { $0.tensor.shape.count > 1 }
      .map { ($0.name, $0.tensor.shape, try $0.tensor.elements()) }
  }

  /// Every other tensor, as bytes.
  static func others(_ model: Classifier) throws -> [UInt8] {
    try model.network.namedState.filter { $0.tensor.shape.count < 2 }
      .flatMap { try $0.tensor.bytes() }
  }
}
