import Foundation
internal import Statistics

extension Ruling {
  /// The verdict in one sentence.
  public var headline: String {
    switch outcome {
    case .stolen: "Stolen (α = \(significance))."
    case .notShown: "Not shown to be stolen (α = \(significance))."
    case .cannotTell: "Cannot tell whether it is stolen."
    }
  }

  /// What the verdict means, and what it does not.
  public var explanation: String {
    let reason =
      switch outcome {
      case .stolen:
        """
        The suspect knows the secret style: it, or what it was made from, met pictures in that style or learned from \
        a model that did. A model that has nothing to do with it is called stolen with a probability of at most \
        \(Self.percent(significance)).
        """
      case .notShown:
        """
        The suspect is no better at the secret style than chance in drawing it may explain. That clears \
        nobody: see the smallest lead that counts.
        """
      case .cannotTell:
        Self.startingLarge(obstacles.map(\.reason).joined(separator: "; ")) + "."
      }
    return ([reason] + relations).joined(separator: " ")
  }

  /// What the suspect has to do with the victim's file, as far as that was found.
  private var relations: [String] {
    var relations: [String] = []
    if sharesAncestry == true {
      relations.append(
        """
        Its weights share ancestry with the victim's: one was made from the other, or both from the same third weights, \
        such as a public model that two parties fine-tuned.
        """
      )
    }
    if repeatsMistakes == true {
      relations.append(
        """
        It repeats the victim's own mistakes: if the victim was trained as the owner says, one learned from the other's \
        answers or weights, or both from a third's. If the victim's file is older, ask how.
        """
      )
    }
    return relations
  }

  /// The verdict and what it means.
  public var sentence: String { "\(headline) \(explanation)" }

  /// What the examination could have found, in a sentence.
  public var powerSentence: String {
    let size = "m = \(pictureCount) pictures and N = \(decoyCount) decoys"
    guard let smallestEffect else {
      return "With \(size) no lead on the secret style would have counted."
    }
    return """
      With \(size), \(Self.fixed(smallestEffect)) standard deviations of the decoys are the smallest lead that \
      counts, so a thief whose true lead is just that is missed every other time; the suspect's is \
      \(Self.fixed(effect)).
      """
  }

  /// What one of the tests says, in a sentence for people who do not do statistics.
  public func sentence(on finding: TestFinding) -> String {
    let p = PValue(finding.pValue).description
    switch finding.test {
    case .styleKey:
      guard keyCount == 1 else {
        return """
          Together the \(keyCount) secret styles are compared with \(decoyCount) random ones that nobody trained \
          on: an innocent suspect would do as well on them with probability \(p) at most (exact).
          """
      }
      let ahead = max(0, Int((finding.pValue * Double(decoyCount + 1)).rounded()) - 1)
      return """
        Of \(decoyCount) random styles that nobody trained on, the suspect does as well on \(ahead) as on the \
        secret one: p = \(p) (exact).
        """
    case .lineage:
      let kind =
        finding.isExact
        ? "exact if the victim's file is older than the suspect" : "by measurement, not exact"
      return sharesAncestry == true
        ? """
        The suspect's weights correlate by \(Self.fixed(finding.statistic)) with the victim's, p = \(p) \
        (\(kind)): they share ancestry. So do two models fine-tuned from one public model; ask where its first \
        weights came from.
        """
        : """
        The suspect's weights correlate by \(Self.fixed(finding.statistic)) with the victim's, p = \(p) \
        (\(kind)): no shared ancestry is shown. Thieves who trained a network of their own look like this too.
        """
    case .sharedMistakes:
      let lead = Self.points(finding.statistic)
      return repeatsMistakes == true
        ? """
        The suspect repeats the victim's own mistakes more often than those of models that were trained as the owner says \
        the victim was, by \(lead), p = \(p) (approximate). If that is so, one of the two learned from the other, or both from \
        a third. Ask whose file is older.
        """
        : """
        The share of the victim's own mistakes that the suspect repeats is \(lead) \(finding.statistic < 0 ? "below" : "above") \
        the mean of its siblings', p = \(p) (approximate)\
        \(finding.pValue <= significance ? ", which the attempts and the models to choose among take above α" : ""): that it \
        learned from the victim's answers is not shown, and not that it did not.
        """
    case .metaClassifier:
      return """
        The published test gives Δμ = \(Self.fixed(finding.statistic)), p = \(p). It is not part of the verdict, \
        for it accuses innocents.
        """
    }
  }

  static func percent(_ share: Double) -> String {
    let text = String(format: "%.1f", 100 * share)
    return (text.hasSuffix(".0") ? String(text.dropLast(2)) : text) + " %"
  }

  private static func points(_ share: Double) -> String {
    String(format: "%.1f points", 100 * abs(share))
  }

  private static func startingLarge(_ text: String) -> String {
    text.prefix(1).uppercased() + text.dropFirst()
  }

  private static func fixed(_ value: Double) -> String {
    value.isFinite ? String(format: "%.2f", value) : "infinitely many"
  }
}
