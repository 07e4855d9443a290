public import Networks
public import Torch

/// The generator of data-free adversarial distillation for larger pictures (Fang et al., 2019,
/// arXiv 1912.11006; `GeneratorB` of the authors' code), which follows DCGAN (Radford et al., ICLR 2016).
///
/// 256 normal numbers, a linear layer to 512 channels at a sixteenth of the sides, batch norm; four 4×4
/// transposed convolutions of stride 2 to 256, 128, 64 and 64 channels, without bias, with batch norm and
/// leaky ReLU; a 3×3 convolution to 3 channels and tanh. Pictures come out in (-1, 1), which networks see
/// as normalised pictures.
///
/// Names of parameters are those of the authors' code.
public final class DCGANGenerator: Module {
  private let linear: Linear
  private let inputNorm: BatchNorm2d
  private let convolutions: [(conv: ConvTranspose2d, norm: BatchNorm2d)]
  private let lastConv: BlockConv2d
  private let size: Classifier.PictureSize

  /// Creates a generator whose weights are normal with deviation 0.02 and biases 0.
  ///
  /// - Parameters:
  ///   - size: The size of the pictures; both sides are multiples of 16.
  ///   - generator: Where the weights come from.
  /// - Throws: `NetworkError.picturesDoNotFit` for other sides.
  public init(size: Classifier.PictureSize, using generator: Generator) throws {
    try PictureGenerator.dcgan.check(size)
    self.size = size
    let initializer = Initializer.normal(deviation: 0.02)
    linear = try Linear(
      PictureGenerator.noiseCount,
      512 * (size.height / 16) * (size.width / 16),
      initializer: initializer,
      using: generator
    )
    inputNorm = try BatchNorm2d(512)
    convolutions = try [(512, 256), (256, 128), (128, 64), (64, 64)].map { input, output in
      let conv = try ConvTranspose2d(
        input,
        output,
        kernel: 4,
        stride: 2,
        padding: 1,
        initializer: initializer,
        using: generator
      )
      return (conv, try BatchNorm2d(output))
    }
    lastConv = try BlockConv2d(64, 3, initializer: initializer, using: generator)
  }

  /// `project` and `main`, numbered as in the authors' `Sequential`s, where flattening, leaky ReLU and
  /// tanh count too.
  public var children: [(name: String, module: any Module)] {
    [("project.1", linear), ("main.0", inputNorm)]
      + convolutions.enumerated().flatMap { index, layer -> [(String, any Module)] in
        [("main.\(3 * index + 1)", layer.conv), ("main.\(3 * index + 2)", layer.norm)]
      }
      + [("main.13", lastConv)]
  }

  /// Makes pictures `[N, 3, H, W]` in (-1, 1) from standard normal numbers `[N, 256]`.
  public func forward(_ noise: Tensor, _ pass: ForwardPass) throws -> Tensor {
    let features = try linear.forward(noise, pass)
      .reshaped(to: [-1, 512, size.height / 16, size.width / 16])
    var x = try inputNorm.activated(features.channelsLast(), pass, slope: 1)
    for (conv, norm) in convolutions {
      x = try norm.activated(conv.forward(x, pass), pass, slope: 0.2)
    }
    return try lastConv.forward(x, pass).tanh()
  }
}
