internal import Artifacts
internal import Datasets
public import Foundation

extension EmbeddedFolder {
  /// Reads a folder that `write` has made; nothing in it is trusted.
  ///
  /// - Throws: `ArtifactError` if the manifest is missing, malformed or of another stage;
  ///   `FeatureEmbeddingError` naming the field or picture that is wrong.
  public init(contentsOf folder: URL) throws {
    let manifest = try Manifest.read(from: folder, kind: .embed)
    let check = ManifestCheck(folder: folder.path)
    let record = try check.record(of: manifest)
    let size = try check.bytesPerImage(record)
    try check.positions(record)
    try check.classes(record)
    try check.settings(record)
    let pixels = try EmbeddedFolder.pixels(of: record, bytesPerImage: size, in: folder)
    let marked = try ImageSet(
      width: record.width,
      height: record.height,
      pixels: pixels,
      labels: record.labels,
      classNames: record.classNames
    )
    guard marked.digest == record.markedDigest else {
      throw FeatureEmbeddingError.alteredPictures(
        folder: folder.path,
        found: "\(marked.digest)",
        expected: "\(record.markedDigest)"
      )
    }
    self.init(
      indices: record.indices,
      marked: marked,
      style: try check.style(record, of: manifest),
      furtherStyles: try check.furtherStyles(record),
      styleIndices: record.styleIndices ?? Array(repeating: 0, count: record.indices.count),
      settings: EmbeddingSettings(
        rate: record.rate,
        strength: record.strength,
        seed: try check.seed(of: manifest)
      ),
      originalCount: record.originalCount,
      originalDigest: try check.input(EmbeddingRecord.originals, of: manifest),
      path: folder.path
    )
  }

  private static func pixels(
    of record: EmbeddingRecord,
    bytesPerImage: Int,
    in folder: URL
  ) throws -> [UInt8] {
    // Memory grows with what is found, not with what the manifest claims.
    var pixels: [UInt8] = []
    let limits = PictureLimits(pixels: record.width * record.height)
    for (index, label) in zip(record.indices, record.labels) {
      let file = file(of: index, className: record.classNames[label], in: folder)
      let image: Image
      do {
        image = try Image(contentsOf: file, limits: limits)
      } catch DatasetError.tooManyPixels(_, let width, let height, _) {
        throw wrongSize(of: file, width, height, record)
      } catch {
        throw FeatureEmbeddingError.unreadablePicture(file: file.path, reason: "\(error)")
      }
      guard (image.width, image.height) == (record.width, record.height) else {
        throw wrongSize(of: file, image.width, image.height, record)
      }
      pixels += image.pixels
    }
    return pixels
  }

  private static func wrongSize(
    of file: URL,
    _ width: Int,
    _ height: Int,
    _ record: EmbeddingRecord
  ) -> FeatureEmbeddingError {
    .wrongPictureSize(
      file: file.path,
      found: "\(width) x \(height)",
      expected: "\(record.width) x \(record.height)"
    )
  }
}

/// Checks of a manifest's fields, against each other and against what can be.
private struct ManifestCheck {
  let folder: String

  func wrong(_ field: String, _ reason: String) -> FeatureEmbeddingError {
    .inconsistentManifest(folder: folder, field: field, reason: reason)
  }

