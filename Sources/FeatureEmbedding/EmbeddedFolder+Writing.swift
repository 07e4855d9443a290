internal import Artifacts
public import Datasets
public import Foundation

extension EmbeddedFolder {
  /// Writes marked images as a new folder, complete or not at all.
  ///
  /// Everything is written beside the destination in a hidden folder, the manifest last, flushed to
  /// disk once, and put in place by one rename. Only the owner may read the result.
  ///
  /// - Parameters:
  ///   - features: The marked images.
  ///   - folder: A place where nothing is, or an empty folder.
  /// - Throws: `FeatureEmbeddingError.occupied` if something is there; `DatasetError` if a class name
  ///   cannot be a folder's name; `unwritable` if the file system refuses.
  public static func write(_ features: EmbeddedFeatures, to folder: URL) throws {
    if let name = features.originals.classNames.first(where: { !isFolderName($0) }) {
      throw DatasetError.unusableClassName(name: name, reason: "cannot be a folder's name")
    }
    guard AtomicFolder.isFree(folder) else {
      throw FeatureEmbeddingError.occupied(folder: folder.path)
    }
    try AtomicFolder.write(to: folder, isPrivate: true) { try fill($0, with: features) }
  }

  private static func fill(_ folder: URL, with features: EmbeddedFeatures) throws {
    let marked = features.marked
    try createFolder(folder.appendingPathComponent(markedFolder))
    for label in Set(marked.labels) {
      let name = marked.classNames[label]
      try createFolder(folder.appendingPathComponent(markedFolder).appendingPathComponent(name))
    }
    for (position, index) in features.indices.enumerated() {
      let name = marked.classNames[marked.labels[position]]
      try write(
        PNGCodec.encode(marked[position]),
        to: file(of: index, className: name, in: folder)
      )
    }
    try write(
      PNGCodec.encode(features.contactSheet()),
      to: folder.appendingPathComponent(contactSheet)
    )
    try manifest(of: features).write(to: folder)
  }

  private static func manifest(of features: EmbeddedFeatures) throws -> Manifest {
    let record = EmbeddingRecord(
      rate: features.settings.rate,
      strength: features.settings.strength,
      width: features.marked.width,
      height: features.marked.height,
      classNames: features.marked.classNames,
      originalCount: features.originals.count,
      indices: features.indices,
      labels: features.marked.labels,
      style: features.style.name,
      styleVector: features.style.vector,
      markedDigest: features.marked.digest,
      furtherStyles: features.furtherStyles.isEmpty
        ? nil
        : features.furtherStyles.map { .init(name: $0.name, vector: $0.vector, digest: $0.digest) },
      styleIndices: features.furtherStyles.isEmpty ? nil : features.styleIndices
    )
    return try Manifest(
      kind: .embed,
      encoding: record,
      seeds: [EmbeddingRecord.seed: features.settings.seed],
      inputs: [
        EmbeddingRecord.originals: features.originals.digest,
        EmbeddingRecord.style: features.style.digest,
        EmbeddingRecord.network: features.networkDigest,
      ]
    )
  }

  private static func createFolder(_ folder: URL) throws {
    guard mkdir(folder.path, 0o777) == 0 else {
      throw FeatureEmbeddingError.unwritable(
        path: folder.path,
        reason: String(cString: strerror(errno))
      )
    }
  }

  private static func write(_ bytes: [UInt8], to file: URL) throws {
    do {
      try Data(bytes).write(to: file)
    } catch {
      throw FeatureEmbeddingError.unwritable(path: file.path, reason: "\(error)")
    }
  }
}

extension EmbeddedFeatures {
  /// Draws up to ten originals above their marked versions, of as many classes as there are.
  ///
  /// - Throws: `DatasetError` if pictures are too large for a sheet.
  public func contactSheet() throws -> Image {
    var waiting: [Int: [Int]] = [:]
    for (position, label) in marked.labels.enumerated() {
      waiting[label, default: []].append(position)
    }
    // The first marked image of each class, then the second of each, and so on.
    let ranked = waiting.values.flatMap {
      $0.enumerated().map { (rank: $0.offset, at: $0.element) }
    }
    let shown = ranked.sorted { ($0.rank, marked.labels[$0.at]) < ($1.rank, marked.labels[$1.at]) }
      .prefix(10).map(\.at)
    return try Image.contactSheet(
      rows: [shown.map { originals[indices[$0]] }, shown.map { marked[$0] }],
      magnification: max(1, 96 / marked.width)
    )
  }
}

/// A form in which a training set leaves Hallmark, to be trained on elsewhere.
public enum TrainingSetExport: String, Sendable, CaseIterable {
  /// `<class>/<index>.png`, as torchvision's `ImageFolder` reads it.
  case imageFolder = "image-folder"
  /// CIFAR-10's binary batches; pictures must be 32 × 32.
  case cifarBinary = "cifar-binary"

  /// Writes a training set, marked images and all, as a new folder.
  ///
  /// Nothing in it says which images are marked, but they are in it: give it only to whoever trains.
  ///
  /// - Throws: `DatasetError` if the set does not fit the form or the place is taken.
  public func write(_ trainingSet: ImageSet, to folder: URL) throws {
    switch self {
    case .imageFolder: try ImageFolder.write(trainingSet, to: folder)
    case .cifarBinary: try CIFARBinary.write(trainingSet, as: .train, to: folder)
    }
  }
}
