public import Artifacts
public import Networks

/// Leaves the weights as they are and answers with probabilities rounded to a few digits.
///
/// It hides what is to be read from small differences of probabilities, and costs accuracy only where
/// the likeliest classes become equal: then the first of them counts.
public struct OutputRounding: HidingMethod {
  /// `output-rounding`.
  public static let name = "output-rounding"

  /// Digits after the point, 1 to 7.
  public let digits: Int

  /// Creates the method.
  ///
  /// - Throws: `StealingError.badSetting` if the number of digits is outside 1...7.
  public init(digits: Int) throws(StealingError) {
    guard (1...7).contains(digits) else {
      throw StealingError.badSetting(
        name: "the number of digits",
        value: "\(digits)",
        expected: "1 to 7"
      )
    }
    self.digits = digits
  }

  /// The digits.
  public var manifestSettings: [String: JSONValue] { ["digits": .integer(Int128(digits))] }

  /// Rounded probabilities.
  public var answerForm: AnswerForm { .rounded(digits: digits) }

  /// Returns a copy.
  public func disguise(
    _ model: Classifier,
    run: TrainingRun?,
    onProgress: (TrainingProgress) throws -> Void
  ) throws -> Classifier {
    try model.copied()
  }
}
