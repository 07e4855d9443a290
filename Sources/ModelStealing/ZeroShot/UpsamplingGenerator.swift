public import Networks
public import Torch

/// The generator of data-free adversarial distillation for small pictures (Fang et al., 2019,
/// arXiv 1912.11006; `GeneratorA` of the authors' code).
///
/// 256 normal numbers, a linear layer to 128 channels at a quarter of the sides, batch norm; twice the
/// sides doubled by pixel repetition and a 3×3 convolution, to 128 and 64 channels, with batch norm and
/// leaky ReLU; a 3×3 convolution to 3 channels, tanh, and a batch norm without parameters. So each
/// channel has mean 0 and variance 1 over a batch: pictures come out normalised.
///
/// Names of parameters are those of the authors' code.
public final class UpsamplingGenerator: Module {
  private let linear: Linear
  private let inputNorm: BatchNorm2d
  private let convolutions: [(conv: UpsampledConv2d, norm: BatchNorm2d)]
  private let lastConv: BlockConv2d
  private let outputNorm: BatchNorm2d
  private let size: Classifier.PictureSize

  /// Creates a generator with PyTorch's default initialisation.
  ///
  /// - Parameters:
  ///   - size: The size of the pictures; both sides are multiples of 4.
  ///   - generator: Where the weights come from.
  /// - Throws: `NetworkError.picturesDoNotFit` for other sides.
  public init(size: Classifier.PictureSize, using generator: Generator) throws {
    try PictureGenerator.upsampling.check(size)
    self.size = size
    linear = try Linear(
      PictureGenerator.noiseCount,
      128 * (size.height / 4) * (size.width / 4),
      using: generator
    )
    inputNorm = try BatchNorm2d(128)
    convolutions = try [128, 64].map { width in
      (try UpsampledConv2d(128, width, using: generator), try BatchNorm2d(width))
    }
    lastConv = try BlockConv2d(64, 3, using: generator)
    outputNorm = try BatchNorm2d(3, affine: false)
  }

  /// `l1` and `conv_blocks0` to `conv_blocks2`, numbered as in the authors' `Sequential`s, where leaky
  /// ReLU and tanh count too.
  public var children: [(name: String, module: any Module)] {
    [("l1.0", linear), ("conv_blocks0.0", inputNorm)]
      + convolutions.enumerated().flatMap { index, layer -> [(String, any Module)] in
        let block = "conv_blocks\(index + 1)"
        return [("\(block).0", layer.conv), ("\(block).1", layer.norm)]
      }
      + [("conv_blocks2.3", lastConv), ("conv_blocks2.5", outputNorm)]
  }

  /// Makes normalised pictures `[N, 3, H, W]` from standard normal numbers `[N, 256]`.
  public func forward(_ noise: Tensor, _ pass: ForwardPass) throws -> Tensor {
    let features = try linear.forward(noise, pass)
      .reshaped(to: [-1, 128, size.height / 4, size.width / 4])
    var x = try inputNorm.activated(features.channelsLast(), pass, slope: 1)
    for (conv, norm) in convolutions {
      x = try norm.activated(conv.forward(x, pass), pass, slope: 0.2)
    }
    return try outputNorm.activated(lastConv.forward(x, pass).tanh(), pass, slope: 1)
  }
}
