public import Datasets
public import Foundation
public import Networks

/// Where a thief's own pictures come from.
public enum QuerySource: Sendable, Hashable, CustomStringConvertible {
  /// The training pictures of the same source that the owner does not use.
  case otherSplit
  /// Another data set of pictures of the victim's size, whose labels are not looked at.
  case dataset(DataSource)
  /// All pictures below a folder, at any depth, brought to the victim's size; if it has a folder `train`, those below
  /// that alone.
  case folder(URL)
  /// Bytes drawn uniformly: pictures of nothing.
  case noise

  /// Reads a name: `other`, `noise`, what `DataSource` reads, or the path of a folder with pictures at any depth.
  ///
  /// - Throws: `StageError.unknownDataSource` if it is none of these.
  public init(_ name: String) throws {
    switch name {
    case "other": self = .otherSplit
    case "noise": self = .noise
    default:
      // Labels, and folders of classes, are asked of an owner's pictures only.
      switch Result(catching: { try DataSource(name) }) {
      case .success(.imageFolders(let folder)): self = .folder(folder)
      case .success(let source): self = .dataset(source)
      case .failure(let error):
        let folder = URL(fileURLWithPath: name)
        guard QuerySource.isFolder(folder) else { throw error }
        self = .folder(folder)
      }
    }
  }

  private static func isFolder(_ place: URL) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: place.path, isDirectory: &isFolder)
      && isFolder.boolValue
  }

  /// The name, without the path of a folder.
  public var description: String {
    switch self {
    case .otherSplit: "other"
    case .dataset(let source): "\(source)"
    case .folder(let folder): folder.lastPathComponent
    case .noise: "noise"
    }
  }

  /// Gathers pictures; whatever labels they had are left behind.
  ///
  /// - Parameters:
  ///   - count: How many, chosen by seed; all that there are if none is given, of noise 10,000.
  ///   - split: The pictures of the case.
  ///   - size: The size that the victim takes.
  ///   - seed: Decides which, and the noise.
  /// - Returns: The pictures.
  /// - Throws: `StageError.badSetting` if there are fewer than 2 or fewer than asked for;
  ///   `DatasetError` naming a broken file.
  public func pictures(
    _ count: Int?,
    beside split: DataSplit,
    of size: Classifier.PictureSize,
    seed: UInt64
  ) throws -> UnlabelledImages {
    switch self {
    case .noise:
      return try noise(count ?? 10_000, of: size, seed: seed)
    case .otherSplit:
      return try choose(count, from: split.other.unlabelled, seed: seed)
    case .folder(let folder):
      let training = folder.appendingPathComponent("train")
      let pictures = try ImageFolder.unlabelledPictures(
        below: Self.isFolder(training) ? training : folder,
        sizing: .resized(toWidth: size.width, height: size.height)
      )
      return try choose(count, from: pictures, seed: seed)
    case .dataset(let source):
      return try choose(count, from: source.load(.train).unlabelled, seed: seed)
    }
  }

  private func choose(
    _ count: Int?,
    from images: UnlabelledImages,
    seed: UInt64
  ) throws -> UnlabelledImages {
    guard images.count >= 2 else {
      throw StageError.badSetting(
        name: "the number of pictures in '\(self)'",
        value: "\(images.count)",
        expected: "at least 2\n  Choose a smaller --train-count, or other --queries."
      )
    }
    let count = count ?? images.count
    guard count >= 2, count <= images.count else {
      throw StageError.badSetting(
        name: "the number of queries",
        value: "\(count)",
        expected: """
          2 to \(images.count), the pictures of '\(self)'
            Choose a smaller --train-count or --query-count, or other --queries.
          """
      )
    }
    return try images.sample(count, seed: seed)
  }

  private func noise(
    _ count: Int,
    of size: Classifier.PictureSize,
    seed: UInt64
  ) throws -> UnlabelledImages {
    let bytes = 3 * size.height * size.width
    guard count >= 2, count <= 2_000_000_000 / bytes else {
      throw StageError.badSetting(
        name: "the number of queries",
        value: "\(count)",
        expected: "2 to \(2_000_000_000 / bytes), of noise"
      )
    }
    var random = KeyedRandom("query noise", seed)
    let pixels = (0..<count * bytes).map { _ in UInt8(truncatingIfNeeded: random.next() >> 32) }
    return try UnlabelledImages(width: size.width, height: size.height, pixels: pixels)
  }
}

extension UnlabelledImages {
  /// Some of the pictures, chosen by seed, in their order; all of them if there are no more.
  package func sample(_ count: Int, seed: UInt64) throws -> UnlabelledImages {
    guard count < self.count else { return self }
    var random = KeyedRandom("query pictures", seed)
    return try subset(random.permutation(of: self.count).prefix(count).sorted())
  }
}
