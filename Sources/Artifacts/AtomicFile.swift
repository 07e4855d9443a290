public import Foundation

/// Writes files that are either complete or absent, whatever kills the writer.
public enum AtomicFile {
  /// Replaces a file: a temporary file in the same folder, fsync, rename.
  ///
  /// - Throws: A POSIX error of the step that failed.
  public static func write(_ bytes: [UInt8], to file: URL) throws {
    let temporary = file.deletingLastPathComponent()
      .appendingPathComponent(".\(file.lastPathComponent).\(UUID().uuidString)")
    do {
      try Data(bytes).write(to: temporary)
      let handle = try FileHandle(forWritingTo: temporary)
      try handle.synchronize()
      try handle.close()
    } catch {
      try? FileManager.default.removeItem(at: temporary)
      throw error
    }
    guard rename(temporary.path, file.path) == 0 else {
      let code = errno
      try? FileManager.default.removeItem(at: temporary)
      throw POSIXError(POSIXErrorCode(rawValue: code) ?? .EIO)
    }
  }
}
