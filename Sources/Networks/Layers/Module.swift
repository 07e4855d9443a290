public import Torch

/// A part of a network: it may own parameters, have named parts, and computes an output.
///
/// Names and order are those of the PyTorch modules of the same architecture, so that weights travel
/// both ways: `namedState` equals `state_dict()`.
public protocol Module: AnyObject {
  /// The parts, in the order in which PyTorch registers them.
  var children: [(name: String, module: any Module)] { get }
  /// The part's own trainable tensors.
  var ownParameters: [(name: String, tensor: Tensor)] { get }
  /// The part's own tensors that training updates without a gradient.
  var ownBuffers: [(name: String, tensor: Tensor)] { get }
  /// Computes the output of one forward pass.
  func forward(_ input: Tensor, _ pass: ForwardPass) throws -> Tensor
}

extension Module {
  /// No parts, unless a module says otherwise.
  public var children: [(name: String, module: any Module)] { [] }
  /// No parameters, unless a module says otherwise.
  public var ownParameters: [(name: String, tensor: Tensor)] { [] }
  /// No buffers, unless a module says otherwise.
  public var ownBuffers: [(name: String, tensor: Tensor)] { [] }

  /// Every trainable tensor by its dotted name, in PyTorch's order.
  public var namedParameters: [(name: String, tensor: Tensor)] {
    collect { $0.ownParameters }
  }

  /// Every tensor that a model file holds by its dotted name: PyTorch's `state_dict()`.
  public var namedState: [(name: String, tensor: Tensor)] {
    collect { $0.ownParameters + $0.ownBuffers }
  }

  /// The number of trainable numbers.
  public var parameterCount: Int {
    namedParameters.reduce(0) { $0 + $1.tensor.elementCount }
  }

  /// Every part below this one, this one first, by its dotted name and in PyTorch's order.
  public var namedModules: [(name: String, module: any Module)] {
    var found: [(String, any Module)] = [("", self)]
    for child in children {
      for (name, module) in child.module.namedModules {
        found.append((name.isEmpty ? child.name : "\(child.name).\(name)", module))
      }
    }
    return found
  }

  /// Sets whether gradients of the parameters are computed.
  public func setRequiresGradient(_ required: Bool) throws {
    for parameter in namedParameters {
      try parameter.tensor.setRequiresGradientInPlace(required)
    }
  }

  private func collect(
    _ own: (any Module) -> [(name: String, tensor: Tensor)]
  ) -> [(name: String, tensor: Tensor)] {
    namedModules.flatMap { prefix, module in
      own(module).map { (prefix.isEmpty ? $0.name : "\(prefix).\($0.name)", $0.tensor) }
    }
  }
}

/// What a forward pass needs to know beside its input.
public final class ForwardPass {
  /// Whether batch norm uses the batch's statistics and dropout drops.
  public let isTraining: Bool
  /// Where dropout takes its numbers from; without one nothing is dropped.
  public let generator: Generator?
  /// Where layers write down what went in and came out, if anyone asked.
  public let tape: LayerTape?

  /// Returns max(x, 0) of what a batch norm or a sum gave.
  ///
  /// It overwrites x, which nobody needs any more: neither operation's gradient looks at its result.
  /// Only a tape may hold x, and then x stays.
  func relu(_ x: Tensor) throws -> Tensor {
    tape == nil ? try x.reluInPlace() : try x.relu()
  }

  /// Creates a pass in evaluation mode.
  ///
  /// - Parameter tape: Records the layers that it was made for.
  public init(tape: LayerTape? = nil) {
    isTraining = false
    generator = nil
    self.tape = tape
  }

  /// Creates a pass in training mode.
  ///
  /// - Parameter generator: The source of dropout's random numbers.
  public init(trainingWith generator: Generator) {
    isTraining = true
    self.generator = generator
    tape = nil
  }
}
