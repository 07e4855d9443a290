import Datasets
import Networks

/// Small models and pictures that the tests of this target share.
enum Samples {
  static let classNames = (0..<10).map { "class \($0)" }

  static func classifier(
    _ architecture: Architecture = .wideResNet(depth: 10, width: 1),
    side: Int = 8,
    classNames: [String] = Samples.classNames,
    seed: UInt64 = 1
  ) throws -> Classifier {
    try Classifier(
      architecture,
      classNames: classNames,
      normalization: .cifar10,
      pictureSize: .init(height: side, width: side),
      seed: seed
    )
  }

  /// Pictures of noise.
  static func images(
    _ count: Int,
    side: Int = 8,
    classNames: [String] = Samples.classNames,
    seed: UInt64 = 1
  ) throws -> ImageSet {
    var random = KeyedRandom("sample pictures", seed)
    return try ImageSet(
      width: side,
      height: side,
      pixels: (0..<count * 3 * side * side).map { _ in UInt8(truncatingIfNeeded: random.next()) },
      labels: (0..<count).map { $0 % classNames.count },
      classNames: classNames
    )
  }
}
