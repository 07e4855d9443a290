public import Torch

/// Keeps the input and output of chosen layers in a forward pass.
///
/// From them and the derivatives of a loss with respect to the outputs follow the weight gradients of
/// every sample by itself, which libtorch only gives summed over a batch.
public final class LayerTape {
  /// What one layer saw and gave.
  public struct Entry {
    /// What went into the layer, `[N, …]`.
    public let input: Tensor
    /// What came out, a tensor of the graph of gradients.
    public let output: Tensor
  }

  private let wanted: Set<ObjectIdentifier>
  private var entries: [ObjectIdentifier: Entry] = [:]

  /// Creates a tape that records some layers of a network.
  public init(recording layers: [any Module]) {
    wanted = Set(layers.map { ObjectIdentifier($0) })
  }

  /// What the tape holds of a layer after the pass.
  public subscript(layer: any Module) -> Entry? {
    entries[ObjectIdentifier(layer)]
  }

  /// Records a layer if it was asked for.
  ///
  /// The first recorded outputs start the graph: no parameter needs a gradient for the derivatives
  /// with respect to outputs, and so libtorch computes none.
  func record(_ layer: any Module, input: Tensor, output: Tensor) throws {
    guard wanted.contains(ObjectIdentifier(layer)) else { return }
    if !output.requiresGradient {
      try output.setRequiresGradientInPlace(true)
    }
    entries[ObjectIdentifier(layer)] = Entry(input: try input.detached(), output: output)
  }
}
