public import Networks
import Torch

/// Tests whether a suspect's weights share ancestry with the victim's.
///
/// The statistic T is the mean over the layers of the correlation of the suspect's weights with the
/// victim's, in [-1, 1]. A plain mean, so that no layer that a thief replaced or froze decides, and
/// the large layers do not drown the rest.
///
/// ## As found: exact
///
/// The numbering of hidden channels means nothing to a network. First weights are exchangeable, and
/// training treats all channels of a space alike. So for a suspect that started independently of the
/// victim all consistent re-numberings of its channels are equally likely, given the victim. T is
/// compared with T_j under random ones: p = (1 + #{T_j ≥ T}) / (draws + 1) is at most α with
/// probability at most α, whatever the data, the structure or the training, and even for a suspect
/// that was trained on the victim's answers. The one assumption is the independent start.
///
/// Before that, both models' weights lose whatever sign and scale batch norm and ReLU leave free. This
/// commutes with every re-numbering, so p stays exact.
///
/// *Given the victim* means that its file was fixed before its owner could see the suspect. Who writes a
/// "victim" afterwards can re-number an unrelated network towards the suspect: in a trial that raised T from
/// 0.002 to 0.28, and p became 0.001. So the file's digest belongs on a record with a date, as commitments do;
/// a match of channels that is made up this way stays within ``margin`` or near it, and lineage alone makes
/// no verdict.
///
/// ## Matched: for a thief who re-numbered
///
/// No test that assumes no more than this can find a copy that was re-numbered at random: given the
/// weights up to their numbering, it is as likely under the assumption as any innocent. So more must
/// be assumed. Channels are matched by half of each channel's incoming weights, and T is the
/// correlation of the other half, which no match looked at, against re-numberings of the matched
/// pairs. For fresh weights, whose halves are independent, this is exact too. Trained networks of one
/// task grow similar channels, though, and both halves show it; so a draw counts as smaller only if T is
/// ahead of it by ``margin``: many times what independently trained networks were measured to reach
/// (see <doc:Lineage>), and well below what copies have. Its p-value is conservative by that measurement,
/// and not called exact.
///
/// Two readings are two chances, so the evidence's p-value is twice the smaller one. Each takes 2 N + 1
/// re-numberings, which lets the doubled p-value reach 1 / (N + 1).
public struct LineageTest: Sendable, Hashable, Codable {
  /// N: the least p-value is 1 / (N + 1).
  public var draws: Int
  /// How far the matched correlation must be ahead of a draw, in [0, 1).
  public var margin: Double
  /// Decides the re-numberings.
  public var seed: UInt64

  /// Creates a test.
  public init(draws: Int = 999, margin: Double = 0.25, seed: UInt64 = 1) {
    self.draws = draws
    self.margin = margin
    self.seed = seed
  }

  /// Runs the test.
  ///
  /// - Parameters:
  ///   - suspect: The model in question.
  ///   - victim: The model that it may descend from; not changed.
  ///   - onDraw: Called before each re-numbering with its number, counted anew for each reading, and how many a
  ///     reading has; what it throws ends the test.
  /// - Returns: Both readings and what follows.
  /// - Throws: `VerificationError.lineageDoesNotApply` if the models' layers differ;
  ///   `VerificationError.weightsNotFinite`; `VerificationError.badSetting`; `TorchError`.
  /// - Complexity: O(N · P) multiplications for P weights, O(P) memory.
  public func run(
    on suspect: Classifier,
    against victim: Classifier,
    onDraw: (_ draw: Int, _ count: Int) throws -> Void = { _, _ in }
  ) throws -> LineageEvidence {
    try validate()
    try check(suspect, victim)
    let graph = victim.architecture.channelGraph
    let ours = try CanonicalWeights(of: victim.network, graph, named: "victim")
    let theirs = try CanonicalWeights(of: suspect.network, graph, named: "suspect")
    let pairs = graph.weights.indices.map { index in
      LayerPair(graph.weights[index], victim: ours.blocks[index], suspect: theirs.blocks[index])
    }
    var readings = [
      try reading(.asFound, pairs, graph.spaces, .all, margin: 0, onDraw: onDraw)
    ]
    if readings[0].pValue > leastPValue {
      let matching = try ChannelMatching(ours, theirs, graph)
      readings.append(
        try reading(
          .matched,
          matching.heldOut,
          graph.spaces,
          .withinParity,
          margin: margin,
          onDraw: onDraw
        )
      )
    }
    return LineageEvidence(
      readings,
      self,
      victim: "\(victim.architecture)",
      suspect: "\(suspect.architecture)"
    )
  }

  /// The re-numberings of each reading: 2 N + 1.
  private var drawsOfReading: Int { 2 * draws + 1 }
  private var leastPValue: Double { 1 / Double(drawsOfReading + 1) }

  private func reading(
    _ numbering: LineageEvidence.Numbering,
    _ pairs: [LayerPair],
    _ spaces: [ChannelGraph.Space],
    _ exchange: NumberingTest.Exchange,
    margin: Double,
    onDraw: (_ draw: Int, _ count: Int) throws -> Void
  ) throws -> LineageEvidence.Reading {
    let test = NumberingTest(pairs: pairs, spaces: spaces, exchange: exchange, seed: seed)
    let correlations = test.correlations()
    let statistic = NumberingTest.statistic(of: correlations)
    let null = try test.nullStatistics(draws: drawsOfReading) {
      try onDraw($0, drawsOfReading)
    }
    let exceeding = null.count { $0 + margin >= statistic }
    return LineageEvidence.Reading(
      numbering: numbering,
      statistic: statistic,
      pValue: Double(1 + exceeding) / Double(null.count + 1),
      isExact: numbering == .asFound,
      margin: margin,
      draws: null.count,
      largestDraw: null.max() ?? 0,
      layers: zip(pairs, correlations).map { .init(name: $0.name, correlation: $1) }
    )
  }

  private func validate() throws {
    guard (1...1_000_000).contains(draws) else {
      throw VerificationError.badSetting(
        name: "draws",
        value: "\(draws)",
        expected: "1 to 1,000,000"
      )
    }
    guard (0..<1).contains(margin) else {
      throw VerificationError.badSetting(
        name: "margin",
        value: "\(margin)",
        expected: "a number in [0, 1)"
      )
    }
  }

  private func check(_ suspect: Classifier, _ victim: Classifier) throws {
    let difference = LayerDifference.first(
      between: suspect.network.namedState.map { ($0.name, $0.tensor.shape) },
      and: victim.network.namedState.map { ($0.name, $0.tensor.shape) }
    )
    guard let difference else { return }
    let say = { (shape: [Int]?) in shape.map { "\($0)" } ?? "none" }
    throw VerificationError.lineageDoesNotApply(
      victim: "\(victim.architecture) of \(victim.classNames.count) classes",
      suspect: "\(suspect.architecture) of \(suspect.classNames.count) classes",
      difference:
        "\(difference.tensor): suspect \(say(difference.found)), victim \(say(difference.expected))"
    )
  }
}
