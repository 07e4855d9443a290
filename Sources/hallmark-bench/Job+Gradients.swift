import Datasets
import Networks
import OwnershipVerification

extension Job {
  /// Signs of all gradients, packed to bits, of 64 pictures.
  ///
  /// What matters is the peak of memory: see the JSON line.
  static func packedSigns(_ name: String) -> Job {
    let count = 64
    return Job(
      name: "packed signs, \(name), \(count) pictures",
      unit: imagesPerSecond,
      target: nil,
      measure: {
        var random = KeyedRandom("bench", 4)
        let images = try noise(count: count, using: &random)
        let signs = try GradientSigns(of: classifier(name), features: .full)
        return Double(count) / (try seconds { _ = try signs.packedSigns(of: images) })
      },
      reference: { _ in nil }
    )
  }

  /// Cosines of gradients at styled and at original pictures, the originals' being there.
  static func alignment(
    _ layers: AlignmentSettings.Layers,
    _ measure: AlignmentSettings.Measure
  ) -> Job {
    let count = 128
    return Job(
      name: "gradient alignment, wrn-16-1, \(layers.rawValue), \(measure.rawValue)",
      unit: imagesPerSecond,
      target: nil,
      measure: {
        var random = KeyedRandom("bench", 5)
        let alignment = try GradientAlignment(
          of: classifier("wrn-16-1"),
          to: noise(count: count, using: &random),
          settings: .init(layers: layers, measure: measure)
        )
        let styled = try noise(count: count, using: &random)
        return try rate(of: count, runs: 7) { _ = try alignment.score(of: styled) }
      },
      reference: { _ in nil }
    )
  }
}
