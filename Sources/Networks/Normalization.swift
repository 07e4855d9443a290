public import Datasets
public import Torch

/// How pixels become what a network sees: (x - mean) / deviation for x in [0, 1], by channel.
public struct Normalization: Sendable, Hashable, Codable {
  /// The mean of red, green and blue, in [0, 1].
  public let mean: [Double]
  /// The standard deviation of red, green and blue.
  public let deviation: [Double]

  enum CodingKeys: String, CodingKey {
    case mean
    case deviation = "std"
  }

  /// Creates a normalisation.
  ///
  /// - Throws: `NetworkError.badSetting` unless there are three finite means and three positive
  ///   deviations.
  public init(mean: [Double], deviation: [Double]) throws {
    // As float32, in which networks compute.
    guard mean.count == 3, mean.allSatisfy({ Float($0).isFinite }) else {
      throw NetworkError.badSetting(
        name: "normalisation mean",
        value: "\(mean)",
        expected: "three numbers"
      )
    }
    guard deviation.count == 3, deviation.allSatisfy({ Float($0).isNormal && $0 > 0 }) else {
      throw NetworkError.badSetting(
        name: "normalisation std",
        value: "\(deviation)",
        expected: "three positive numbers"
      )
    }
    self.mean = mean
    self.deviation = deviation
  }

  private init(unchecked mean: [Double], _ deviation: [Double]) {
    self.mean = mean
    self.deviation = deviation
  }

  /// Reads and checks a normalisation.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    try self.init(
      mean: container.decode([Double].self, forKey: .mean),
      deviation: container.decode([Double].self, forKey: .deviation)
    )
  }

  /// The numbers of the paper's code for CIFAR-10.
  public static let cifar10 = Normalization(
    unchecked: [0.4914, 0.4822, 0.4465],
    [0.2023, 0.1994, 0.2010]
  )

  /// Measures pictures: mean and standard deviation of each channel, rounded to four places.
  ///
  /// A channel without variation gets the deviation 1.
  public static func measured(on images: ImageSet) -> Normalization {
    let area = images.width * images.height
    var sums = [0, 0, 0]
    var squares = [0, 0, 0]
    images.pixels.withUnsafeBufferPointer { pixels in
      for plane in 0..<pixels.count / area {
        var sum = 0
        var square = 0
        for value in pixels[plane * area..<(plane + 1) * area] {
          sum += Int(value)
          square += Int(value) * Int(value)
        }
        sums[plane % 3] += sum
        squares[plane % 3] += square
      }
    }
    let count = Double(max(1, images.count * area))
    let round = { (value: Double) in (value * 10_000).rounded() / 10_000 }
    let means = sums.map { Double($0) / count / 255 }
    let deviations = zip(squares, means).map { square, mean in
      (max(0, Double(square) / count / 65_025 - mean * mean)).squareRoot()
    }
    return Normalization(
      unchecked: means.map(round),
      deviations.map { round($0) > 0 ? round($0) : 1 }
    )
  }

  /// Applies the normalisation.
  ///
  /// - Parameter images: RGB in [0, 1], shape `[N, 3, H, W]`.
  /// - Returns: The same shape, float32.
  /// - Throws: `TorchError` if the shape is another.
  public func applied(to images: Tensor) throws -> Tensor {
    let shape = [1, 3, 1, 1]
    let mean = try Tensor(mean.map(Float.init), shape: shape, device: images.device)
    let deviation = try Tensor(deviation.map(Float.init), shape: shape, device: images.device)
    return try (images - mean) / deviation
  }
}
