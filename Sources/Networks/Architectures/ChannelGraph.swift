/// How the channels of an architecture hang together: which tensors number the same channels, and
/// which of their scales are free.
///
/// The numbering of hidden channels means nothing: if every tensor that touches a channel is
/// re-numbered alike, the network computes the same. So does it if a channel is scaled where batch
/// norm or ReLU lets the factor cancel. A graph states both freedoms of one architecture.
/// ``renumber(_:by:)`` and ``rescale(_:by:)`` use them, and show by unchanged outputs that a graph is
/// right.
///
/// Reference: Ainsworth, Hayase and Srinivasa, *Git Re-Basin*, ICLR 2023, section 3.
public struct ChannelGraph: Sendable {
  /// Channels with one numbering, such as those of a residual stream; its position in ``spaces``.
  public struct Space: Hashable, Sendable {
    /// The position in ``ChannelGraph/spaces``.
    public let index: Int
    /// The number of channels.
    public let count: Int
  }

  /// A convolution or linear layer: its weight has the shape `[output, input, …]`.
  public struct Weight: Sendable {
    /// The dotted name of the layer; its tensors are `name.weight` and, if there is one, `name.bias`.
    public let name: String
    /// What numbers the outputs; nil where the numbering is given, as that of classes is.
    public let output: Space?
    /// What numbers the inputs; nil where the numbering is given, as that of colours is.
    public let input: Space?
  }

  /// A batch norm, with its four vectors.
  public struct Norm: Sendable {
    /// The dotted name of the layer.
    public let name: String
    /// What numbers the channels.
    public let space: Space
  }

  /// Where factors of the channels of a space cancel.
  public struct Scaling: Sendable {
    /// Where the factor enters and leaves the network.
    public enum Place: Sendable, Hashable {
      /// The factor, positive or negative, enters through the rows of the weights and leaves through
      /// the batch norms that follow.
      case beforeNorm
      /// The factor, positive, enters through γ and β of the batch norms and leaves, past ReLU,
      /// through the columns of the readers.
      case afterNorm
    }

    /// Where the factor enters and leaves.
    public let place: Place
    /// The channels.
    public let space: Space
    /// The weights whose rows (and biases) make the channels; none after a norm.
    public let writers: [String]
    /// The batch norms that follow the writers.
    public let norms: [String]
    /// The weights whose columns read the channels.
    public let readers: [String]
  }

  /// The numberings that are free, each after those of the inputs by which it can be matched.
  public private(set) var spaces: [Space] = []
  /// Every convolution and linear layer.
  public private(set) var weights: [Weight] = []
  /// Every batch norm.
  public private(set) var norms: [Norm] = []
  /// Every scale that is free.
  public private(set) var scalings: [Scaling] = []

  mutating func addSpace(_ count: Int) -> Space {
    let space = Space(index: spaces.count, count: count)
    spaces.append(space)
    return space
  }

  mutating func addWeight(_ name: String, from input: Space?, to output: Space?) {
    weights.append(Weight(name: name, output: output, input: input))
  }

  mutating func addNorm(_ name: String, on space: Space) {
    norms.append(Norm(name: name, space: space))
  }

  mutating func freeScale(
    beforeNorms norms: [String],
    on space: Space,
    writers: [String],
    readers: [String] = []
  ) {
    scalings.append(
      Scaling(place: .beforeNorm, space: space, writers: writers, norms: norms, readers: readers)
    )
  }

  mutating func freeScale(afterNorms norms: [String], on space: Space, readers: [String]) {
    scalings.append(
      Scaling(place: .afterNorm, space: space, writers: [], norms: norms, readers: readers)
    )
  }
}

extension Architecture {
  /// How the channels of the architecture hang together.
  public var channelGraph: ChannelGraph {
    switch self {
    case .wideResNet(let depth, let width): .wideResNet(depth: depth, width: width)
    case .resNet(let depth): .resNet(blockCounts: depth == 18 ? [2, 2, 2, 2] : [3, 4, 6, 3])
    case .vgg19: .vgg(stages: [(2, 64), (2, 128), (4, 256), (4, 512), (4, 512)])
    }
  }
}
