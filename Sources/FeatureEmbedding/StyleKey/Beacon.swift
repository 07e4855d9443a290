internal import Artifacts
public import Foundation

/// The value from outside that an owner promises to use, before anybody knows it.
public struct BeaconPlan: Sendable, Hashable {
  /// Where the value will come from, such as `NIST Randomness Beacon 2.0` or a registrar's name.
  public let source: String
  /// The moment of the value, for sources that publish one after the other; nil if the source gives one
  /// value to each commitment.
  ///
  /// Without it the owner could wait and take whichever of many values suits.
  public let date: Date?

  /// Creates a plan; fractions of a second are dropped.
  public init(source: String, date: Date?) {
    self.source = source
    self.date = date?.wholeSeconds
  }
}

/// A value from outside that nobody could know or choose when the commitment was made.
public struct Beacon: Sendable, Hashable {
  /// The value, in the one spelling that keys are derived from.
  ///
  /// Hexadecimal digits become lower case and lose a leading `0x`; white space at the ends goes. Else each
  /// spelling of a value would give a key of its own, and the owner a choice.
  public let value: String
  /// When it was published, in whole seconds.
  public let date: Date

  /// Takes a value of 8 to 4,096 bytes.
  ///
  /// - Throws: `FeatureEmbeddingError.invalidSetting` for another length.
  public init(value: String, date: Date) throws(FeatureEmbeddingError) {
    var text = value.trimmingCharacters(in: .whitespacesAndNewlines)
    let digits = text.lowercased().hasPrefix("0x") ? String(text.dropFirst(2)) : text
    if digits.utf8.allSatisfy({ $0 < 128 && Character(UnicodeScalar($0)).isHexDigit }) {
      text = digits.lowercased()
    }
    guard (8...4_096).contains(text.utf8.count) else {
      throw .invalidSetting(
        name: "beacon value",
        value: "of \(text.utf8.count) bytes",
        allowed: "8 to 4096 bytes"
      )
    }
    self.value = text
    self.date = date.wholeSeconds
  }
}

extension Date {
  /// The date without fractions of a second.
  var wholeSeconds: Date {
    Date(timeIntervalSince1970: timeIntervalSince1970.rounded(.down))
  }

  /// Such as `2026-11-24T11:08:55Z`.
  package var iso8601: String { formatted(.iso8601) }

  /// Reads a date in the one form that `iso8601` writes.
  package init(iso8601 text: String) throws(FeatureEmbeddingError) {
    guard text.utf8.count == 20, let date = try? Date(text, strategy: .iso8601),
      date.iso8601 == text
    else {
      throw .invalidSetting(
        name: "a date",
        value: "'\(text.printable())'",
        allowed: "one like 2026-11-24T11:08:55Z"
      )
    }
    self = date
  }
}
