import CTorchShim

/// Updates a fixed list of parameters from their gradients, with libtorch's optimisers.
public final class Optimizer {
  private let pointer: OpaquePointer
  private let parameters: [Tensor]
  /// How many updates have been made.
  public private(set) var stepCount = 0

  private init(
    over parameters: [Tensor],
    _ create: (
      _ parameters: [OpaquePointer?], _ error: UnsafeMutablePointer<OpaquePointer?>
    ) -> OpaquePointer?
  ) throws(TorchError) {
    let pointers: [OpaquePointer?] = parameters.map(\.pointer)
    guard let pointer = try checked({ create(pointers, $0) }) else {
      throw TorchError("libtorch returned no optimiser and no reason")
    }
    self.pointer = pointer
    self.parameters = parameters
  }

  deinit {
    ts_optimizer_free(pointer)
  }

  /// Stochastic gradient descent: v ← μ·v + g + λ·θ, θ ← θ - η·v (`torch.optim.SGD`).
  ///
  /// - Parameters:
  ///   - parameters: θ, updated in place.
  ///   - learningRate: η.
  ///   - momentum: μ, in [0, 1).
  ///   - weightDecay: λ.
  ///   - nesterov: Whether the step looks ahead: θ ← θ - η·(g + λ·θ + μ·v).
  /// - Returns: The optimiser, which has taken no step.
  /// - Throws: `TorchError` if a number makes no sense.
  public static func sgd(
    over parameters: [Tensor],
    learningRate: Double,
    momentum: Double = 0,
    weightDecay: Double = 0,
    nesterov: Bool = false
  ) throws(TorchError) -> Optimizer {
    try Optimizer(over: parameters) {
      ts_sgd_create(
        $0,
        Int32($0.count),
        learningRate,
        momentum,
        weightDecay,
        nesterov ? 1 : 0,
        $1
      )
    }
  }

  /// Adam (Kingma and Ba, ICLR 2015; `torch.optim.Adam`).
  ///
  /// - Parameters:
  ///   - parameters: θ, updated in place.
  ///   - learningRate: α.
  ///   - betas: β₁ and β₂, each in [0, 1).
  ///   - epsilon: ε, added to the root.
  ///   - weightDecay: λ, added to the gradient as λ·θ.
  /// - Returns: The optimiser, which has taken no step.
  /// - Throws: `TorchError` if a number makes no sense.
  public static func adam(
    over parameters: [Tensor],
    learningRate: Double,
    betas: (Double, Double) = (0.9, 0.999),
    epsilon: Double = 1e-8,
    weightDecay: Double = 0
  ) throws(TorchError) -> Optimizer {
    try Optimizer(over: parameters) {
      ts_adam_create(
        $0,
        Int32($0.count),
        learningRate,
        betas.0,
        betas.1,
        epsilon,
        weightDecay,
        $1
      )
    }
  }

  /// Updates every parameter that has a gradient, with the given learning rate.
  public func step(learningRate: Double) throws(TorchError) {
    try checked { ts_optimizer_set_learning_rate(pointer, learningRate, $0) }
    try checked { ts_optimizer_step(pointer, $0) }
    stepCount += 1
  }

  /// Drops the gradients of all parameters.
  public func clearGradients() throws(TorchError) {
    try checked { ts_optimizer_clear_gradients(pointer, $0) }
  }

  /// How many parameters the optimiser updates.
  public var parameterCount: Int { parameters.count }

  /// What the optimiser remembers of each parameter, to be saved and restored.
  ///
  /// SGD has one slot, the momentum buffer; Adam has two, the first and second moments. Before the
  /// first step there is none.
  public func state() throws(TorchError) -> [[Tensor]] {
    var state: [[Tensor]] = []
    for index in parameters.indices {
      var slots: [Tensor] = []
      for slot in 0..<ts_optimizer_slot_count(pointer) {
        let value = try checked { ts_optimizer_state(pointer, Int32(index), slot, $0) }
        if let value { slots.append(Tensor(taking: value)) }
      }
      state.append(slots)
    }
    return state
  }

  /// Restores what `state` gave after `stepCount` steps.
  ///
  /// - Throws: `TorchError` if a shape differs from its parameter's.
  public func restore(_ state: [[Tensor]], stepCount: Int) throws(TorchError) {
    guard state.count == parameters.count else {
      throw TorchError(
        "optimiser state of \(state.count) parameters does not fit \(parameters.count)"
      )
    }
    for (index, slots) in state.enumerated() {
      for (slot, value) in slots.enumerated() {
        try checked {
          ts_optimizer_set_state(
            pointer,
            Int32(index),
            Int32(slot),
            value.pointer,
            Int64(stepCount),
            $0
          )
        }
      }
    }
    self.stepCount = stepCount
  }
}

@available(*, unavailable)
extension Optimizer: Sendable {}
