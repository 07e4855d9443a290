/// How much a deployed classifier tells of what it computed.
///
/// All but the first are what services do to make stealing harder without being able to prove it:
/// rounded confidences, the likeliest classes only, or noise (the defences that do not verify
/// ownership, in the related work of Li et al., AAAI 2022).
public enum AnswerForm: Sendable, Hashable, CustomStringConvertible {
  /// The probability of every class.
  case probabilities
  /// The probability of every class, rounded to so many digits after the point; 1 to 7.
  case rounded(digits: Int)
  /// The probabilities of the likeliest classes only; at least 1.
  case top(Int)
  /// The likeliest class and no probability.
  case label
  /// Probabilities with Gaussian noise of this standard deviation, above 0 and at most 1, cut off at
  /// 0 and scaled to a sum of 1.
  ///
  /// The noise is a function of the picture and the model's weights, so asking twice does not average it away, and
  /// nobody without the weights knows it.
  case noisy(deviation: Double)

  /// Reads a name: `probabilities`, `rounded:DIGITS`, `top:COUNT`, `label` or `noise:DEVIATION`.
  ///
  /// - Throws: `StealingError.badAnswerForm` if it is none of these.
  public init(_ name: String) throws {
    let parts = name.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    let number = parts.count == 2 ? parts[1] : nil
    switch (parts[0], number) {
    case ("probabilities", nil): self = .probabilities
    case ("label", nil): self = .label
    case ("rounded", let digits?):
      guard let digits = Int(digits), (1...7).contains(digits) else {
        throw StealingError.badAnswerForm(name, expected: "1 to 7 digits, as in rounded:2")
      }
      self = .rounded(digits: digits)
    case ("top", let count?):
      guard let count = Int(count), count >= 1 else {
        throw StealingError.badAnswerForm(name, expected: "a number of classes, as in top:3")
      }
      self = .top(count)
    case ("noise", let deviation?):
      guard let deviation = Double(deviation), deviation > 0, deviation <= 1 else {
        throw StealingError.badAnswerForm(name, expected: "a deviation up to 1, as in noise:0.1")
      }
      self = .noisy(deviation: deviation)
    default:
      throw StealingError.badAnswerForm(
        name,
        expected: "probabilities, rounded:DIGITS, top:COUNT, label or noise:DEVIATION"
      )
    }
  }

  /// Checks that a victim can answer so.
  ///
  /// - Parameter classCount: How many classes it knows.
  /// - Throws: `StealingError.badAnswerForm` if it is to tell more of them.
  public func check(classCount: Int) throws {
    guard case .top(let count) = self, count > classCount else { return }
    throw StealingError.badAnswerForm(
      description,
      expected: "at most top:\(classCount), for the victim knows \(classCount) classes"
    )
  }

  /// The name that `init` reads.
  public var description: String {
    switch self {
    case .probabilities: "probabilities"
    case .rounded(let digits): "rounded:\(digits)"
    case .top(let count): "top:\(count)"
    case .label: "label"
    case .noisy(let deviation): "noise:\(deviation)"
    }
  }
}
