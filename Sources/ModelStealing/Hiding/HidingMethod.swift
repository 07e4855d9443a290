public import Artifacts
public import Networks
import Torch

/// A way to change a stolen model so that the theft is harder to see, at some cost in accuracy.
///
/// One published method is one type in one file.
public protocol HidingMethod {
  /// The method's name on the command line and in manifests.
  static var name: String { get }

  /// What decides the outcome beside the stolen model, for the manifest.
  var manifestSettings: [String: JSONValue] { get throws }

  /// SHA-256 of files that it uses beside the stolen model's, by their role, for the manifest.
  var inputs: [String: Digest] { get }

  /// How much the hidden model's answers tell, once it is deployed.
  var answerForm: AnswerForm { get }

  /// Refuses a model that the method cannot work on, before anything is trained.
  ///
  /// - Throws: `StealingError` if a setting does not fit the model.
  func check(against model: Classifier) throws

  /// Changes a copy of a stolen model.
  ///
  /// - Parameters:
  ///   - model: The stolen model, which stays as it is.
  ///   - run: Where checkpoints and metrics go, for methods that train; none keeps nothing.
  ///   - onProgress: Called after every step of training. What it throws ends the work.
  /// - Returns: The changed copy; the same for the same model, settings and seed.
  /// - Throws: `StealingError` if a setting does not fit the model; what training reports.
  func disguise(
    _ model: Classifier,
    run: TrainingRun?,
    onProgress: (TrainingProgress) throws -> Void
  ) throws -> Classifier
}

extension HidingMethod {
  /// None, unless a method says otherwise.
  public var inputs: [String: Digest] { [:] }
  /// All probabilities, unless a method says otherwise.
  public var answerForm: AnswerForm { .probabilities }
  /// Takes any model.
  public func check(against model: Classifier) throws {}
}

/// How much of a network may be pruned.
enum PruningShare {
  /// Returns a share that leaves something and takes something.
  ///
  /// - Throws: `StealingError.badSetting` for any other.
  static func checked(_ share: Double) throws(StealingError) -> Double {
    guard share > 0, share < 1 else {
      throw StealingError.badSetting(
        name: "the share to prune",
        value: "\(share)",
        expected: "a number above 0 and below 1"
      )
    }
    return share
  }

  /// Returns how many of `total` a share is, to the nearest.
  ///
  /// - Throws: `StealingError.badSetting` if that is none or all.
  static func count(_ share: Double, of total: Int, _ what: String) throws(StealingError) -> Int {
    let count = Int((share * Double(total)).rounded())
    guard count > 0, count < total else {
      throw StealingError.badSetting(
        name: "the share to prune",
        value: "\(share), \(count) of \(total) \(what)",
        expected: "a share of at least one that leaves at least one"
      )
    }
    return count
  }
}

extension Module {
  /// The weights of all convolutions and linear layers, without biases, in the network's order.
  var layerWeights: [Tensor] {
    namedModules.compactMap { _, module in
      (module as? Conv2d)?.weight ?? (module as? Linear)?.weight
    }
  }
}
