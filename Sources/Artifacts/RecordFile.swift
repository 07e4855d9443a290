internal import Foundation
internal import Glibc

/// A file that grows by whole records and can be cut back to the first few of them.
///
/// Each record goes to the system in one write, so a killed process loses at most the record it was
/// writing, and half a record at the end is recognised by its missing line end.
final class RecordFile {
  let path: String
  private let descriptor: Int32
  private let quoted: Bool

  /// Opens or creates a file.
  ///
  /// - Parameters:
  ///   - url: The file.
  ///   - quoted: Whether line ends between double quotes belong to the record (CSV).
  /// - Throws: `ArtifactError.system` or `.notARegularFile`.
  init(at url: URL, quoted: Bool) throws(ArtifactError) {
    path = url.path
    self.quoted = quoted
    let opened = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0o666)
    guard opened >= 0 else { throw .system("open", path) }
    do {
      _ = try RegularFile.size(of: opened, path)
    } catch {
      close(opened)
      throw error
    }
    // Last, for a failed initialiser of a complete object would close it again.
    descriptor = opened
  }

  deinit { close(descriptor) }

  func append(_ record: [UInt8]) throws {
    try record.withUnsafeBytes { try writeAll($0, to: descriptor, path: path) }
  }

  /// Waits until all records are on the disk.
  func synchronize() throws(ArtifactError) {
    guard fsync(descriptor) == 0 else { throw .system("flush", path) }
  }

  /// Keeps the first records and drops the rest, half a record at the end included.
  ///
  /// - Parameter count: How many to keep; nil keeps every whole record.
  /// - Throws: `ArtifactError.tooFewRecords` or `.system`.
  func truncate(to count: Int?) throws {
    let ends = try recordEnds(atMost: count)
    if let count, ends.count < count {
      throw ArtifactError.tooFewRecords(path: path, found: ends.count, expected: count)
    }
    guard ftruncate(descriptor, off_t(ends.length)) == 0 else {
      throw ArtifactError.system("truncate", path)
    }
  }

  /// Counts whole records, up to a limit, and the bytes they take.
  private func recordEnds(atMost limit: Int?) throws -> (count: Int, length: Int) {
    var result = (count: 0, length: 0)
    var offset = 0
    var inQuotes = false
    let file = try RegularFile(at: URL(fileURLWithPath: path))
    try file.forEachChunk { chunk in
      for byte in chunk {
        offset += 1
        if quoted && byte == UInt8(ascii: "\"") { inQuotes.toggle() }
        guard byte == UInt8(ascii: "\n"), !inQuotes, result.count < limit ?? .max else { continue }
        result = (result.count + 1, offset)
      }
    }
    return result
  }
}
