internal import Artifacts
public import Foundation

/// The value from outside that an owner promises to use, before anybody knows it.
public struct BeaconPlan: Sendable, Hashable {
  /// Where the value will come from, such as `NIST Randomness Beacon 2.0, outputValue`, or a
  /// registrar's name; of a source that publishes several values at once it says which.
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
  /// The value, in the one spelling that keys are derived from: lower-case hexadecimal digits.
  ///
  /// A leading `0x`, white space, colons and hyphens go, and zeros in front are added until there are 64 digits,
  /// 128, or as many times two as it takes. Else each spelling of a value would give a key of its own, and the owner
  /// a choice; so nothing but digits is a value at all.
  public let value: String
  /// When it was published, in whole seconds.
  public let date: Date

  /// Takes a value of 8 to 4,096 hexadecimal digits; decimal ones are such too.
  ///
  /// - Throws: `FeatureEmbeddingError.invalidSetting` for another length or other characters.
  public init(value: String, date: Date) throws(FeatureEmbeddingError) {
    var digits = Array(value.utf8.filter { !Self.separators.contains($0) })
    if digits.starts(with: Array("0x".utf8)) || digits.starts(with: Array("0X".utf8)) {
      digits.removeFirst(2)
    }
    let text = String(String(decoding: digits, as: UTF8.self).lowercased().drop { $0 == "0" })
    guard text.utf8.allSatisfy({ $0 < 128 && Character(UnicodeScalar($0)).isHexDigit }) else {
      throw .invalidSetting(
        name: "beacon value",
        value: "'\(value.printable(limit: 80))'",
        allowed: "hexadecimal digits; write another value's bytes in them"
      )
    }
    guard (8...4_096).contains(text.utf8.count) else {
      throw .invalidSetting(
        name: "beacon value",
        value: "of \(text.utf8.count) digits without zeros in front",
        allowed: "8 to 4096 hexadecimal digits"
      )
    }
    var width = 64
    while width < text.utf8.count { width *= 2 }
    self.value = String(repeating: "0", count: width - text.utf8.count) + text
    self.date = date.wholeSeconds
  }

  private static let separators = Set(" \t\r\n:-".utf8)

  /// The value for people who look it up, without zeros in front: all of it, or of a long one its beginning, length
  /// and SHA-256.
  public var shown: String {
    let digits = String(value.drop { $0 == "0" })
    guard digits.utf8.count > 256 else { return digits }
    let digest = Digest(of: Array(digits.utf8))
    return "\(digits.prefix(64))… (\(digits.utf8.count) digits in all, whose SHA-256 is \(digest))"
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
