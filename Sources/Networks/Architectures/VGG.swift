public import Torch

/// VGG-19 with batch norm (Simonyan and Zisserman, ICLR 2015; Ioffe and Szegedy, ICML 2015) and one
/// linear layer from 512 features, the variant for small pictures.
///
/// Sixteen 3×3 convolutions in five stages, each followed by batch norm and ReLU, each stage by a
/// 2×2 maximum pool; the mean over the picture; `classifier`. Names and shapes of `features.N` are
/// torchvision's `vgg19_bn`.
public final class VGG: Module {
  private let features: VGGFeatures
  private let classifier: Linear

  /// Creates VGG-19 with torchvision's initialisation of convolutions.
  ///
  /// - Parameters:
  ///   - classCount: The number of classes.
  ///   - generator: Where the weights come from.
  /// - Throws: `TorchError` if there is no memory.
  public init(classCount: Int, using generator: Generator) throws {
    features = try VGGFeatures(
      stages: [(2, 64), (2, 128), (4, 256), (4, 512), (4, 512)],
      using: generator
    )
    classifier = try Linear(512, classCount, using: generator)
  }

  /// `features`, `classifier`.
  public var children: [(name: String, module: any Module)] {
    [("features", features), ("classifier", classifier)]
  }

  /// Computes logits `[N, classes]` from pictures `[N, 3, H, W]` of at least 32×32.
  public func forward(_ input: Tensor, _ pass: ForwardPass) throws -> Tensor {
    try classifier.forward(features.forward(input, pass).mean(over: [2, 3]), pass)
  }
}

/// The convolutions, numbered as in torchvision's `Sequential`, where ReLU and pool count too.
final class VGGFeatures: Module {
  private let stages: [[(conv: Conv2d, bn: BatchNorm2d)]]

  init(stages: [(count: Int, width: Int)], using generator: Generator) throws {
    var channels = 3
    self.stages = try stages.map { count, width in
      try (0..<count).map { _ in
        defer { channels = width }
        let conv = try Conv2d(
          channels,
          width,
          kernel: 3,
          padding: 1,
          initializer: .kaimingNormalFanOut,
          using: generator
        )
        return (conv, try BatchNorm2d(width))
      }
    }
  }

  var children: [(name: String, module: any Module)] {
    var children: [(name: String, module: any Module)] = []
    var index = 0
    for stage in stages {
      for layer in stage {
        children += [("\(index)", layer.conv), ("\(index + 1)", layer.bn)]
        index += 3
      }
      index += 1
    }
    return children
  }

  func forward(_ input: Tensor, _ pass: ForwardPass) throws -> Tensor {
    var x = input
    for stage in stages {
      for layer in stage {
        x = try layer.bn.activated(layer.conv.forward(x, pass), pass)
      }
      x = try x.maxPooled(kernel: 2, stride: 2)
    }
    return x
  }
}
