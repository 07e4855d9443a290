public import Torch

/// The wide residual network WRN-d-k, as the paper uses it for CIFAR-10.
///
/// Zagoruyko and Komodakis, BMVC 2016; variant of Li et al., AAAI 2022, whose code differs in details.
///
/// A 3×3 convolution to 16 channels; three groups of (d - 4) / 6 blocks with 16·k, 32·k and 64·k
/// channels and strides 1, 2, 2; batch norm, ReLU, the mean over the picture, a linear layer. Every
/// convolution has a bias. The last batch norm has momentum 0.9: its running statistics are almost
/// the last batch's.
public final class WideResNet: Module {
  let conv1: Conv2d
  let groups: [WideGroup]
  let bn: BatchNorm2d
  let fc: Linear

  /// Creates a network with PyTorch's default initialisation.
  ///
  /// - Parameters:
  ///   - depth: d, with d - 4 a positive multiple of 6.
  ///   - width: k, at least 1.
  ///   - classCount: The number of classes.
  ///   - dropout: The probability between the two convolutions of a block, in [0, 1).
  ///   - generator: Where the weights come from.
  /// - Throws: `TorchError` if there is no memory.
  public init(
    depth: Int,
    width: Int,
    classCount: Int,
    dropout: Double,
    using generator: Generator
  ) throws {
    conv1 = try Conv2d(3, 16, kernel: 3, padding: 1, using: generator)
    var groups: [WideGroup] = []
    var channels = 16
    for (base, stride) in [(16, 1), (32, 2), (64, 2)] {
      groups.append(
        try WideGroup(
          count: (depth - 4) / 6,
          channels,
          base * width,
          stride: stride,
          dropout: dropout,
          using: generator
        )
      )
      channels = base * width
    }
    self.groups = groups
    bn = try BatchNorm2d(channels, momentum: 0.9)
    fc = try Linear(channels, classCount, using: generator)
  }

  /// `conv1`, `group1` to `group3`, `bn`, `fc`.
  public var children: [(name: String, module: any Module)] {
    [("conv1", conv1)] + groups.enumerated().map { ("group\($0 + 1)", $1) }
      + [("bn", bn), ("fc", fc)]
  }

  /// Computes logits `[N, classes]` from pictures `[N, 3, H, W]`.
  public func forward(_ input: Tensor, _ pass: ForwardPass) throws -> Tensor {
    var x = try conv1.forward(input, pass)
    for group in groups {
      x = try group.forward(x, pass)
    }
    x = try bn.activated(x, pass).mean(over: [2, 3])
    return try fc.forward(x, pass)
  }
}

/// The blocks of one width, named `block0` and so on.
final class WideGroup: Module {
  let blocks: [WideBlock]

  init(
    count: Int,
    _ input: Int,
    _ output: Int,
    stride: Int,
    dropout: Double,
    using generator: Generator
  ) throws {
    blocks = try (0..<count).map { index in
      try WideBlock(
        index == 0 ? input : output,
        output,
        stride: index == 0 ? stride : 1,
        dropout: dropout,
        using: generator
      )
    }
  }

  var children: [(name: String, module: any Module)] {
    blocks.enumerated().map { ("block\($0)", $1) }
  }

  func forward(_ input: Tensor, _ pass: ForwardPass) throws -> Tensor {
    try blocks.reduce(input) { try $1.forward($0, pass) }
  }
}

/// BN–ReLU–conv3×3–dropout–BN–ReLU–conv3×3, plus the block's raw input.
///
/// The stride is the second convolution's. Where stride or width changes, the input passes through a
/// 1×1 convolution.
final class WideBlock: Module {
  let bn1: BatchNorm2d
  let conv1: Conv2d
  let bn2: BatchNorm2d
  let conv2: Conv2d
  let shortcut: Conv2d?
  let dropout: Double

  init(
    _ input: Int,
    _ output: Int,
    stride: Int,
    dropout: Double,
    using generator: Generator
  ) throws {
    bn1 = try BatchNorm2d(input)
    conv1 = try Conv2d(input, output, kernel: 3, padding: 1, using: generator)
    bn2 = try BatchNorm2d(output)
    conv2 = try Conv2d(output, output, kernel: 3, stride: stride, padding: 1, using: generator)
    let changes = stride != 1 || input != output
    shortcut =
      changes ? try Conv2d(input, output, kernel: 1, stride: stride, using: generator) : nil
    self.dropout = dropout
  }

  var children: [(name: String, module: any Module)] {
    [("bn1", bn1), ("conv1", conv1), ("bn2", bn2), ("conv2", conv2)]
      + (shortcut.map { [("shortcut", $0)] } ?? [])
  }

  func forward(_ input: Tensor, _ pass: ForwardPass) throws -> Tensor {
    var y = try conv1.forward(bn1.activated(input, pass), pass)
    if dropout > 0, let generator = pass.generator {
      y = try y.dropout(dropout, using: generator)
    }
    y = try conv2.forward(bn2.activated(y, pass), pass)
    return try y + (shortcut?.forward(input, pass) ?? input)
  }
}
