import Networks
import Torch

/// The weights of a network in a form that forgets every scale that batch norm and ReLU leave free.
///
/// Batch norm undoes a factor of either sign on the rows of the weights before it, and ReLU lets a
/// positive factor pass to the columns of the next weights. So a weight is known only up to a factor
/// for each row and each column. The form kept here flips rows until the γ that follows is not
/// negative, and balances rows and columns. It commutes with every re-numbering of channels.
struct CanonicalWeights {
  /// One block for each weight of the graph.
  let blocks: [WeightBlock]

  /// Reads the weights of a network.
  ///
  /// - Throws: `VerificationError.weightsNotFinite`; `TorchError`.
  init(of network: any Module, _ graph: ChannelGraph, named name: String) throws {
    let state = Dictionary(
      uniqueKeysWithValues: network.namedParameters.map { ($0.name, $0.tensor) }
    )
    let signs = try SignConvention(graph, state)
    blocks = try graph.weights.map { weight in
      guard let tensor = state["\(weight.name).weight"], tensor.shape.count >= 2 else {
        throw VerificationError.unsupportedLayer(name: weight.name, type: "layer without a weight")
      }
      let values = try tensor.detached().to(.cpu).to(.float32).elements(as: Float.self)
      guard values.allSatisfy(\.isFinite) else {
        throw VerificationError.weightsNotFinite(model: name, layer: weight.name)
      }
      var block = WeightBlock(rows: tensor.shape[0], columns: tensor.shape[1], values: values)
      block.scale(
        rows: signs.ofRows[weight.name] ?? Array(repeating: 1, count: block.rows),
        columns: signs.ofColumns[weight.name] ?? Array(repeating: 1, count: block.columns)
      )
      block.balance()
      return block
    }
  }
}

/// Which rows and columns change sign so that batch norms multiply by what is not negative.
private struct SignConvention {
  var ofRows: [String: [Double]] = [:]
  var ofColumns: [String: [Double]] = [:]

  init(_ graph: ChannelGraph, _ state: [String: Tensor]) throws {
    for scaling in graph.scalings where scaling.place == .beforeNorm {
      var sums = [Double](repeating: 0, count: scaling.space.count)
      for norm in scaling.norms {
        guard let gamma = state["\(norm).weight"] else { continue }
        let values = try gamma.detached().to(.cpu).to(.float32).elements(as: Float.self)
        sums = zip(sums, values).map { $0 + Double($1) }
      }
      let signs = sums.map { $0 < 0 ? -1.0 : 1.0 }
      for writer in scaling.writers { ofRows[writer] = signs }
      for reader in scaling.readers { ofColumns[reader] = signs }
    }
  }
}
