public import Foundation

/// What can be wrong with gradients, a claim or a suspect.
public enum VerificationError: Error, Sendable, CustomStringConvertible {
  /// A layer of a type whose gradients cannot be had for each sample.
  case unsupportedLayer(name: String, type: String)
  /// A matrix was given more or fewer entries than its size says.
  case wrongEntryCount(found: Int, rows: Int, columns: Int)
  /// A row that a matrix does not have was asked for.
  case noSuchRow(Int, count: Int)
  /// A gradient is infinite or not a number.
  case gradientsNotFinite(images: [Int])
  /// Pictures and model do not fit.
  case picturesDoNotFit(pictures: String, model: String)

  /// A setting makes no sense.
  case badSetting(name: String, value: String, expected: String)
  /// Sign vectors have another length than those they meet.
  case featuresDiffer(found: Int, expected: Int)
  /// A meta-classifier's file is damaged or for other features.
  case badMetaClassifier(file: URL, reason: String)
  /// The loss of the meta-classifier became infinite or not a number.
  case metaClassifierDiverged(epoch: Int, loss: Double)

  /// The error in a sentence or two, with what to do.
  public var description: String {
    switch self {
    case .unsupportedLayer(let name, let type):
      "layer '\(name)' is a \(type), whose gradients cannot be had image by image"
    case .wrongEntryCount(let found, let rows, let columns):
      "\(found) signs do not fill \(rows) rows of \(columns)"
    case .noSuchRow(let row, let count):
      "there is no row \(row) in a matrix of \(count) rows"
    case .gradientsNotFinite(let images):
      """
      gradients are infinite or NaN for an image among those at \(images.first ?? 0) to \(images.last ?? 0)
        The model's weights are too large to compute with in float32; it cannot be examined.
      """
    case .picturesDoNotFit(let pictures, let model):
      """
      the pictures do not fit the model
        pictures: \(pictures)
        model: \(model)
      """
    case .badSetting(let name, let value, let expected):
      "\(name) is \(value), expected \(expected)"
    case .featuresDiffer(let found, let expected):
      "sign vectors have \(found) entries, expected \(expected)"
    case .badMetaClassifier(let file, let reason):
      "'\(file.path)' is not a usable meta-classifier: \(reason)"
    case .metaClassifierDiverged(let epoch, let loss):
      "the meta-classifier diverged in epoch \(epoch): the loss is \(loss); lower its learning rate"
    }
  }
}
