extension ChannelGraph {
  /// The channels of WRN-d-k.
  ///
  /// The raw stream is one numbering from one 1×1 convolution to the next, and one scale too: its
  /// writers are summed before any batch norm. Each batch norm that reads it has a scale of its own
  /// after ReLU.
  static func wideResNet(depth: Int, width: Int) -> ChannelGraph {
    var graph = ChannelGraph()
    var stream = WideStream(space: graph.addSpace(16), writers: ["conv1"])
    graph.addWeight("conv1", from: nil, to: stream.space)
    for (group, count) in [16, 32, 64].map({ $0 * width }).enumerated() {
      for block in 0..<(depth - 4) / 6 {
        let name = "group\(group + 1).block\(block)"
        let changes = block == 0 && (group > 0 || stream.space.count != count)
        graph.addWideBlock(name, count, changingStream: changes, &stream)
      }
    }
    graph.addNorm("bn", on: stream.space)
    graph.addWeight("fc", from: stream.space, to: nil)
    graph.freeScale(afterNorms: ["bn"], on: stream.space, readers: ["fc"])
    stream.norms.append("bn")
    graph.freeScale(stream)
    return graph
  }

  private mutating func addWideBlock(
    _ name: String,
    _ count: Int,
    changingStream: Bool,
    _ stream: inout WideStream
  ) {
    let inner = addSpace(count)
    addNorm("\(name).bn1", on: stream.space)
    addWeight("\(name).conv1", from: stream.space, to: inner)
    addNorm("\(name).bn2", on: inner)
    freeScale(afterNorms: ["\(name).bn1"], on: stream.space, readers: ["\(name).conv1"])
    freeScale(beforeNorms: ["\(name).bn2"], on: inner, writers: ["\(name).conv1"])
    freeScale(afterNorms: ["\(name).bn2"], on: inner, readers: ["\(name).conv2"])
    stream.norms.append("\(name).bn1")
    if changingStream {
      let next = WideStream(space: addSpace(count), writers: ["\(name).shortcut"])
      addWeight("\(name).shortcut", from: stream.space, to: next.space)
      stream.readers.append("\(name).shortcut")
      freeScale(stream)
      stream = next
    }
    addWeight("\(name).conv2", from: inner, to: stream.space)
    stream.writers.append("\(name).conv2")
  }

  private mutating func freeScale(_ stream: WideStream) {
    freeScale(
      beforeNorms: stream.norms,
      on: stream.space,
      writers: stream.writers,
      readers: stream.readers
    )
  }
}

/// A residual stream, and what has been found to touch it.
private struct WideStream {
  let space: ChannelGraph.Space
  var writers: [String]
  var norms: [String] = []
  var readers: [String] = []
}
