public import Foundation

/// A metrics file with one JSON object a line, in the order of the run.
///
/// Open it with the number of records that the last checkpoint counts, and a killed and resumed run
/// leaves the same file as one that was never interrupted.
public final class JSONLinesWriter {
  private let file: RecordFile

  /// Opens a file for appending, creating it if need be.
  ///
  /// - Parameters:
  ///   - url: The file.
  ///   - count: How many of its records to keep: 0 for a new run, the checkpoint's count for a
  ///     resumed one, nil for all. Half a record at the end is always dropped.
  /// - Throws: `ArtifactError.tooFewRecords` if the file holds less than that, or `.system`.
  public init(at url: URL, keeping count: Int?) throws {
    file = try RecordFile(at: url, quoted: false)
    try file.truncate(to: count)
  }

  /// Appends a record and hands it to the system, so that it outlives this process.
  ///
  /// Keys are sorted; infinities and NaN become the strings `Infinity`, `-Infinity` and `NaN`.
  ///
  /// - Throws: `ArtifactError.system`, or what encoding throws.
  public func append(_ record: some Encodable) throws {
    try file.append(JSONValue(encoding: record).compactBytes + [UInt8(ascii: "\n")])
  }

  /// Waits until all records are on the disk; call it before writing a checkpoint that counts them.
  ///
  /// - Throws: `ArtifactError.system`.
  public func synchronize() throws {
    try file.synchronize()
  }
}

/// Files with one JSON value a line, read and written whole.
public enum JSONLines {
  /// The most bytes read of such a file, where nothing else is said.
  public static let sizeLimit = 256 << 20

  /// Returns all whole records; half a record at the end, left by a killed run, does not count.
  ///
  /// - Parameters:
  ///   - type: What a record is.
  ///   - url: The file.
  ///   - limit: The most bytes it may have.
  /// - Returns: The records, in the order of the lines.
  /// - Throws: `ArtifactError`, naming the file and the record that does not fit.
  public static func read<Record: Decodable>(
    _ type: Record.Type = Record.self,
    from url: URL,
    limit: Int = sizeLimit
  ) throws -> [Record] {
    let bytes = try RegularFile(at: url).contents(limit: limit)
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    return try lines.dropLast().enumerated().map { index, line in
      do {
        return try JSONValue(parsing: Array(line)).decode(as: type)
      } catch {
        throw ArtifactError.unsuitableRecord(
          path: url.path,
          record: index + 1,
          reason: (error as? DecodingError).map(\.sentence) ?? String(describing: error)
        )
      }
    }
  }

  /// Writes records, one a line, in place of the file of that name.
  ///
  /// - Throws: `ArtifactError.system`, the old file then still being there; what encoding throws.
  public static func write(_ records: some Sequence<some Encodable>, to url: URL) throws {
    let lines = try records.map { try JSONValue(encoding: $0).compactText + "\n" }
    try AtomicFile.write(Array(lines.joined().utf8), to: url)
  }
}
