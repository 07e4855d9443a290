public import Foundation
internal import Glibc
internal import Synchronization

/// Files that appear whole or not at all, even if the process is killed or the machine stops.
///
/// Bytes go to a temporary file in the same folder, named `.NAME.tmp-PID-N`; it is flushed to the
/// disk and then renamed over the old file, and the folder is flushed too. A process killed in
/// between leaves the old file untouched and a hidden temporary file that nothing in Hallmark
/// reads and that can be deleted at will.
public enum AtomicFile {
  /// Takes the bytes of a file in pieces; valid only inside the closure it is handed to.
  public struct Writer: ~Copyable {
    let descriptor: Int32
    let path: String

    /// Appends bytes.
    ///
    /// - Throws: `ArtifactError.system` if the disk is full or fails.
    public func write(_ bytes: UnsafeRawBufferPointer) throws(ArtifactError) {
      try writeAll(bytes, to: descriptor, path: path)
    }

    /// Appends bytes.
    ///
    /// - Throws: `ArtifactError.system` if the disk is full or fails.
    public func write(_ bytes: [UInt8]) throws {
      try bytes.withUnsafeBytes { try write($0) }
    }
  }

  /// Writes a file whole, replacing the one of that name.
  ///
  /// - Throws: `ArtifactError.system`; the old file, if any, is then still there.
  public static func write(_ bytes: [UInt8], to url: URL) throws {
    try write(to: url) { try $0.write(bytes) }
  }

  /// Writes a file in pieces, replacing the one of that name once the closure has returned.
  ///
  /// - Throws: `ArtifactError.system`, or what the closure throws; the old file, if any, is then
  ///   still there.
  public static func write(to url: URL, _ body: (borrowing Writer) throws -> Void) throws {
    try put(at: url, mode: 0o666, replacing: true, body)
  }

  /// Writes a file whole where there is none; of two processes that try at once, one succeeds.
  ///
  /// - Parameters:
  ///   - bytes: What it shall hold.
  ///   - url: Where.
  ///   - isPrivate: Whether only its owner may read it.
  /// - Throws: `ArtifactError.exists` if there is a file already; it is then still there. `.system`.
  public static func create(_ bytes: [UInt8], at url: URL, isPrivate: Bool = false) throws {
    try put(at: url, mode: isPrivate ? 0o600 : 0o666, replacing: false) { try $0.write(bytes) }
  }

  private static func put(
    at url: URL,
    mode: mode_t,
    replacing: Bool,
    _ body: (borrowing Writer) throws -> Void
  ) throws {
    let temporary = try openTemporaryFile(besides: url, mode: mode)
    do {
      defer { close(temporary.descriptor) }
      try body(Writer(descriptor: temporary.descriptor, path: url.path))
      guard fsync(temporary.descriptor) == 0 else { throw ArtifactError.system("flush", url.path) }
    } catch {
      unlink(temporary.path)
      throw error
    }
    // A second name cannot be given over a file that is there, other than a new one.
    let isDone =
      replacing
      ? rename(temporary.path, url.path) == 0 : link(temporary.path, url.path) == 0
    guard isDone else {
      let error =
        errno == EEXIST
        ? ArtifactError.exists(path: url.path)
        : .system(replacing ? "replace" : "create", url.path)
      unlink(temporary.path)
      throw error
    }
    if !replacing { unlink(temporary.path) }
    try flushFolder(url.deletingLastPathComponent().path)
  }

  /// Whether a name is that of a temporary file.
  package static func isLeftover(_ name: String) -> Bool {
    name.hasPrefix(".") && name.contains(".tmp-")
  }

  private static let count = Atomic<Int>(0)

  private static func openTemporaryFile(
    besides url: URL,
    mode: mode_t
  ) throws(ArtifactError) -> (descriptor: Int32, path: String) {
    let folder = url.deletingLastPathComponent()
    while true {
      let number = count.wrappingAdd(1, ordering: .relaxed).newValue
      let name = ".\(url.lastPathComponent).tmp-\(getpid())-\(number)"
      let path = folder.appendingPathComponent(name).path
      let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
      if descriptor >= 0 { return (descriptor, path) }
      // A killed process that had our number may have left a file of this name: take the next.
      guard errno == EEXIST else { throw .system("write", url.path) }
    }
  }

  private static func flushFolder(_ path: String) throws(ArtifactError) {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system("open", path) }
    defer { close(descriptor) }
    // Some network file systems cannot flush folders and say EINVAL; the rename itself holds.
    guard fsync(descriptor) == 0 || errno == EINVAL else { throw .system("flush", path) }
  }
}

/// Writes all bytes, however few the system takes at a time.
func writeAll(
  _ bytes: UnsafeRawBufferPointer,
  to descriptor: Int32,
  path: String
) throws(ArtifactError) {
  var written = 0
  while written < bytes.count {
    let rest = UnsafeRawBufferPointer(rebasing: bytes[written...])
    let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
    if count < 0 && errno == EINTR { continue }
    guard count >= 0 else { throw .system("write", path) }
    written += count
  }
}
