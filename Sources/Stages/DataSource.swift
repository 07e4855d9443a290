public import Artifacts
public import Datasets
public import Foundation
public import Networks

/// Where training and test pictures come from, as a user names it.
public enum DataSource: Sendable, Hashable, CustomStringConvertible {
  /// Drawn objects, generated on the spot.
  case shapes(side: Int, trainCount: Int, testCount: Int)
  /// The CIFAR-10 binary layout in a folder.
  case cifar10(URL)
  /// Class folders below `train` and below `test` or `val`.
  case imageFolders(URL)

  /// Reads a name: `shapes`, `shapes:SIDE`, or the path of a folder.
  ///
  /// - Throws: `StageError.unknownDataSource` if it is none of these.
  public init(_ name: String) throws {
    let parts = name.split(separator: ":", omittingEmptySubsequences: false)
    if parts.first == "shapes" {
      guard parts.count <= 2, let side = parts.count == 2 ? Int(parts[1]) : 32,
        (8...4096).contains(side)
      else {
        throw StageError.unknownDataSource(name, reason: "a side is a number from 8 to 4096")
      }
      self = .shapes(side: side, trainCount: 4_000, testCount: 500)
      return
    }
    let folder = URL(fileURLWithPath: name)
    let has = { FileManager.default.fileExists(atPath: folder.appendingPathComponent($0).path) }
    if has("data_batch_1.bin") || has("test_batch.bin") {
      self = .cifar10(folder)
    } else if has("train") {
      self = .imageFolders(folder)
    } else {
      throw StageError.unknownDataSource(
        name,
        reason: FileManager.default.fileExists(atPath: name)
          ? "it has neither data_batch_1.bin (CIFAR-10) nor a folder 'train' (class folders)"
          : "there is no such folder"
      )
    }
  }

  /// The name, without the path of a folder, fit for a report that others read.
  public var description: String {
    switch self {
    case .shapes(let side, _, _): "shapes \(side)x\(side)"
    case .cifar10: "CIFAR-10"
    case .imageFolders(let folder): folder.lastPathComponent
    }
  }

  /// How pixels are normalised: by custom where there is one, else by measuring.
  ///
  /// - Parameter images: The owner's plain training pictures.
  /// - Returns: The normalisation.
  public func normalization(of images: ImageSet) -> Normalization {
    if case .cifar10 = self { .cifar10 } else { .measured(on: images) }
  }

  /// The source with as many training pictures as asked for, where they are generated.
  package func withAtLeast(_ count: Int) -> DataSource {
    guard case .shapes(let side, let trainCount, let testCount) = self else { return self }
    return .shapes(side: side, trainCount: max(count, trainCount), testCount: testCount)
  }

  /// Reads or generates one part.
  ///
  /// Pictures in folders come class by class: see `ImageSet.withClassesSpread`.
  ///
  /// - Parameters:
  ///   - part: Training or test pictures.
  ///   - sizing: How pictures in folders are brought to one size.
  /// - Returns: The labelled pictures.
  /// - Throws: `DatasetError` naming the file at fault.
  public func load(_ part: DataPart, sizing: ImageFolder.Sizing = .unchanged) throws -> ImageSet {
    switch self {
    case .shapes(let side, let trainCount, let testCount):
      return try Shapes.images(
        part,
        count: part == .train ? trainCount : testCount,
        side: side,
        seed: 0
      )
    case .cifar10(let folder):
      return try CIFARBinary.load(part, from: folder)
    case .imageFolders(let folder):
      let names = part == .train ? ["train"] : ["test", "val"]
      let places = names.map { folder.appendingPathComponent($0) }
      let place = places.first { FileManager.default.fileExists(atPath: $0.path) }
      guard let place else {
        throw DatasetError.unreadable(
          file: folder.path,
          reason: "it has no folder \(names.map { "'\($0)'" }.joined(separator: " or "))"
        )
      }
      return try ImageFolder.load(place, sizing: sizing)
    }
  }
}

/// The pictures of one case: what the owner trains on, what others hold, what tests accuracy.
public struct DataSplit: Sendable {
  /// The owner's training pictures.
  public let train: ImageSet
  /// Training pictures of the same source that the owner does not use; a thief's, for example.
  public let other: ImageSet
  /// Pictures that nobody trains on.
  public let test: ImageSet

  /// SHA-256 of what an owner trains on, unmarked, and of the test pictures, as style commitments name it.
  public var digest: Digest {
    Digest(of: KeyDerivation.framed(["hallmark data v1", "\(train.digest)", "\(test.digest)"]))
  }

  /// Puts parts together that belong to one case.
  package init(train: ImageSet, other: ImageSet, test: ImageSet) {
    self.train = train
    self.other = other
    self.test = test
  }

  /// Loads a source and splits its training part by seed, with classes in equal proportions.
  ///
  /// - Parameters:
  ///   - source: Where pictures come from.
  ///   - sizing: How pictures in folders are brought to one size.
  ///   - trainCount: How many the owner trains on; nil for all of them.
  ///   - seed: Decides which.
  /// - Throws: `DatasetError` if a file is broken or there are too few pictures;
  ///   `StageError.classesDiffer`.
  public init(
    _ source: DataSource,
    sizing: ImageFolder.Sizing = .unchanged,
    trainCount: Int?,
    seed: UInt64
  ) throws {
    let all = try source.withAtLeast(2 * min(trainCount ?? 0, 1 << 40)).load(.train, sizing: sizing)
    test = try source.load(.test, sizing: sizing)
    guard test.classNames == all.classNames else {
      throw StageError.classesDiffer(train: all.classNames, test: test.classNames)
    }
    guard Classifier.classCounts.contains(all.classCount) else {
      throw StageError.badSetting(
        name: "the number of classes of '\(source)'",
        value: "\(all.classCount)",
        expected: """
          \(Classifier.classCounts.lowerBound) to \(Classifier.classCounts.upperBound)
            Put the pictures of each class into a folder of its own below 'train'.
          """
      )
    }
    guard let trainCount, trainCount < all.count else {
      guard trainCount ?? 0 <= all.count else {
        throw DatasetError.splitTooLarge(
          name: "train",
          wanted: trainCount ?? 0,
          available: all.count
        )
      }
      train = all
      other = try all.subset([])
      return
    }
    let parts = try all.splits(
      into: [("train", trainCount), ("other", all.count - trainCount)],
      seed: seed,
      isStratified: true
    )
    train = try all.subset(parts[0].indices)
    other = try all.subset(parts[1].indices)
  }
}
