import Artifacts
public import Foundation
import Networks
import SafeTensors
import Torch

extension MetaClassifier {
  private static let settingsKey = "settings"
  // The names of the public code's `nn.Sequential`, where the ReLUs count too.
  private static let layerNames = ["0", "2", "4"]

  /// Writes the meta-classifier to a safetensors file in float16, whole or not at all.
  public func write(to file: URL) throws {
    var writer = SafeTensorsWriter(metadata: [
      "format": "pt", Self.settingsKey: try JSONValue(encoding: settings).compactText,
    ])
    for (name, layer) in zip(Self.layerNames, layers) {
      for (parameter, tensor) in layer.ownParameters {
        writer.add("\(name).\(parameter)", try tensor.to(.float16))
      }
    }
    try writer.write(to: file)
  }

  /// Reads a meta-classifier from a file that is not trusted.
  ///
  /// - Parameters:
  ///   - file: A file that `write(to:)` made.
  ///   - featureCount: The length D of the sign vectors it is for.
  /// - Throws: `SafeTensorsError` if it is no safetensors file; `VerificationError.badMetaClassifier`
  ///   if its layers are not those for D features, a weight is not finite or its settings are missing.
  public convenience init(contentsOf file: URL, featureCount: Int) throws {
    let source = try SafeTensorsFile(contentsOf: file)
    guard let text = source.metadata[Self.settingsKey],
      let settings: MetaClassifierSettings = try? JSONValue(parsing: Array(text.utf8)).decode(),
      (try? settings.validate()) != nil
    else {
      throw VerificationError.badMetaClassifier(
        file: file,
        reason: "its metadata lacks the settings of its training, or they make no sense"
      )
    }
    let layers = try Self.layers(of: source, file: file, featureCount: featureCount)
    try self.init(layers, featureCount: featureCount, settings: settings)
  }

  private static func layers(
    of source: SafeTensorsFile,
    file: URL,
    featureCount: Int
  ) throws -> [Linear] {
    let sizes = [featureCount] + widths(featureCount: featureCount)
    let shapes = zip(layerNames, zip(sizes.dropFirst(), sizes)).flatMap { name, size in
      [("\(name).weight", [size.0, size.1]), ("\(name).bias", [size.0])]
    }
    let difference = LayerDifference.first(
      between: source.entries.map { ($0.name, $0.shape) },
      and: shapes
    )
    if let difference {
      throw VerificationError.badMetaClassifier(
        file: file,
        reason: "it is not for \(featureCount) features: \(difference)"
      )
    }
    guard featureCount <= featureLimit else {
      throw VerificationError.badMetaClassifier(
        file: file,
        reason: "\(featureCount) features are more than \(featureLimit)"
      )
    }
    // The weights are overwritten below, whatever the seed.
    let generator = try Generator(seed: 0)
    return try zip(layerNames, zip(sizes, sizes.dropFirst())).map { name, size in
      let layer = try Linear(size.0, size.1, using: generator)
      for (parameter, tensor) in layer.ownParameters {
        let loaded = try source.load("\(name).\(parameter)").to(.float32)
        guard try (loaded * 0).sum().item() == 0 else {
          throw VerificationError.badMetaClassifier(
            file: file,
            reason: "tensor '\(name).\(parameter)' holds infinities or NaN"
          )
        }
        try tensor.copyInPlace(from: loaded)
      }
      return layer
    }
  }
}
