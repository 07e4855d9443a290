public import Foundation

/// What can keep a stage, an examination, or a measurement made of them from running.
public enum StageError: Error, Sendable, CustomStringConvertible {
  /// A name of a data source means nothing.
  case unknownDataSource(String, reason: String)
  /// Training and test pictures have different classes.
  case classesDiffer(train: [String], test: [String])
  /// An output folder holds something else.
  case outputInTheWay(URL, reason: String)
  /// A number that a user gave makes no sense.
  case badSetting(name: String, value: String, expected: String)
  /// A claim does not hold what it says.
  case claimRefused(reason: String)
  /// An examiner's folder was changed or is for something else.
  case badExamination(URL, reason: String)
  /// The user stopped the work.
  case interrupted(advice: String)

  /// The error in a sentence or two, with what to do.
  public var description: String {
    switch self {
    case .unknownDataSource(let name, let reason):
      """
      cannot use '\(name)' as a data set: \(reason)
        Give 'shapes', a folder of CIFAR-10 binary files, or one with train/<class> and test/<class>.
      """
    case .classesDiffer(let train, let test):
      """
      training and test pictures have different classes
        train: \(train.joined(separator: ", "))
        test: \(test.joined(separator: ", "))
      """
    case .outputInTheWay(let folder, let reason):
      """
      cannot write to '\(folder.path)': \(reason)
        Choose another --output; remove the folder only if nothing in it is needed.
      """
    case .badSetting(let name, let value, let expected):
      "\(name) is \(value), expected \(expected)"
    case .claimRefused(let reason):
      "the claim is refused: \(reason)"
    case .badExamination(let folder, let reason):
      """
      cannot use the examination '\(folder.path)': \(reason)
        Examine the claim again, into a new folder.
      """
    case .interrupted(let advice):
      "stopped, as you wished\n  \(advice)"
    }
  }
}

extension StageError {
  /// Refuses the first number that is not in its range.
  package static func check(_ numbers: [(name: String, value: Int, range: ClosedRange<Int>)]) throws
  {
    for (name, value, range) in numbers where !range.contains(value) {
      throw badSetting(
        name: name,
        value: "\(value)",
        expected: "\(range.lowerBound) to \(range.upperBound)"
      )
    }
  }
}
