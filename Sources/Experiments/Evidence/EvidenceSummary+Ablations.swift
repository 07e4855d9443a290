import Foundation
import Statistics

extension EvidenceSummary {
  /// What a variant of the published test says of one model.
  private struct Outcome {
    let suspect: String
    let key: String
    let innocent: Bool
    let attack: String
    /// Δμ, or what stands in its place.
    let statistic: Double
    /// The median over the draws.
    let pValue: Double
  }

  /// A line for the published test, and one for each variant: accused at α = 0.01 by the median of the draws,
  /// and, the threshold set on innocents alone, Δμ above that of every innocent.
  func ablations() -> [String] {
    guard !variants.isEmpty else { return [] }
    var lines = Self.head([
      "classifier", "thieves found", "innocents accused", "Δμ or score, thieves", "of innocents",
      "thieves above every innocent", "not above",
    ])
    let kinds: [EvidenceTrial.Variant?] = [nil] + EvidenceTrial.Variant.allCases
    for variant in kinds {
      let outcomes = outcomes(of: variant)
      let (thieves, innocents) = (outcomes.filter { !$0.innocent }, outcomes.filter(\.innocent))
      guard !outcomes.isEmpty else { continue }
      let caught = thieves.filter { thief in
        let others = innocents.filter { $0.key == thief.key }
        return !others.isEmpty && others.allSatisfy { $0.statistic < thief.statistic }
      }
      let missed = thieves.filter { thief in
        !caught.contains { ($0.suspect, $0.key) == (thief.suspect, thief.key) }
      }
      lines.append(
        Self.row([
          Self.title(of: variant),
          // A rank among a few innocents is never as small as α.
          variant == .severalSeeds ? "" : Self.accused(thieves),
          variant == .severalSeeds ? "" : Self.accused(innocents),
          Self.range(thieves), Self.range(innocents), "\(caught.count) of \(thieves.count)",
          Set(missed.map(\.attack)).sorted().joined(separator: ", "),
        ])
      )
    }
    return lines
  }

  /// Of the test as it is, only the models that variants were tried on, where there are any.
  private func outcomes(of variant: EvidenceTrial.Variant?) -> [Outcome] {
    var own = (variant == nil ? trials : variants).filter {
      $0.test == .metaClassifier && $0.settings.variant == variant
    }
    let tried = Set(
      variants.filter { $0.settings.variant == .gradientValues }.map { [$0.suspect, $0.key] }
    )
    if variant == nil, !tried.isEmpty { own = own.filter { tried.contains([$0.suspect, $0.key]) } }
    let models = Dictionary(grouping: own) { [$0.suspect, $0.key] }
    return models.sorted { $0.key.lexicographicallyPrecedes($1.key) }.compactMap { _, draws in
      (try? Summary(of: draws.map(\.pValue)).median).map { median in
        Outcome(
          suspect: draws[0].suspect,
          key: draws[0].key,
          innocent: draws[0].innocent,
          attack: draws[0].attack,
          statistic: draws[0].statistic,
          pValue: median
        )
      }
    }
  }

  private static func title(of variant: EvidenceTrial.Variant?) -> String {
    switch variant {
    case nil: "as published: style, signs"
    case .gradientValues: "style, gradients"
    case .whitePatch: "white patch, signs"
    case .withoutClassifier: "style, none: probabilities of the true class"
    case .severalSeeds: "style, alignment of gradients, several victims"
    }
  }

  private static func accused(_ outcomes: [Outcome]) -> String {
    "\(outcomes.count { $0.pValue <= significance }) of \(outcomes.count)"
  }

  private static func range(_ outcomes: [Outcome]) -> String {
    let values = outcomes.map(\.statistic)
    guard let least = values.min(), let most = values.max() else { return "" }
    return String(format: "%.2f to %.2f", least, most)
  }
}
