import Foundation

/// An open regular file, read front to back.
///
/// Pipes, devices and folders are refused, not waited for.
final class RegularFile {
  let name: String
  let size: Int
  private let descriptor: Int32

  init(_ file: URL) throws {
    name = file.path
    // Non-blocking, since opening a pipe that nobody writes to would otherwise never return.
    descriptor = open(name, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw DatasetError.unreadable(file: name, reason: RegularFile.lastError)
    }
    var information = stat()
    guard fstat(descriptor, &information) == 0 else {
      let reason = RegularFile.lastError
      close(descriptor)
      throw DatasetError.unreadable(file: name, reason: reason)
    }
    guard information.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw DatasetError.notARegularFile(
        file: name,
        found: RegularFile.kind(of: information.st_mode)
      )
    }
    size = Int(information.st_size)
  }

  deinit { close(descriptor) }

  /// Fills as much of the buffer as the file still has; returns the number of bytes read.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    guard let start = buffer.baseAddress else { return 0 }
    var filled = 0
    while filled < buffer.count {
      let got = Glibc.read(descriptor, start + filled, buffer.count - filled)
      if got < 0, errno == EINTR { continue }
      guard got >= 0 else {
        throw DatasetError.unreadable(file: name, reason: RegularFile.lastError)
      }
      guard got > 0 else { break }
      filled += got
    }
    return filled
  }

  /// Reads a whole file of at most `limit` bytes.
  static func bytes(of file: URL, limit: Int) throws -> [UInt8] {
    let file = try RegularFile(file)
    guard file.size <= limit else {
      throw DatasetError.fileTooLarge(file: file.name, bytes: file.size, limit: limit)
    }
    return try [UInt8](unsafeUninitializedCapacity: file.size) { buffer, count in
      count = try file.read(into: UnsafeMutableRawBufferPointer(buffer))
    }
  }

  static func kind(of mode: mode_t) -> String {
    switch mode & S_IFMT {
    case S_IFDIR: "a folder"
    case S_IFIFO: "a pipe"
    case S_IFSOCK: "a socket"
    default: "a device"
    }
  }

  private static var lastError: String { String(cString: strerror(errno)) }
}
