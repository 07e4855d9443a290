import Torch

extension ChannelGraph {
  /// Re-numbers the channels of a network in place; its outputs stay.
  ///
  /// - Parameters:
  ///   - network: A network of the graph's architecture.
  ///   - orders: One permutation for each of ``spaces``: position c gets what was at `orders[s][c]`.
  /// - Throws: `NetworkError.badSetting` if the orders are no permutations of the spaces' channels;
  ///   `TorchError`.
  public func renumber(_ network: any Module, by orders: [[Int]]) throws {
    try check(orders) { Set($0) == Set(0..<$0.count) }
    let state = Dictionary(uniqueKeysWithValues: network.namedState.map { ($0.name, $0.tensor) })
    for weight in weights {
      for tensor in ["weight", "bias"].compactMap({ state["\(weight.name).\($0)"] }) {
        try tensor.reorder(weight.output.map { orders[$0.index] }, along: 0)
      }
      try state["\(weight.name).weight"]?.reorder(weight.input.map { orders[$0.index] }, along: 1)
    }
    for norm in norms {
      for part in ["weight", "bias", "running_mean", "running_var"] {
        try state["\(norm.name).\(part)"]?.reorder(orders[norm.space.index], along: 0)
      }
    }
  }

  /// Rescales the channels of a network in place; its outputs in evaluation stay.
  ///
  /// - Parameters:
  ///   - network: A network of the graph's architecture.
  ///   - factors: For each of ``scalings`` one number for each channel: of any sign before a norm,
  ///     positive after it, never 0.
  /// - Throws: `NetworkError.badSetting` for other factors; `TorchError`.
  public func rescale(_ network: any Module, by factors: [[Float]]) throws {
    try check(factors)
    let modules = Dictionary(
      uniqueKeysWithValues: network.namedModules.map { ($0.name, $0.module) }
    )
    func weights(_ names: [String]) -> [(weight: Tensor, bias: Tensor?)] {
      names.compactMap { modules[$0] }.compactMap { module in
        let own = Dictionary(
          uniqueKeysWithValues: module.ownParameters.map { ($0.name, $0.tensor) }
        )
        return own["weight"].map { ($0, own["bias"]) }
      }
    }
    for (scaling, factors) in zip(scalings, factors) {
      for writer in weights(scaling.writers) {
        try writer.weight.scale(by: factors, along: 0)
        try writer.bias?.scale(by: factors, along: 0)
      }
      for norm in scaling.norms.compactMap({ modules[$0] as? BatchNorm2d }) {
        try norm.scale(by: factors, scaling.place)
      }
      for reader in weights(scaling.readers) {
        try reader.weight.scale(by: factors.map { 1 / $0 }, along: 1)
      }
    }
  }

  private func check(_ orders: [[Int]], _ isPermutation: ([Int]) -> Bool) throws {
    guard orders.map(\.count) == spaces.map(\.count), orders.allSatisfy(isPermutation) else {
      throw NetworkError.badSetting(
        name: "the order of channels",
        value: "\(orders.map(\.count)) numbers",
        expected: "permutations of \(spaces.map(\.count)) channels"
      )
    }
  }

  private func check(_ factors: [[Float]]) throws {
    let fits = zip(scalings, factors).allSatisfy { scaling, factors in
      factors.count == scaling.space.count
        && factors.allSatisfy { scaling.place == .afterNorm ? $0 > 0 : $0 != 0 }
    }
    guard factors.count == scalings.count, fits else {
      throw NetworkError.badSetting(
        name: "the factors of channels",
        value: "\(factors.map(\.count)) numbers",
        expected: "\(scalings.map(\.space.count)) numbers, positive after a norm, never 0"
      )
    }
  }
}

extension Tensor {
  fileprivate func reorder(_ order: [Int]?, along dimension: Int) throws {
    guard let order else { return }
    try copyInPlace(from: selecting(order, along: dimension))
  }

  fileprivate func scale(by factors: [Float], along dimension: Int) throws {
    var shape = self.shape.map { _ in 1 }
    shape[dimension] = factors.count
    try copyInPlace(from: self * Tensor(factors, shape: shape))
  }
}

extension BatchNorm2d {
  /// Takes up a factor that entered before it, or puts one in that leaves after it.
  fileprivate func scale(by factors: [Float], _ place: ChannelGraph.Scaling.Place) throws {
    switch place {
    case .beforeNorm:
      try runningMean.scale(by: factors, along: 0)
      // σ² + ε must grow by the square of the factor.
      let shifted = try runningVariance + epsilon
      try shifted.scale(by: factors.map { $0 * $0 }, along: 0)
      try runningVariance.copyInPlace(from: shifted - epsilon)
      try weight?.scale(by: factors.map { $0 < 0 ? -1 : 1 }, along: 0)
    case .afterNorm:
      try weight?.scale(by: factors, along: 0)
      try bias?.scale(by: factors, along: 0)
    }
  }
}
