public import Artifacts
public import Datasets
public import Foundation

extension DecoyCache {
  /// Paints the decoys' pictures into a folder, or goes on where a killed run stopped.
  ///
  /// - Parameters:
  ///   - folder: An empty or new place, or one that this function has begun or finished for the same
  ///     pictures and decoys.
  ///   - originals: The unpainted pictures, which the owner held out.
  ///   - count: N, the number of decoys.
  ///   - source: SHA-256 of what determines the decoys: the examiner's bytes, the family, the painter.
  ///   - onProgress: Called with the number of decoys done; what it throws ends the work, and calling
  ///     again goes on from there.
  ///   - paint: Returns the originals in the style of the decoy at a position, labels unchanged.
  /// - Returns: The finished cache.
  /// - Throws: `VerificationError.badDecoys` if the place holds something else, `.stylesDiffer` if `paint`
  ///   returns other pictures; what `paint` and `onProgress` throw.
  /// - Complexity: N · m pictures painted, N · m · 3 · H · W bytes on disk.
  public static func make(
    in folder: URL,
    originals: ImageSet,
    count: Int,
    source: Digest,
    onProgress: (Int) throws -> Void = { _ in },
    paint: (_ decoy: Int) throws -> ImageSet
  ) throws -> DecoyCache {
    let record = DecoyRecord(of: originals, styleCount: count)
    try require(
      record.byteCount != nil,
      "decoys and pictures",
      "\(count) x \(originals.count)",
      "1 or more of each, \(DecoyRecord.byteLimit) bytes at most"
    )
    var manifest = try Manifest(
      kind: .decoys,
      encoding: record,
      inputs: [originalsInput: originals.digest, sourceInput: source]
    )
    try begin(manifest, in: folder)
    if !FileManager.default.fileExists(
      atPath: folder.appendingPathComponent(Manifest.fileName).path
    ) {
      try paintAll(record, originals, in: folder, onProgress, paint)
      manifest.inputs[digestsInput] = try Digest(
        ofFileAt: folder.appendingPathComponent(digestFile)
      )
      try manifest.write(to: folder)
    }
    return try DecoyCache(contentsOf: folder)
  }

  /// Writes the plan, or compares it with the one that is there.
  private static func begin(_ manifest: Manifest, in folder: URL) throws {
    let plan = folder.appendingPathComponent(planFile)
    guard !AtomicFolder.isUnbegun(folder) else {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try AtomicFile.write(manifest.fileBytes, to: plan)
      return
    }
    guard FileManager.default.fileExists(atPath: plan.path) else {
      throw VerificationError.badDecoys(
        file: folder,
        reason: "something else is there; name another folder"
      )
    }
    let found = try RegularFile(at: plan).contents(limit: Manifest.sizeLimit)
    guard found == manifest.fileBytes else {
      throw VerificationError.badDecoys(
        file: plan,
        reason: """
          it is for other pictures or decoys: SHA-256 is \(Digest(of: found)), expected \
          \(Digest(of: manifest.fileBytes)); name another folder
          """
      )
    }
  }

  private static func paintAll(
    _ record: DecoyRecord,
    _ originals: ImageSet,
    in folder: URL,
    _ onProgress: (Int) throws -> Void,
    _ paint: (Int) throws -> ImageSet
  ) throws {
    let digestFile = folder.appendingPathComponent(digestFile)
    let pictures = try AppendedFile(at: folder.appendingPathComponent(pictureFile))
    let isBegun = FileManager.default.fileExists(atPath: digestFile.path)
    let lines = isBegun ? try JSONLines.read(Digest.self, from: digestFile).count : 0
    // A digest is written after its pictures, so pictures without one are from a killed run.
    let done = min(lines, record.styleCount, try pictures.size() / record.bytesPerStyle)
    try pictures.truncate(to: done * record.bytesPerStyle)
    let digests = try JSONLinesWriter(at: digestFile, keeping: done)
    if done > 0 { try onProgress(done) }
    for index in done..<record.styleCount {
      let set = try paint(index)
      try set.checkLayout(against: originals, named: "decoy \(index)")
      try pictures.append(set.pixels)
      try digests.append(Digest(of: set.pixels))
      try onProgress(index + 1)
    }
    try pictures.synchronize()
    try digests.synchronize()
  }
}

/// A file that grows, and can be cut back to what is whole.
private struct AppendedFile {
  private let handle: FileHandle

  init(at file: URL) throws {
    if !FileManager.default.fileExists(atPath: file.path) { try Data().write(to: file) }
    handle = try FileHandle(forUpdating: file)
  }

  func size() throws -> Int { Int(try handle.seekToEnd()) }

  func truncate(to count: Int) throws {
    try handle.truncate(atOffset: UInt64(count))
    try handle.seekToEnd()
  }

  func append(_ bytes: [UInt8]) throws { try handle.write(contentsOf: Data(bytes)) }

  func synchronize() throws { try handle.synchronize() }
}
