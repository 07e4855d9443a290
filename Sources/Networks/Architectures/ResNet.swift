public import Torch

/// ResNet-18 and ResNet-34 (He et al., CVPR 2016) with torchvision's names, shapes and
/// initialisation.
///
/// A 7×7 stem with stride 2 and a 3×3 maximum pool; four stages of basic blocks with 64, 128, 256
/// and 512 channels; the mean over the picture; a linear layer. Convolutions have no bias.
public final class ResNet: Module {
  let conv1: Conv2d
  let bn1: BatchNorm2d
  let stages: [ResNetStage]
  let fc: Linear

  /// Creates a network.
  ///
  /// - Parameters:
  ///   - blockCounts: The blocks of the four stages: 2, 2, 2, 2 or 3, 4, 6, 3.
  ///   - classCount: The number of classes.
  ///   - generator: Where the weights come from.
  /// - Throws: `TorchError` if there is no memory.
  public init(blockCounts: [Int], classCount: Int, using generator: Generator) throws {
    conv1 = try Conv2d(
      3,
      64,
      kernel: 7,
      stride: 2,
      padding: 3,
      bias: false,
      initializer: .kaimingNormalFanOut,
      using: generator
    )
    bn1 = try BatchNorm2d(64)
    var stages: [ResNetStage] = []
    var channels = 64
    for (index, count) in blockCounts.enumerated() {
      let width = 64 << index
      stages.append(
        try ResNetStage(
          count: count,
          channels,
          width,
          stride: index == 0 ? 1 : 2,
          using: generator
        )
      )
      channels = width
    }
    self.stages = stages
    fc = try Linear(channels, classCount, using: generator)
  }

  /// `conv1`, `bn1`, `layer1` to `layer4`, `fc`.
  public var children: [(name: String, module: any Module)] {
    [("conv1", conv1), ("bn1", bn1)] + stages.enumerated().map { ("layer\($0 + 1)", $1) }
      + [("fc", fc)]
  }

  /// Computes logits `[N, classes]` from pictures `[N, 3, H, W]`.
  public func forward(_ input: Tensor, _ pass: ForwardPass) throws -> Tensor {
    var x = try bn1.activated(conv1.forward(input, pass), pass)
    x = try x.maxPooled(kernel: 3, stride: 2, padding: 1)
    for stage in stages {
      x = try stage.forward(x, pass)
    }
    return try fc.forward(x.mean(over: [2, 3]), pass)
  }
}

/// The basic blocks of one width, named by their number.
final class ResNetStage: Module {
  let blocks: [BasicBlock]

  init(count: Int, _ input: Int, _ output: Int, stride: Int, using generator: Generator) throws {
    blocks = try (0..<count).map { index in
      try BasicBlock(
        index == 0 ? input : output,
        output,
        stride: index == 0 ? stride : 1,
        using: generator
      )
    }
  }

  var children: [(name: String, module: any Module)] {
    blocks.enumerated().map { ("\($0)", $1) }
  }

  func forward(_ input: Tensor, _ pass: ForwardPass) throws -> Tensor {
    try blocks.reduce(input) { try $1.forward($0, pass) }
  }
}

/// conv3×3–BN–ReLU–conv3×3–BN, plus the input, then ReLU.
final class BasicBlock: Module {
  let conv1: Conv2d
  let bn1: BatchNorm2d
  let conv2: Conv2d
  let bn2: BatchNorm2d
  let downsample: Downsample?

  init(_ input: Int, _ output: Int, stride: Int, using generator: Generator) throws {
    conv1 = try Conv2d(
      input,
      output,
      kernel: 3,
      stride: stride,
      padding: 1,
      bias: false,
      initializer: .kaimingNormalFanOut,
      using: generator
    )
    bn1 = try BatchNorm2d(output)
    conv2 = try Conv2d(
      output,
      output,
      kernel: 3,
      padding: 1,
      bias: false,
      initializer: .kaimingNormalFanOut,
      using: generator
    )
    bn2 = try BatchNorm2d(output)
    let changes = stride != 1 || input != output
    downsample = changes ? try Downsample(input, output, stride: stride, using: generator) : nil
  }

  var children: [(name: String, module: any Module)] {
    [("conv1", conv1), ("bn1", bn1), ("conv2", conv2), ("bn2", bn2)]
      + (downsample.map { [("downsample", $0)] } ?? [])
  }

  func forward(_ input: Tensor, _ pass: ForwardPass) throws -> Tensor {
    let y = try bn1.activated(conv1.forward(input, pass), pass)
    let residual = try bn2.forward(conv2.forward(y, pass), pass)
    return try pass.relu(residual + (downsample?.forward(input, pass) ?? input))
  }
}

/// A 1×1 convolution and a batch norm, torchvision's `downsample.0` and `downsample.1`.
final class Downsample: Module {
  let conv: Conv2d
  let bn: BatchNorm2d

  init(_ input: Int, _ output: Int, stride: Int, using generator: Generator) throws {
    conv = try Conv2d(
      input,
      output,
      kernel: 1,
      stride: stride,
      bias: false,
      initializer: .kaimingNormalFanOut,
      using: generator
    )
    bn = try BatchNorm2d(output)
  }

  var children: [(name: String, module: any Module)] { [("0", conv), ("1", bn)] }

  func forward(_ input: Tensor, _ pass: ForwardPass) throws -> Tensor {
    try bn.forward(conv.forward(input, pass), pass)
  }
}
