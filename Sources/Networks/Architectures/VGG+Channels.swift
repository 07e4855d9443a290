extension ChannelGraph {
  /// The channels of VGG: a chain, in which each convolution's are its own.
  static func vgg(stages: [(count: Int, width: Int)]) -> ChannelGraph {
    var graph = ChannelGraph()
    var previous: (norm: String, space: Space)?
    var index = 0
    for (count, width) in stages {
      for _ in 0..<count {
        let space = graph.addSpace(width)
        let (weight, norm) = ("features.\(index)", "features.\(index + 1)")
        graph.addNormed(weight, norm, from: previous?.space, to: space)
        graph.freeScale(after: previous, readers: [weight])
        previous = (norm, space)
        index += 3
      }
      index += 1
    }
    graph.addWeight("classifier", from: previous?.space, to: nil)
    graph.freeScale(after: previous, readers: ["classifier"])
    return graph
  }

  private mutating func freeScale(after layer: (norm: String, space: Space)?, readers: [String]) {
    guard let layer else { return }
    freeScale(afterNorms: [layer.norm], on: layer.space, readers: readers)
  }
}
