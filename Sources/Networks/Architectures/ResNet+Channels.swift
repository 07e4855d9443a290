extension ChannelGraph {
  /// The channels of ResNet-18 and ResNet-34.
  ///
  /// A stage's stream is summed after batch norm, so that every writer has a scale of its own before
  /// its batch norm, and all share one after it.
  static func resNet(blockCounts: [Int]) -> ChannelGraph {
    var graph = ChannelGraph()
    var stream = ResidualStream(space: graph.addSpace(64))
    graph.addNormed("conv1", "bn1", from: nil, to: stream.space)
    stream.norms.append("bn1")
    for (stage, count) in blockCounts.enumerated() {
      for block in 0..<count {
        let name = "layer\(stage + 1).\(block)"
        graph.addBasicBlock(
          name,
          64 << stage,
          changingStream: stage > 0 && block == 0,
          &stream
        )
      }
    }
    graph.addWeight("fc", from: stream.space, to: nil)
    stream.readers.append("fc")
    graph.freeScale(stream)
    return graph
  }

  private mutating func addBasicBlock(
    _ name: String,
    _ count: Int,
    changingStream: Bool,
    _ stream: inout ResidualStream
  ) {
    let inner = addSpace(count)
    addNormed("\(name).conv1", "\(name).bn1", from: stream.space, to: inner)
    stream.readers.append("\(name).conv1")
    freeScale(afterNorms: ["\(name).bn1"], on: inner, readers: ["\(name).conv2"])
    if changingStream {
      let next = ResidualStream(space: addSpace(count), norms: ["\(name).downsample.1"])
      addNormed(
        "\(name).downsample.0",
        "\(name).downsample.1",
        from: stream.space,
        to: next.space
      )
      stream.readers.append("\(name).downsample.0")
      freeScale(stream)
      stream = next
    }
    addNormed("\(name).conv2", "\(name).bn2", from: inner, to: stream.space)
    stream.norms.append("\(name).bn2")
  }

  /// Adds a convolution whose output only a batch norm reads.
  mutating func addNormed(_ weight: String, _ norm: String, from input: Space?, to output: Space) {
    addWeight(weight, from: input, to: output)
    addNorm(norm, on: output)
    freeScale(beforeNorms: [norm], on: output, writers: [weight])
  }

  private mutating func freeScale(_ stream: ResidualStream) {
    freeScale(afterNorms: stream.norms, on: stream.space, readers: stream.readers)
  }
}

/// A residual stream, and what has been found to touch it.
private struct ResidualStream {
  let space: ChannelGraph.Space
  var norms: [String] = []
  var readers: [String] = []
}
