import Datasets
import Foundation
import Networks

/// Trains a small network for two epochs, stores it as one file, and says what the file holds.
@main
struct ModelCard {
  static func main() throws {
    let images = try Shapes.images(.train, count: 200, side: 16, seed: 1)
    let model = try Classifier(
      Architecture("wrn-10-1"),
      classNames: images.classNames,
      normalization: .measured(on: images),
      pictureSize: .init(height: images.height, width: images.width),
      seed: 1
    )
    var settings = TrainingSettings(seed: 1)
    settings.epochs = 2
    try train(model, on: images, settings: settings)

    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("model-card-\(UUID().uuidString).safetensors")
    defer { try? FileManager.default.removeItem(at: file) }
    try model.write(to: file)
    let loaded = try Classifier(contentsOf: file)
    print("\(loaded.architecture): \(loaded.network.parameterCount) parameters,")
    print("\(loaded.classNames.count) classes of \(loaded.pictureSize) pictures")
  }
}
