import Networks
import Torch

/// Which channel of the suspect plays the part of which channel of the victim.
///
/// Weight matching after Ainsworth, Hayase and Srinivasa (*Git Re-Basin*, ICLR 2023), once through the
/// network from the picture on: a space is matched by the rows of the weights that write it, whose
/// inputs are matched already. Of those rows only the inputs from the victim's channels of even
/// number are looked at, and everything from colours. What comes from channels of odd number stays
/// unseen, for the test.
struct ChannelMatching {
  /// For each space and each channel of the victim, the channel of the suspect.
  private(set) var partners: [[Int]] = []
  /// The unseen half of every layer that does not read colours, channels paired.
  private(set) var heldOut: [LayerPair] = []

  init(_ victim: CanonicalWeights, _ suspect: CanonicalWeights, _ graph: ChannelGraph) throws {
    for space in graph.spaces {
      try partners.append(match(space, victim, suspect, graph))
    }
    heldOut = zip(graph.weights, zip(victim.blocks, suspect.blocks)).compactMap { weight, blocks in
      pair(weight, blocks.0, blocks.1)
    }
  }

  /// The held-out half of a layer, the suspect's channels in the victim's order; none of a layer that
  /// reads colours.
  private func pair(
    _ weight: ChannelGraph.Weight,
    _ victim: WeightBlock,
    _ suspect: WeightBlock
  ) -> LayerPair? {
    guard let input = weight.input else { return nil }
    let odd = Array(stride(from: 1, to: input.count, by: 2))
    return LayerPair(
      weight,
      victim: victim.selecting(columns: odd),
      suspect: suspect.selecting(
        rows: weight.output.map { partners[$0.index] },
        columns: odd.map { partners[input.index][$0] }
      )
    )
  }

  /// Pairs the channels of a space, the most alike first.
  private func match(
    _ space: ChannelGraph.Space,
    _ victim: CanonicalWeights,
    _ suspect: CanonicalWeights,
    _ graph: ChannelGraph
  ) throws -> [Int] {
    var likeness = try Tensor(repeating: 0, shape: [space.count, space.count])
    for (index, weight) in graph.weights.enumerated() where weight.output == space {
      guard (weight.input?.index ?? -1) < partners.count else { continue }
      let even = weight.input.map { Array(stride(from: 0, to: $0.count, by: 2)) }
      let partnersOfEven = weight.input.map { input in
        stride(from: 0, to: input.count, by: 2).map { partners[input.index][$0] }
      }
      likeness =
        try likeness
        + rows(victim.blocks[index].selecting(columns: even), weight)
        .linear(rows(suspect.blocks[index].selecting(columns: partnersOfEven), weight))
    }
    return greedyAssignment(try likeness.elements(as: Float.self), count: space.count)
  }

  private func rows(_ block: WeightBlock, _ weight: ChannelGraph.Weight) throws -> Tensor {
    var block = block
    block.centre(overColumns: weight.input != nil, overRows: true)
    block.normaliseRows()
    return try Tensor(block.values, shape: [block.rows, block.columns * block.taps])
  }
}

/// Pairs rows with columns of a square matrix, the largest entry first.
private func greedyAssignment(_ likeness: [Float], count: Int) -> [Int] {
  let order = likeness.indices.sorted { (likeness[$0], $1) > (likeness[$1], $0) }
  var partner = [Int](repeating: -1, count: count)
  var isTaken = [Bool](repeating: false, count: count)
  for entry in order {
    let (row, column) = (entry / count, entry % count)
    guard partner[row] < 0, !isTaken[column] else { continue }
    partner[row] = column
    isTaken[column] = true
  }
  return partner
}