  func record(of manifest: Manifest) throws -> EmbeddingRecord {
    do {
      return try JSONValue.object(manifest.settings).decode()
    } catch DecodingError.keyNotFound(let key, _) {
      throw wrong(key.stringValue, "it is missing")
    } catch DecodingError.typeMismatch(_, let context), DecodingError.dataCorrupted(let context),
      DecodingError.valueNotFound(_, let context)
    {
      let path = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }
      throw wrong(path.joined(), "it has another type or is out of range")
    } catch let error as ArtifactError {
      throw wrong(EmbeddingRecord.CodingKeys.markedDigest.rawValue, "\(error)")
    }
  }

  func bytesPerImage(_ record: EmbeddingRecord) throws -> Int {
    let limits = PictureLimits.standard
    guard record.width > 0, record.height > 0,
      record.width <= limits.pixels, record.height <= limits.pixels / record.width
    else {
      throw wrong(
        "width, height",
        "\(record.width) x \(record.height), allowed are 1 to \(limits.pixels) pixels"
      )
    }
    let size = 3 * record.width * record.height
    guard record.indices.count <= limits.setBytes / size else {
      throw wrong("indices", "\(record.indices.count) pictures of \(size) bytes are too many")
    }
    return size
  }

  func positions(_ record: EmbeddingRecord) throws {
    let indices = record.indices
    guard !indices.isEmpty else { throw wrong("indices", "there are none") }
    guard record.labels.count == indices.count else {
      throw wrong("labels", "\(record.labels.count) labels for \(indices.count) indices")
    }
    if let outside = indices.first(where: { $0 < 0 || $0 >= record.originalCount }) {
      throw wrong("indices", "\(outside) is no position in \(record.originalCount) images")
    }
    for (earlier, later) in zip(indices, indices.dropFirst()) where earlier >= later {
      throw wrong(
        "indices",
        earlier == later ? "\(later) is there twice" : "\(later) follows \(earlier)"
      )
    }
  }

  func classes(_ record: EmbeddingRecord) throws {
    let names = record.classNames
    if let name = names.first(where: { !EmbeddedFolder.isFolderName($0) }) {
      throw wrong("class_names", "'\(name.prefix(80))' cannot be a folder's name")
    }
    guard Set(names).count == names.count else {
      throw wrong("class_names", "a name is there twice")
    }
    if let label = record.labels.first(where: { !names.indices.contains($0) }) {
      throw wrong("labels", "\(label) is none of the \(names.count) classes")
    }
  }

  func settings(_ record: EmbeddingRecord) throws {
    guard record.rate > 0, record.rate <= 1 else {
      throw wrong("rate", "\(record.rate) is not above 0 and at most 1")
    }
    guard record.strength > 0, record.strength <= 1 else {
      throw wrong("strength", "\(record.strength) is not above 0 and at most 1")
    }
  }

  func style(_ record: EmbeddingRecord, of manifest: Manifest) throws -> Style {
    let digest = try input(EmbeddingRecord.style, of: manifest)
    do {
      return try Style(vector: record.styleVector, named: record.style, digest: digest)
    } catch FeatureEmbeddingError.unsuitableVector(_, let reason) {
      throw wrong(EmbeddingRecord.CodingKeys.styleVector.rawValue, reason)
    }
  }

  func furtherStyles(_ record: EmbeddingRecord) throws -> [Style] {
    typealias Keys = EmbeddingRecord.CodingKeys
    let further = record.furtherStyles ?? []
    guard further.isEmpty == (record.styleIndices == nil),
      further.count < StyleCommitment.keyLimit
    else {
      throw wrong(
        Keys.furtherStyles.rawValue,
        "\(further.count) styles and \(record.styleIndices?.count ?? 0) style indices do not fit"
      )
    }
    if let indices = record.styleIndices {
      guard indices.count == record.indices.count else {
        throw wrong(
          Keys.styleIndices.rawValue,
          "\(indices.count) style indices for \(record.indices.count) pictures"
        )
      }
      if let outside = indices.first(where: { !(0...further.count).contains($0) }) {
        throw wrong(Keys.styleIndices.rawValue, "\(outside) is none of \(further.count + 1) styles")
      }
    }
    return try further.map { style in
      do {
        return try Style(vector: style.vector, named: style.name, digest: style.digest)
      } catch FeatureEmbeddingError.unsuitableVector(_, let reason) {
        throw wrong(Keys.furtherStyles.rawValue, reason)
      }
    }
  }

  func input(_ name: String, of manifest: Manifest) throws -> Digest {
    guard let digest = manifest.inputs[name] else { throw wrong("inputs.\(name)", "it is missing") }
    return digest
  }

  func seed(of manifest: Manifest) throws -> UInt64 {
    guard let seed = manifest.seeds[EmbeddingRecord.seed] else {
      throw wrong("seeds.\(EmbeddingRecord.seed)", "it is missing")
    }
    return seed
  }
}
