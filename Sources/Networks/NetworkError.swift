import Artifacts
public import Foundation

/// What can be wrong with a network, a model file or a training run.
public enum NetworkError: Error, Sendable, CustomStringConvertible {
  /// No architecture has this name.
  case unknownArchitecture(String)
  /// A model file lacks an entry of its metadata, or the entry makes no sense.
  case badMetadata(file: URL, key: String, value: String?, expected: String)
  /// A model file's tensors are not those of its architecture.
  case layersDiffer(file: URL, architecture: String, difference: LayerDifference)
  /// A tensor of a model file is not finite.
  case notFinite(file: URL, tensor: String)
  /// A tensor of a model that was to be written is not finite.
  case notFiniteToWrite(file: URL, tensor: String)
  /// A running variance of a model file is negative.
  case negativeVariance(file: URL, tensor: String)
  /// Pictures do not fit a model.
  case picturesDoNotFit(String)
  /// A setting of training makes no sense.
  case badSetting(name: String, value: String, expected: String)
  /// The loss became infinite or not a number.
  case diverged(epoch: Int, loss: Double)
  /// An update made a weight infinite or not a number.
  case weightsDiverged(epoch: Int, tensor: String)
  /// A checkpoint belongs to another run.
  case checkpointDiffers(file: URL, key: String, checkpoint: String, run: String)
  /// The folder of a run cannot be made.
  case badFolder(URL)
  /// A checkpoint is damaged.
  case badCheckpoint(file: URL, reason: String)

  /// The error in a sentence or two, with what to do.
  public var description: String {
    switch self {
    case .unknownArchitecture(let name):
      """
      there is no architecture '\(name)'
        Known are wrn-<depth>-<width> (depth 10, 16, 22, 28, …), resnet-18, resnet-34, vgg-19-bn.
      """
    case .badMetadata(let file, let key, let value, let expected):
      """
      '\(file.path)' is not a complete model file: its metadata says \
      \(value.map { "\(key) = '\($0.printable())'" } ?? "nothing of '\(key)'"), expected \(expected)
        For a model trained elsewhere see "PyTorch users" in README.md.
      """
    case .layersDiffer(let file, let architecture, let difference):
      """
      '\(file.path)' does not hold a \(architecture): its layers differ
        \(difference)
      """
    case .notFinite(let file, let tensor):
      "'\(file.path)': tensor '\(tensor.printable())' holds infinities or NaN; the model cannot be evaluated"
    case .notFiniteToWrite(let file, let tensor):
      """
      '\(file.path)' is not written: the model's '\(tensor)' holds infinities or NaN, so nobody could read it again
        Noise or a learning rate may be too large.
      """
    case .negativeVariance(let file, let tensor):
      "'\(file.path)': tensor '\(tensor.printable())' holds negative variances; the model cannot be evaluated"
    case .picturesDoNotFit(let reason): reason
    case .badSetting(let name, let value, let expected):
      "\(name) is \(value), expected \(expected)"
    case .diverged(let epoch, let loss):
      """
      training diverged in epoch \(epoch): the loss is \(loss)
        Try a lower --learning-rate, or --precision float32.
      """
    case .weightsDiverged(let epoch, let tensor):
      """
      training diverged in epoch \(epoch): '\(tensor)' holds infinities or NaN
        Try a lower --learning-rate, or --precision float32.
      """
    case .checkpointDiffers(let file, let key, let checkpoint, let run):
      """
      cannot resume from '\(file.path)': it belongs to another run
        \(key): checkpoint \(checkpoint), this run \(run)
        Repeat the settings of the first run, or choose another output folder.
      """
    case .badFolder(let folder):
      """
      cannot make the folder '\(folder.path)'
        Is there a file of that name? Check the path and its permissions.
      """
    case .badCheckpoint(let file, let reason):
      """
      cannot resume from '\(file.path)': \(reason)
        Remove the file to start over.
      """
    }
  }
}

/// The first tensor in which two networks differ.
public struct LayerDifference: Sendable, Hashable, CustomStringConvertible {
  /// The tensor's dotted name.
  public let tensor: String
  /// Its shape in the file or model that was found, if it is there.
  public let found: [Int]?
  /// Its shape in the network that was expected, if it is there.
  public let expected: [Int]?

  /// Creates a difference from what was found and what was expected.
  public init(tensor: String, found: [Int]?, expected: [Int]?) {
    self.tensor = tensor
    self.found = found
    self.expected = expected
  }

  /// The tensor with both shapes.
  public var description: String {
    let say = { (shape: [Int]?) in shape.map { "\($0)" } ?? "absent" }
    return "\(tensor.printable()): found \(say(found)), expected \(say(expected))"
  }

  /// Returns the first difference between two lists of tensor shapes, in the expected order.
  public static func first(
    between found: [(name: String, shape: [Int])],
    and expected: [(name: String, shape: [Int])]
  ) -> LayerDifference? {
    let foundShapes = Dictionary(found.map { ($0.name, $0.shape) }) { first, _ in first }
    for (name, shape) in expected where foundShapes[name] != shape {
      return LayerDifference(tensor: name, found: foundShapes[name], expected: shape)
    }
    let known = Set(expected.map(\.name))
    guard let extra = found.first(where: { !known.contains($0.name) }) else { return nil }
    return LayerDifference(tensor: extra.name, found: extra.shape, expected: nil)
  }
}
