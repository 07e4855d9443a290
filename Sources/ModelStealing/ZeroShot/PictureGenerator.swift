public import Networks
import Torch

/// Which network makes the pictures of a data-free attack.
public enum PictureGenerator: String, Sendable, Hashable, Codable, CaseIterable {
  /// `dcgan` for pictures of 64 pixels and more a side, if both sides are multiples of 16; otherwise
  /// `upsampling`.
  case automatic
  /// Generator A of the authors' code: `UpsamplingGenerator`.
  case upsampling
  /// Generator B of the authors' code: `DCGANGenerator`.
  case dcgan

  /// How many random numbers a picture is made of.
  package static let noiseCount = 256

  /// Which of the two `automatic` stands for; the others stand for themselves.
  ///
  /// - Parameter size: The size of the pictures.
  /// - Returns: `upsampling` or `dcgan`.
  public func resolved(for size: Classifier.PictureSize) -> PictureGenerator {
    guard self == .automatic else { return self }
    let sides = [size.height, size.width]
    return sides.allSatisfy { $0 >= 64 && $0.isMultiple(of: 16) } ? .dcgan : .upsampling
  }

  /// Builds the network with fresh weights.
  ///
  /// - Parameters:
  ///   - size: The size of the pictures.
  ///   - seed: Determines the weights.
  /// - Returns: A network from standard normal numbers `[N, 256]` to normalised pictures
  ///   `[N, 3, H, W]`.
  /// - Throws: `NetworkError.picturesDoNotFit` if the network cannot make pictures of that size.
  package func makeNetwork(size: Classifier.PictureSize, seed: UInt64) throws -> any Module {
    let generator = try Generator(seed: seed)
    return switch resolved(for: size) {
    case .automatic, .upsampling: try UpsamplingGenerator(size: size, using: generator)
    case .dcgan: try DCGANGenerator(size: size, using: generator)
    }
  }

  /// Refuses sizes of which the network cannot make pictures.
  func check(_ size: Classifier.PictureSize) throws {
    let divisor = resolved(for: size) == .dcgan ? 16 : 4
    guard size.height.isMultiple(of: divisor), size.width.isMultiple(of: divisor) else {
      throw NetworkError.picturesDoNotFit(
        """
        no pictures of \(size) can be generated: both sides must be multiples of \(divisor)
          Attack a model for pictures of such a size, or steal by another attack.
        """
      )
    }
  }
}
