internal import Crypto
public import Foundation

/// The SHA-256 digest of a file, a folder or bytes; says whether evidence is still the same.
public struct Digest: Hashable, Sendable {
  /// The 32 bytes of the digest.
  public let bytes: [UInt8]

  /// Computes the digest of bytes.
  public init(of bytes: [UInt8]) {
    self.bytes = Array(SHA256.hash(data: bytes))
  }

  /// Computes the digest of a file, reading it piece by piece.
  ///
  /// - Throws: `ArtifactError` if the path is not a regular file or cannot be read.
  /// - Complexity: O(1) memory.
  public init(ofFileAt url: URL) throws {
    try self.init(of: RegularFile(at: url))
  }

  /// Computes the digest of a file that is open, whatever its path names by now.
  package init(of file: RegularFile) throws {
    var hash = SHA256()
    try file.forEachChunk { hash.update(bufferPointer: $0) }
    bytes = Array(hash.finalize())
  }

  /// Computes the digest of a folder: of the relative path and digest of each file in it.
  ///
  /// Files are taken in the order of their paths' bytes, subfolders included, so the digest depends
  /// on names and contents alone. Hidden files (leftovers of killed runs among them) do not count.
  /// Links to files are followed; links to folders, which may go in circles, are refused.
  ///
  /// - Throws: `ArtifactError` if something in the folder is neither a file nor a folder, or cannot
  ///   be read.
  public init(ofFolderAt url: URL) throws {
    var paths: [String] = []
    try Digest.collectFiles(in: url, prefix: "", into: &paths)
    var hash = SHA256()
    for path in paths.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
      let file = try Digest(ofFileAt: url.appendingPathComponent(path))
      // The zero byte cannot occur in a path, so no two folders give the same sequence.
      hash.update(data: Array(path.utf8) + [0] + file.bytes)
    }
    bytes = Array(hash.finalize())
  }

  /// Reads a digest from its 64 hexadecimal digits.
  ///
  /// - Throws: `ArtifactError.malformedDigest` for any other text.
  public init(hexadecimal text: String) throws(ArtifactError) {
    let digits = text.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
    guard digits.count == 64, text.utf8.count == 64 else { throw .malformedDigest(text) }
    bytes = stride(from: 0, to: 64, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
  }

  private static func collectFiles(
    in folder: URL,
    prefix: String,
    into paths: inout [String]
  ) throws {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    } catch {
      throw ArtifactError.system(
        operation: "list",
        path: folder.path,
        reason: "it is not a folder that can be read"
      )
    }
    for name in names where !name.hasPrefix(".") {
      let entry = folder.appendingPathComponent(name)
      let attributes = try? FileManager.default.attributesOfItem(atPath: entry.path)
      if attributes?[.type] as? FileAttributeType == .typeDirectory {
        try collectFiles(in: entry, prefix: prefix + name + "/", into: &paths)
      } else {
        paths.append(prefix + name)
      }
    }
  }
}

extension Digest: CustomStringConvertible {
  /// The digest as 64 lower-case hexadecimal digits.
  public var description: String {
    let digits = Array("0123456789abcdef")
    return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
  }
}

extension Digest: Codable {
  /// Reads a digest from its hexadecimal text.
  public init(from decoder: any Decoder) throws {
    try self.init(hexadecimal: decoder.singleValueContainer().decode(String.self))
  }

  /// Writes the digest as hexadecimal text.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
