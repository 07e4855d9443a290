import Torch

/// The name of a network's structure: `wrn-16-1`, `resnet-18`, `resnet-34`, `vgg-19-bn`.
public enum Architecture: Hashable, Sendable, CustomStringConvertible {
  /// A wide residual network of a depth d (10, 16, 22, 28, …) and a width k.
  case wideResNet(depth: Int, width: Int)
  /// A residual network of 18 or 34 layers.
  case resNet(depth: Int)
  /// VGG-19 with batch norm.
  case vgg19

  /// Reads a name.
  ///
  /// - Throws: `NetworkError.unknownArchitecture` for any other.
  public init(_ name: String) throws {
    let parts = name.lowercased().split(separator: "-", omittingEmptySubsequences: false)
    switch (parts.first, parts.dropFirst().map { Int($0) }) {
    case ("wrn", let sizes):
      guard sizes.count == 2, let depth = sizes[0], let width = sizes[1],
        (10...100).contains(depth), (depth - 4).isMultiple(of: 6), (1...20).contains(width)
      else { throw NetworkError.unknownArchitecture(name) }
      self = .wideResNet(depth: depth, width: width)
    case ("resnet", [18]): self = .resNet(depth: 18)
    case ("resnet", [34]): self = .resNet(depth: 34)
    case ("vgg", [19, nil]) where parts.last == "bn": self = .vgg19
    default: throw NetworkError.unknownArchitecture(name)
    }
  }

  /// The name.
  public var description: String {
    switch self {
    case .wideResNet(let depth, let width): "wrn-\(depth)-\(width)"
    case .resNet(let depth): "resnet-\(depth)"
    case .vgg19: "vgg-19-bn"
    }
  }

  /// The least height and width of a picture: what the network's strides divide to at least a pixel.
  public var minimumPictureSize: Int {
    switch self {
    case .wideResNet: 4
    case .resNet, .vgg19: 32
    }
  }

  /// Refuses pictures that are too small.
  ///
  /// - Throws: `NetworkError.picturesDoNotFit`.
  package func check(_ size: Classifier.PictureSize) throws {
    let least = minimumPictureSize
    guard min(size.height, size.width) >= least else {
      throw NetworkError.picturesDoNotFit(
        "pictures of \(size) are too small for \(self), which needs \(least)x\(least)"
      )
    }
  }

  /// The number of trainable numbers, without building the network.
  ///
  /// - Parameter classCount: The number of classes.
  /// - Returns: What `Module.parameterCount` gives of the network that is built.
  public func parameterCount(classCount: Int) -> Int {
    switch self {
    case .wideResNet(let depth, let width):
      var channels = 16
      var count = 16 * 3 * 9 + 16
      for output in [16, 32, 64].map({ $0 * width }) {
        let strides = output == 16 * width ? 1 : 2
        for block in 0..<(depth - 4) / 6 {
          count += 2 * channels + 9 * channels * output + output
          count += 2 * output + 9 * output * output + output
          if block == 0 && (strides != 1 || channels != output) {
            count += channels * output + output
          }
          channels = output
        }
      }
      return count + 2 * channels + (channels + 1) * classCount
    case .resNet(let depth):
      return (depth == 18 ? 11_176_512 : 21_284_672) + 513 * classCount
    case .vgg19:
      return 20_035_392 + 513 * classCount
    }
  }

  /// Builds a network with fresh weights.
  ///
  /// - Parameters:
  ///   - classCount: The number of classes.
  ///   - dropout: The probability of dropout in wide residual networks; the others have none.
  ///   - seed: Determines the weights.
  /// - Returns: The network, in PyTorch's initialisation.
  /// - Throws: `TorchError` if there is no memory.
  public func makeNetwork(classCount: Int, dropout: Double = 0, seed: UInt64) throws -> any Module {
    let generator = try Generator(seed: seed)
    switch self {
    case .wideResNet(let depth, let width):
      return try WideResNet(
        depth: depth,
        width: width,
        classCount: classCount,
        dropout: dropout,
        using: generator
      )
    case .resNet(let depth):
      return try ResNet(
        blockCounts: depth == 18 ? [2, 2, 2, 2] : [3, 4, 6, 3],
        classCount: classCount,
        using: generator
      )
    case .vgg19:
      return try VGG(classCount: classCount, using: generator)
    }
  }
}
