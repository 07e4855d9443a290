public import Foundation

/// A metrics table as comma-separated values: a header, then a row a record.
///
/// Fields are quoted as RFC 4180 says; lines end in a line feed alone. See `JSONLinesWriter` for
/// resuming.
public final class CSVWriter {
  /// The names in the header.
  public let columns: [String]
  private let file: RecordFile

  /// Opens a table for appending, creating it with its header if need be.
  ///
  /// - Parameters:
  ///   - url: The file.
  ///   - columns: The names in the header, at least one.
  ///   - count: How many rows to keep, the header not counted: 0 for a new run, the checkpoint's
  ///     count for a resumed one, nil for all. Half a row at the end is always dropped.
  /// - Throws: `ArtifactError.tooFewRecords`, `.wrongColumns` if the file has another header, or
  ///   `.system`.
  public init(at url: URL, columns: [String], keeping count: Int?) throws {
    self.columns = columns
    file = try RecordFile(at: url, quoted: true)
    let header = CSVWriter.line(columns)
    let start = try RegularFile(at: url).prefix(header.count + 4096)
    // A file that ends within our header is one whose writer was killed at once.
    if count == 0 || (count == nil && header.starts(with: start)) {
      try file.truncate(to: 0)
      try file.append(header)
      return
    }
    guard start.starts(with: header) else {
      let found = String(decoding: start.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
      throw ArtifactError.wrongColumns(
        path: url.path,
        expected: columns,
        found: found.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      )
    }
    try file.truncate(to: count.map { $0 + 1 })
  }

  /// Appends a row and hands it to the system, so that it outlives this process.
  ///
  /// - Parameter fields: One text a column; write numbers with `description`, which reads back as
  ///   the same number.
  /// - Throws: `ArtifactError.wrongColumns` if the number of fields differs, or `.system`.
  public func append(_ fields: [String]) throws {
    guard fields.count == columns.count else {
      throw ArtifactError.wrongColumns(path: file.path, expected: columns, found: fields)
    }
    try file.append(CSVWriter.line(fields))
  }

  /// Waits until all rows are on the disk; call it before writing a checkpoint that counts them.
  ///
  /// - Throws: `ArtifactError.system`.
  public func synchronize() throws {
    try file.synchronize()
  }

  private static func line(_ fields: [String]) -> [UInt8] {
    Array((fields.map(quoted).joined(separator: ",") + "\n").utf8)
  }

  private static func quoted(_ field: String) -> String {
    // Bytes, not characters: "\r\n" is one Character and equals neither of its halves.
    let special = field.utf8.contains { "\",\r\n".utf8.contains($0) }
    return special ? "\"" + field.replacing("\"", with: "\"\"") + "\"" : field
  }
}
