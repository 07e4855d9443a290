import Datasets
import Networks
import Testing
import Torch

/// A graph is right if what it calls free is free: the outputs stay.
@Suite struct ChannelGraphTests {
  private func network(_ name: String) throws -> (ChannelGraph, any Module) {
    let architecture = try Architecture(name)
    let network = try architecture.makeNetwork(classCount: 10, seed: 1)
    // Fresh batch norms are all alike, and would hide what is forgotten of them.
    let generator = try Generator(seed: 2)
    for (name, tensor) in network.namedState where tensor.shape.count == 1 {
      let range = name.hasSuffix("running_var") ? 0.5..<2.0 : -1.0..<1.5
      try tensor.copyInPlace(from: generator.uniform(in: range, shape: tensor.shape))
    }
    return (architecture.channelGraph, network)
  }

  private func outputs(_ network: any Module, side: Int) throws -> [Float] {
    let images = try Generator(seed: 3).uniform(in: 0..<1, shape: [2, 3, side, side])
    return try withoutGradients { () throws in
      try network.forward(images, ForwardPass()).elements(as: Float.self)
    }
  }

  private func largestChange(_ before: [Float], _ after: [Float]) -> Float {
    let scale = before.map(abs).max() ?? 0
    return zip(before, after).reduce(0) { max($0, abs($1.0 - $1.1)) } / scale
  }

  @Test(arguments: ["wrn-10-1", "wrn-16-2", "wrn-22-1", "resnet-18", "resnet-34", "vgg-19-bn"])
  func outputsStay(_ name: String) throws {
    let (graph, network) = try network(name)
    let before = try outputs(network, side: 32)
    var random = KeyedRandom("channel graph", 1)
    try graph.renumber(network, by: graph.spaces.map { random.permutation(of: $0.count) })
    #expect(largestChange(before, try outputs(network, side: 32)) < 1e-4)
    let factors = graph.scalings.map { scaling in
      (0..<scaling.space.count).map { _ in
        let size = Float(random.uniform(in: 0.5...2))
        return scaling.place == .beforeNorm && random.uniform() < 0.5 ? -size : size
      }
    }
    try graph.rescale(network, by: factors)
    #expect(largestChange(before, try outputs(network, side: 32)) < 1e-3)
  }

  /// Every space matters: re-numbering only the weights of one side of it changes the outputs.
  @Test(arguments: ["wrn-10-1", "wrn-16-2", "resnet-18", "vgg-19-bn"])
  func graphsAreComplete(_ name: String) throws {
    let (graph, network) = try network(name)
    let names = Set(graph.weights.map { "\($0.name).weight" })
    let kernels = network.namedParameters.filter { $0.tensor.shape.count >= 2 }
    #expect(names == Set(kernels.map(\.name)))
    for weight in graph.weights {
      let shape = kernels.first { $0.name == "\(weight.name).weight" }?.tensor.shape
      #expect(shape?[0] == weight.output?.count ?? 10)
      #expect(shape?[1] == weight.input?.count ?? 3)
    }
    let vectors = network.namedState.filter { $0.name.hasSuffix("running_mean") }
    #expect(Set(graph.norms.map { "\($0.name).running_mean" }) == Set(vectors.map(\.name)))
    // Each row and each column that is numbered freely can be scaled, by one factor or more.
    let writers = Set(graph.scalings.flatMap(\.writers))
    let readers = Set(graph.scalings.flatMap(\.readers))
    #expect(writers == Set(graph.weights.filter { $0.output != nil }.map(\.name)))
    #expect(readers == Set(graph.weights.filter { $0.input != nil }.map(\.name)))
  }

  @Test func refusesWhatIsNoNumbering() throws {
    let (graph, network) = try network("wrn-10-1")
    var orders = graph.spaces.map { Array(0..<$0.count) }
    orders[0][0] = 1
    #expect(throws: NetworkError.self) { try graph.renumber(network, by: orders) }
    var factors = graph.scalings.map { Array(repeating: Float(1), count: $0.space.count) }
    factors[0][0] = 0
    #expect(throws: NetworkError.self) { try graph.rescale(network, by: factors) }
    #expect(throws: NetworkError.self) { try graph.rescale(network, by: []) }
  }
}
