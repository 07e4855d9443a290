internal import Glibc
package import Foundation

/// A regular file opened for reading; closed when the last reference goes.
///
/// Opening refuses pipes and devices, which could block or never end, so files from others are safe
/// to open.
package final class RegularFile {
  /// The path that was opened, for messages.
  package let path: String
  /// The file's size in bytes when it was opened.
  package let size: Int
  /// The descriptor, valid as long as this object.
  package let descriptor: Int32

  package init(at url: URL) throws(ArtifactError) {
    let path = url.path
    // Without O_NONBLOCK, opening a pipe would wait for its writer before we could refuse it.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .system("open", path) }
    do {
      size = try Self.size(of: descriptor, path)
    } catch {
      close(descriptor)
      throw error
    }
    self.path = path
    self.descriptor = descriptor
  }

  /// The size of what was opened; refuses whatever is no regular file.
  static func size(of descriptor: Int32, _ path: String) throws(ArtifactError) -> Int {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .system("inspect", path) }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return Int(status.st_size)
    case S_IFDIR: throw .notARegularFile(path: path, found: "a folder")
    case S_IFIFO: throw .notARegularFile(path: path, found: "a pipe")
    case S_IFSOCK: throw .notARegularFile(path: path, found: "a socket")
    default: throw .notARegularFile(path: path, found: "a device")
    }
  }

  deinit { close(descriptor) }

  /// Reads bytes at an offset until the buffer is full or the file ends.
  ///
  /// - Returns: The number of bytes read.
  package func read(
    into buffer: UnsafeMutableRawBufferPointer,
    at offset: Int
  ) throws(ArtifactError) -> Int {
    var filled = 0
    while filled < buffer.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
      let count = pread(descriptor, rest.baseAddress, rest.count, off_t(offset + filled))
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw .system("read", path) }
      if count == 0 { break }
      filled += count
    }
    return filled
  }

  /// Calls the body with one chunk after another, from the start to the end of the file.
  package func forEachChunk(
    of chunkSize: Int = 1 << 20,
    _ body: (UnsafeRawBufferPointer) -> Void
  ) throws(ArtifactError) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: chunkSize, alignment: 16)
    defer { buffer.deallocate() }
    var offset = 0
    while true {
      let count = try read(into: buffer, at: offset)
      if count == 0 { return }
      body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      offset += count
    }
  }

  /// Returns the first bytes of the file, fewer if it is shorter.
  package func prefix(_ count: Int) throws -> [UInt8] {
    try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = try read(into: UnsafeMutableRawBufferPointer(buffer), at: 0)
    }
  }

  /// Returns the whole file, if it has at most `limit` bytes.
  package func contents(limit: Int) throws -> [UInt8] {
    guard size <= limit else {
      throw ArtifactError.tooLarge(path: path, bytes: size, limit: limit)
    }
    return try prefix(size)
  }
}

extension ArtifactError {
  /// The error for a system call that has just failed; reads `errno`.
  static func system(_ operation: String, _ path: String) -> ArtifactError {
    .system(operation: operation, path: path, reason: String(cString: strerror(errno)))
  }
}
