public import Artifacts
public import Foundation
internal import Glibc

/// A safetensors file from anyone, checked in full before anything of it is shown.
///
/// The format (https://github.com/huggingface/safetensors): the header's length as 8 bytes,
/// little-endian; the header in JSON; the tensors' bytes. Unlike other formats for weights it cannot
/// carry code, and every check that its reference reader makes is made here too, and some more:
/// duplicate keys and unknown fields are refused.
///
/// The file is read, not mapped into memory, so that one which shrinks while it is open gives an
/// error instead of ending the process.
public final class SafeTensorsFile {
  /// The most bytes a header may have; the reference reader's number.
  public static let headerLimit = 100_000_000
  /// The most tensors, and the most metadata entries, that are read.
  public static let entryLimit = 65_536
  /// The most sizes in a shape that are read.
  public static let dimensionLimit = 8

  /// The file's path.
  public let path: String
  /// Texts by name that the writer left; not trusted, and never needed to read the tensors.
  public let metadata: [String: String]
  /// All tensors, in the order of their data.
  public let entries: [SafeTensorsEntry]

  private let file: RegularFile
  private let dataStart: Int
  private let indices: [String: Int]

  /// Opens a file and checks its header against its length.
  ///
  /// - Throws: `SafeTensorsError`, naming the tensor at fault.
  /// - Complexity: One read of the header; the tensors' bytes are not touched.
  public init(contentsOf url: URL) throws {
    path = url.path
    do {
      file = try RegularFile(at: url)
      let headerLength = try SafeTensorsFile.headerLength(of: file)
      dataStart = SafeTensorsFile.lengthSize + headerLength
      let header = try SafeTensorsFile.readHeader(of: file, length: headerLength)
      metadata = header.metadata
      entries = header.entries
    } catch let error as ArtifactError {
      throw SafeTensorsError(file: url.path, problem: .system(error))
    } catch let problem as SafeTensorsError.Problem {
      throw SafeTensorsError(file: url.path, problem: problem)
    }
    indices = Dictionary(uniqueKeysWithValues: zip(entries.map(\.name), entries.indices))
  }

  /// The names of all tensors, in the order of their data.
  public var tensorNames: [String] { entries.map(\.name) }

  /// Describes one tensor.
  ///
  /// - Returns: Its type, shape and place.
  /// - Throws: `SafeTensorsError` if there is none of that name.
  public func tensor(named name: String) throws -> SafeTensorsEntry {
    guard let index = indices[name] else {
      throw SafeTensorsError(file: path, problem: .noSuchTensor(name: name))
    }
    return entries[index]
  }

  /// Reads the bytes of a tensor into memory that is there already, such as another tensor's.
  ///
  /// - Parameters:
  ///   - name: The tensor.
  ///   - buffer: Exactly as many bytes as the tensor has; filled with little-endian elements.
  /// - Throws: `SafeTensorsError` if there is no such tensor, the buffer has another size, or the
  ///   file cannot be read.
  public func readBytes(of name: String, into buffer: UnsafeMutableRawBufferPointer) throws {
    let entry = try tensor(named: name)
    guard buffer.count == entry.byteCount else {
      throw SafeTensorsError(
        file: path,
        problem: .wrongByteCount(tensor: name, expected: entry.byteCount, found: buffer.count)
      )
    }
    let count: Int
    do {
      count = try file.read(into: buffer, at: dataStart + entry.byteRange.lowerBound)
    } catch {
      throw SafeTensorsError(file: path, problem: .system(error))
    }
    guard count == buffer.count else {
      throw SafeTensorsError(
        file: path,
        problem: .changedWhileOpen(tensor: name, expected: buffer.count, found: count)
      )
    }
  }

  /// SHA-256 of the whole file: of the one that was opened, even if its path names another by now.
  ///
  /// - Throws: `SafeTensorsError` if it cannot be read.
  public func digest() throws -> Digest {
    do {
      return try Digest(of: file)
    } catch let error as ArtifactError {
      throw SafeTensorsError(file: path, problem: .system(error))
    }
  }

  /// Calls the body with the bytes of a tensor, aligned to 64 bytes and valid only inside the call.
  ///
  /// - Returns: What the body returns.
  /// - Throws: `SafeTensorsError` as `readBytes(of:into:)` does, or what the body throws.
  /// - Complexity: Memory for this one tensor.
  public func withBytes<Result>(
    of name: String,
    _ body: (UnsafeRawBufferPointer) throws -> Result
  ) throws -> Result {
    let count = try tensor(named: name).byteCount
    // Not `allocate`, which ends the process when a file with holes claims more than there is.
    guard let memory = aligned_alloc(64, (count | 63) &+ 1) else {
      throw SafeTensorsError(file: path, problem: .outOfMemory(tensor: name, bytes: count))
    }
    defer { free(memory) }
    let buffer = UnsafeMutableRawBufferPointer(start: memory, count: count)
    try readBytes(of: name, into: buffer)
    return try body(UnsafeRawBufferPointer(buffer))
  }
}

// Explicit non-conformance to Sendable: nothing is gained by sharing one open file; open another.
@available(*, unavailable)
extension SafeTensorsFile: Sendable {}

extension SafeTensorsFile {
  /// The bytes that the header's length takes.
  static let lengthSize = 8

  private static func headerLength(of file: RegularFile) throws -> Int {
    let prefix = try file.prefix(lengthSize)
    guard prefix.count == lengthSize else {
      throw SafeTensorsError.Problem.noHeaderLength(fileBytes: prefix.count)
    }
    let length = prefix.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(headerLimit) else {
      throw SafeTensorsError.Problem.headerTooLong(bytes: length, limit: headerLimit)
    }
    guard Int(length) <= file.size - lengthSize else {
      throw SafeTensorsError.Problem.headerBeyondFile(
        headerBytes: Int(length),
        fileBytes: file.size
      )
    }
    return Int(length)
  }

  private static func readHeader(
    of file: RegularFile,
    length: Int
  ) throws -> SafeTensorsHeader {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: length, alignment: 16)
    defer { buffer.deallocate() }
    let count = try file.read(into: buffer, at: lengthSize)
    guard count == length else {
      throw SafeTensorsError.Problem.headerBeyondFile(headerBytes: length, fileBytes: count)
    }
    return try SafeTensorsHeader(
      parsing: UnsafeRawBufferPointer(buffer),
      dataLength: file.size - lengthSize - length
    )
  }
}
