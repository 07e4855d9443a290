internal import Artifacts
public import Foundation

/// What an owner keeps of style keys on disk.
///
/// | file | what | for whom |
/// | --- | --- | --- |
/// | `commitment.json` | what was committed to | everybody: publish it before the beacon's moment |
/// | `nonce.secret` | 64 hexadecimal digits that open it | nobody; lost, there is no key |
/// | `registration.json` | both, and the beacon: everything that the keys follow from | the examiner |
///
/// The last two can be read by their owner alone, and no file is ever overwritten.
public struct StyleKeyFolder: Sendable {
  /// Where it is.
  public let folder: URL
  /// What was committed to.
  public let commitment: StyleCommitment

  /// The name of the public file.
  public static let commitmentFile = "commitment.json"
  /// The name of the file with the nonce.
  public static let nonceFile = "nonce.secret"
  /// The name of the file that `register` writes.
  public static let registrationFile = "registration.json"

  /// Writes a commitment and its nonce into a new folder, both or neither.
  ///
  /// - Parameters:
  ///   - folder: A place where nothing is, or an empty folder.
  ///   - commitment: What is committed to.
  ///   - nonce: What opens it.
  /// - Returns: The folder.
  /// - Throws: `FeatureEmbeddingError.occupied` if something is there, `.commitmentNotOpened` if the
  ///   nonce is another one; `ArtifactError` if the disk fails.
  public static func create(
    at folder: URL,
    commitment: StyleCommitment,
    nonce: [UInt8]
  ) throws -> StyleKeyFolder {
    let found = commitment.digest(with: nonce)
    guard found == commitment.digest else {
      throw FeatureEmbeddingError.commitmentNotOpened(
        found: "\(found)",
        expected: "\(commitment.digest)"
      )
    }
    guard AtomicFolder.isFree(folder) else {
      let nonce = folder.appendingPathComponent(nonceFile)
      if FileManager.default.fileExists(atPath: nonce.path) {
        throw FeatureEmbeddingError.holdsNonce(folder: folder.path)
      }
      throw FeatureEmbeddingError.occupied(folder: folder.path)
    }
    try AtomicFolder.write(to: folder, isPrivate: true) { partial in
      try AtomicFile.create(
        JSONValue(encoding: commitment).prettyBytes,
        at: partial.appendingPathComponent(commitmentFile)
      )
      try AtomicFile.create(
        Array((nonce.hexadecimal + "\n").utf8),
        at: partial.appendingPathComponent(nonceFile),
        isPrivate: true
      )
    }
    return StyleKeyFolder(folder: folder, commitment: commitment)
  }

  private init(folder: URL, commitment: StyleCommitment) {
    self.folder = folder
    self.commitment = commitment
  }

  /// Opens a folder that `create` wrote.
  ///
  /// - Throws: `ArtifactError` if the commitment is not there; `FeatureEmbeddingError` if it is none.
  public init(contentsOf folder: URL) throws {
    self.folder = folder
    commitment = try StyleCommitment(
      contentsOf: folder.appendingPathComponent(Self.commitmentFile)
    )
  }

  /// Opens the commitment with the value from outside and writes `registration.json`.
  ///
  /// - Parameters:
  ///   - beacon: The value, published after the commitment.
  ///   - now: A beacon dated later than this is refused.
  /// - Returns: What the keys follow from.
  /// - Throws: `FeatureEmbeddingError` if nonce or beacon do not fit; `ArtifactError` if a file is
  ///   missing, or there is a registration already.
  public func register(_ beacon: Beacon, now: Date = Date()) throws -> StyleRegistration {
    let file = folder.appendingPathComponent(Self.nonceFile)
    let text = String(decoding: try RegularFile(at: file).contents(limit: 1_024), as: UTF8.self)
      .trimmingCharacters(in: .whitespacesAndNewlines)
    guard let nonce = try? Digest(hexadecimal: text).bytes else {
      throw FeatureEmbeddingError.unusableRecord(
        file: file.path,
        reason: "it does not hold 64 hexadecimal digits"
      )
    }
    let registration = try StyleRegistration(opening: commitment, nonce: nonce, beacon: beacon)
    try registration.checkBeacon(at: now)
    try AtomicFile.create(
      registration.fileBytes(),
      at: folder.appendingPathComponent(Self.registrationFile),
      isPrivate: true
    )
    return registration
  }
}

