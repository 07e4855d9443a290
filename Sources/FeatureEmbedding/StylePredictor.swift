public import Datasets
internal import Torch

/// The network that turns a picture into a style: MobileNetV2 with a linear layer on top.
///
/// Ghiasi et al., BMVC 2017, section 3 (there Inception-v3; the small model distilled from it uses
/// MobileNetV2, Sandler et al., CVPR 2018). Batch normalisation is folded into the kernels.
///
/// | step | tensors `predictor.…` | layer |
/// | --- | --- | --- |
/// | 1 | `stem` | 3 × 3, stride 2, 3 → 32, ReLU6 |
/// | 2 | `block0` … `block16` | inverted residuals |
/// | 3 | `last` | 1 × 1, 320 → 1280, ReLU6, mean over the picture |
/// | 4 | `to_style` | 1280 → 100 |
public struct StylePredictor {
  /// Width and height of the pictures it takes.
  public static let side = 256
  /// The length of a style vector.
  public static let styleLength = 100

  private let stem: Convolution
  private let blocks: [InvertedResidual]
  private let last: Convolution
  private let toStyle: Convolution

  /// Takes the predictor's tensors out of the weights.
  ///
  /// - Throws: `FeatureEmbeddingError.unsuitableWeights` if one is missing or has another shape.
  public init(_ weights: StyleWeights) throws {
    stem = try Convolution(weights, "predictor.stem", from: 3, to: 32, kernel: 3, stride: 2)
    let widths = [16, 24, 24, 32, 32, 32, 64, 64, 64, 64, 96, 96, 96, 160, 160, 160, 320]
    let halving: Set = [1, 3, 6, 13]
    blocks = try widths.indices.map { index in
      try InvertedResidual(
        weights,
        "predictor.block\(index)",
        from: index == 0 ? 32 : widths[index - 1],
        to: widths[index],
        expansion: index == 0 ? 1 : 6,
        stride: halving.contains(index) ? 2 : 1
      )
    }
    last = try Convolution(weights, "predictor.last", from: 320, to: 1280, kernel: 1)
    toStyle = try Convolution(
      weights,
      "predictor.to_style",
      from: 1280,
      to: StylePredictor.styleLength,
      kernel: 1
    )
  }

  /// Returns the style vector of a picture, of which the central square counts.
  ///
  /// - Parameter picture: Any size; its largest central square is resized to 256 × 256.
  /// - Returns: 100 numbers.
  /// - Throws: `DatasetError` or `TorchError` if there is no memory.
  public func vector(of picture: Image) throws -> [Float] {
    let side = StylePredictor.side
    let square = try picture.croppedToCentralSquare().resized(toWidth: side, height: side)
    return try withoutGradients {
      let bytes = try Tensor(square.pixels, shape: [1, 3, side, side])
      let vector = try style(of: bytes.to(.float32) / 255)
      return try vector.reshaped(to: [StylePredictor.styleLength]).elements()
    }
  }

  /// Returns style vectors `[N, 100, 1, 1]` of pictures `[N, 3, H, W]` in [0, 1].
  private func style(of pictures: Tensor) throws -> Tensor {
    var x = try stem(pictures).clamped(to: 0...6)
    for block in blocks { x = try block(x) }
    x = try last(x).clamped(to: 0...6).mean(over: [2, 3], keeping: true)
    return try toStyle(x)
  }
}

@available(*, unavailable)
extension StylePredictor: Sendable {}

/// x + project(depthwise(expand(x))), without the sum where shapes differ (Sandler et al., 2018).
private struct InvertedResidual {
  private let expand: Convolution?
  private let depthwise: Convolution
  private let project: Convolution
  private let hasShortcut: Bool

  init(
    _ weights: StyleWeights,
    _ name: String,
    from input: Int,
    to output: Int,
    expansion: Int,
    stride: Int
  ) throws {
    let inner = input * expansion
    expand =
      expansion == 1
      ? nil : try Convolution(weights, name + ".expand", from: input, to: inner, kernel: 1)
    depthwise = try Convolution(
      weights,
      name + ".depthwise",
      from: inner,
      to: inner,
      kernel: 3,
      stride: stride,
      groups: inner
    )
    project = try Convolution(weights, name + ".project", from: inner, to: output, kernel: 1)
    hasShortcut = stride == 1 && input == output
  }

  func callAsFunction(_ x: Tensor) throws -> Tensor {
    let expanded = try expand.map { try $0(x).clamped(to: 0...6) } ?? x
    let y = try project(depthwise(expanded).clamped(to: 0...6))
    return hasShortcut ? try x + y : y
  }
}

/// A convolution with zero padding as TensorFlow's "SAME" does it for even sides.
private struct Convolution {
  private let weight: Tensor
  private let bias: Tensor
  private let stride: Int
  private let padding: Int
  private let groups: Int

  init(
    _ weights: StyleWeights,
    _ name: String,
    from input: Int,
    to output: Int,
    kernel: Int,
    stride: Int = 1,
    groups: Int = 1
  ) throws {
    weight = try weights.tensor(
      name + ".weight",
      shape: [output, input / groups, kernel, kernel]
    )
    bias = try weights.tensor(name + ".bias", shape: [output])
    self.stride = stride
    self.groups = groups
    padding = kernel / 2
  }

  func callAsFunction(_ x: Tensor) throws -> Tensor {
    // A stride of 2 leaves one column and row of zeros to add, and TensorFlow adds it at the end.
    let padded = stride == 2 ? try x.padded(left: 0, right: 1, top: 0, bottom: 1, .zeros) : x
    return try padded.convolved(
      with: weight,
      bias: bias,
      stride: stride,
      padding: stride == 2 ? 0 : padding,
      groups: groups
    )
  }
}