extension StyleRegistration {
  /// Refuses a beacon from the future: nobody can have read it.
  ///
  /// - Throws: `FeatureEmbeddingError.wrongBeaconDate`.
  public func checkBeacon(at now: Date) throws {
    guard beacon.date <= now else {
      throw FeatureEmbeddingError.wrongBeaconDate(
        found: beacon.date.iso8601,
        expected: "a moment that has passed at \(now.wholeSeconds.iso8601)"
      )
    }
  }

  /// Reads and opens a registration that is not trusted.
  ///
  /// - Throws: `ArtifactError` if there is no such file; `FeatureEmbeddingError` naming it and what does
  ///   not fit.
  public init(contentsOf file: URL) throws {
    self = try record(contentsOf: file)
  }

  /// Reads and opens a registration that is not trusted.
  ///
  /// - Parameters:
  ///   - bytes: The contents of its file.
  ///   - name: What errors call the file.
  /// - Throws: `FeatureEmbeddingError`.
  public init(fileBytes bytes: [UInt8], named name: String) throws {
    self = try record(parsing: bytes, named: name)
  }

  /// The bytes of its file.
  ///
  /// - Throws: Never for what an initialiser has accepted.
  public func fileBytes() throws -> [UInt8] { try JSONValue(encoding: self).prettyBytes }
}

extension StyleCommitment {
  /// Reads a commitment that is not trusted.
  ///
  /// - Throws: `ArtifactError` if there is no such file; `FeatureEmbeddingError` naming it and what does
  ///   not fit.
  public init(contentsOf file: URL) throws {
    self = try record(contentsOf: file)
  }

  /// Reads a commitment that is not trusted.
  ///
  /// - Parameters:
  ///   - bytes: The contents of its file.
  ///   - name: What errors call the file.
  /// - Throws: `FeatureEmbeddingError`.
  public init(fileBytes bytes: [UInt8], named name: String) throws {
    self = try record(parsing: bytes, named: name)
  }

  /// Reads commitments from files, and from all files of folders and of folders within but hidden ones.
  ///
  /// - Throws: As `init(contentsOf:)`, for the first that is none: a record that is silently left out
  ///   could be the one that matters.
  public static func read(from places: [URL]) throws -> [StyleCommitment] {
    try places.flatMap { place -> [StyleCommitment] in
      var isFolder: ObjCBool = false
      _ = FileManager.default.fileExists(atPath: place.path, isDirectory: &isFolder)
      guard isFolder.boolValue else { return [try StyleCommitment(contentsOf: place)] }
      return try read(
        from: FileManager.default.contentsOfDirectory(atPath: place.path)
          .filter { !$0.hasPrefix(".") }.sorted().map { place.appendingPathComponent($0) }
      )
    }
  }

  /// Reads commitments from one JSON array.
  ///
  /// - Throws: `FeatureEmbeddingError`.
  public static func read(fileBytes bytes: [UInt8], named name: String) throws -> [StyleCommitment]
  {
    try record(parsing: bytes, named: name)
  }
}

private func record<Record: Decodable>(contentsOf file: URL) throws -> Record {
  try record(parsing: RegularFile(at: file).contents(limit: 1 << 20), named: file.path)
}

private func record<Record: Decodable>(parsing bytes: [UInt8], named name: String) throws -> Record
{
  do {
    return try JSONValue(parsing: bytes).decode()
  } catch DecodingError.keyNotFound(let key, _) {
    throw FeatureEmbeddingError.unusableRecord(
      file: name,
      reason: "the field '\(key.stringValue)' is missing"
    )
  } catch DecodingError.typeMismatch(_, let context), DecodingError.dataCorrupted(let context),
    DecodingError.valueNotFound(_, let context)
  {
    let path = context.codingPath.map(\.stringValue).joined(separator: ".")
    throw FeatureEmbeddingError.unusableRecord(
      file: name,
      reason: "the field '\(path)' has another type or is out of range"
    )
  } catch let error as FeatureEmbeddingError {
    throw error
  } catch {
    throw FeatureEmbeddingError.unusableRecord(file: name, reason: "\(error)")
  }
}

extension [UInt8] {
  /// Two lower-case hexadecimal digits for each byte.
  var hexadecimal: String {
    map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
