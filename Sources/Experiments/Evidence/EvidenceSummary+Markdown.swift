import Foundation
import Statistics

extension EvidenceSummary {
  /// All tables, each below its heading.
  ///
  /// - Throws: `StatisticsError` for trials that make no sense.
  public func markdown() throws -> String {
    let sections = [
      ("False accusations", try falseAccusations()), ("Thieves found", thieves()),
      ("The published classifier with its threshold set on innocents", thresholds()),
      ("The published classifier taken apart", ablations()),
      ("More marks, more keys", curves()), ("Fewer pictures and decoys", sizes()),
    ]
    return sections.filter { $0.1.count > 2 }
      .map { "### \($0.0)\n\n" + $0.1.joined(separator: "\n") }
      .joined(separator: "\n\n") + "\n"
  }

  private func falseAccusations() throws -> [String] {
    let levels = Self.levels
    var lines = Self.head(["test", "models", "trials"] + levels.map { "p ≤ \($0)" })
    for method in Method.counted {
      let nulls = nullTrials(of: method)
      guard !nulls.isEmpty else { continue }
      // The key of a trial of lineage is the other model of the pair.
      let models = Set(
        nulls.map(\.suspect) + (method.test == .lineage ? nulls.map(\.key) : [])
      )
      // A rank among N is at least 1 / (N + 1).
      let least = nulls.compactMap(\.settings.decoys).max().map { 1 / Double($0 + 1) } ?? 0
      let cells = try levels.map { level in
        guard least <= level else { return "out of reach" }
        let rate = try FalseAccusations(of: nulls, at: level)
        return "\(Self.percent(rate.bounds.rate)) (\(Self.percent(rate.bounds.lower))–"
          + "\(Self.percent(rate.bounds.upper)); over models and keys "
          + "\(Self.percent(rate.overModels.lower))–\(Self.percent(rate.overModels.upper)))"
      }
      lines.append(
        Self.row([method.title, "\(models.count)", "\(nulls.count)"] + cells)
      )
    }
    return lines
  }

  /// One line for each way of stealing: how many of the seeds' thieves each test finds.
  private func thieves() -> [String] {
    let rows = trials.filter { $0.settings.rate == 0.1 || $0.test != .styleKey }
      .filter { isTableTrial($0) }
    var names: [String] = []
    for trial in rows where !trial.innocent && !names.contains(trial.attack) {
      names.append(trial.attack)
    }
    var lines = Self.head(
      ["model"] + Method.all.map { "found by \($0.title)" } + ["effect, style-key"]
    )
    for name in names.sorted() {
      let own = rows.filter { $0.attack == name && !$0.innocent }
      let cells = Method.all.map { method in found(own.filter(method.covers)) }
      let effects = own.filter(Method.all[0].covers).compactMap(\.effect)
      let range =
        effects.isEmpty
        ? "" : effects.map { String(format: "%.1f", $0) }.joined(separator: ", ")
      lines.append(Self.row([name] + cells + [range]))
    }
    return lines
  }

  /// Whether a trial is of the main setting: m and N as everywhere, one key.
  private func isTableTrial(_ trial: EvidenceTrial) -> Bool {
    guard trial.test == .styleKey else { return true }
    let largest = trials.filter { $0.test == .styleKey }
    return trial.settings.keys == 1
      && trial.settings.pictures == largest.compactMap(\.settings.pictures).max()
      && trial.settings.decoys == largest.compactMap(\.settings.decoys).max()
  }

  /// Such as `3 of 3, median p 0.001`.
  ///
  /// The published test counts a model by the median over its draws, as it does; the style-key test pays the
  /// factor 2 of a first registration, with answers and with gradients.
  private func found(_ trials: [EvidenceTrial]) -> String {
    guard let test = trials.first?.test else { return "" }
    let models = Dictionary(grouping: trials, by: \.suspect).values
    let values = models.compactMap { try? Summary(of: $0.map(\.pValue)).median }.sorted()
    let factor = [.styleKey, .gradientAlignment].contains(test) ? 2.0 : 1
    let count = values.count { factor * $0 <= Self.significance }
    let median = (try? Summary(of: values).median) ?? 1
    return "\(count) of \(values.count), p \(PValue(median))"
  }

  /// Δμ of the published test, against the largest that innocents reach.
  ///
  /// An innocent counts as accused if its Δμ is above that of all *other* innocents, a thief if it is above that
  /// of all of them: the threshold has never seen whom it is applied to.
  private func thresholds() -> [String] {
    var lines = Self.head(["model", "n", "Δμ", "above every innocent's"])
    let own = trials.filter { $0.test == .metaClassifier && $0.settings.draw == 1 }
    let innocents = own.filter(\.innocent)
    guard Set(innocents.map(\.suspect)).count > 1 else { return [] }
    let others = { (trial: EvidenceTrial) in
      innocents.filter { $0.key == trial.key && $0.suspect != trial.suspect }
    }
    let isAbove = { (trial: EvidenceTrial) in
      others(trial).allSatisfy { $0.statistic < trial.statistic }
    }
    // Where no innocent was put to the claim there is no threshold.
    let groups = Dictionary(grouping: own.filter { !others($0).isEmpty }) {
      $0.innocent ? "innocents" : $0.attack
    }
    for (name, trials) in groups.sorted(by: { $0.key < $1.key }) {
      let values = trials.map(\.statistic).sorted()
      let range = String(format: "%.2f to %.2f", values[0], values[values.count - 1])
      lines.append(
        Self.row([name, "\(trials.count)", range, "\(trials.count { isAbove($0) })"])
      )
    }
    return lines
  }

  private func curves() -> [String] {
    var lines = Self.head(["model", "marked γ", "keys", "n", "found", "effect"])
    let own = trials.filter {
      !$0.innocent && Method.all[0].covers($0) && $0.settings.rate != nil
        && ["copy", "label-query", "logit-query", "victim"].contains($0.attack)
        && ($0.settings.keys != 1 || isTableTrial($0))
    }
    let groups = Dictionary(grouping: own) { trial in
      [
        trial.attack == "victim" ? "copy" : trial.attack,
        String(format: "%05.2f", trial.settings.rate ?? 0),
        String(format: "%02d", trial.settings.keys ?? 1),
      ]
    }
    for (key, trials) in groups.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
      let models = Dictionary(grouping: trials, by: \.statistic).values.compactMap(\.first)
      let effects = models.compactMap(\.effect).sorted().map { String(format: "%.1f", $0) }
      let found = models.count { 2 * $0.pValue <= Self.significance }
      lines.append(
        Self.row([
          key[0], "\(Int((100 * (Double(key[1]) ?? 0)).rounded())) %", "\(Int(key[2]) ?? 0)",
          "\(models.count)", "\(found)", effects.joined(separator: ", "),
        ])
      )
    }
    return lines
  }

  private func sizes() -> [String] {
    var lines = Self.head(["model", "m", "N", "n", "found", "effect", "p"])
    let own = trials.filter {
      !$0.innocent && Method.all[0].covers($0) && $0.settings.rate == 0.1
        && $0.settings.keys == 1 && ["victim", "label-query"].contains($0.attack)
    }
    let groups = Dictionary(grouping: own) { trial in
      [
        trial.attack == "victim" ? "copy" : trial.attack,
        String(format: "%06d", trial.settings.pictures ?? 0),
        String(format: "%06d", trial.settings.decoys ?? 0),
      ]
    }
    guard groups.count > 2 else { return [] }
    for (key, trials) in groups.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
      let effects = trials.compactMap(\.effect).sorted().map { String(format: "%.1f", $0) }
      let values = trials.map(\.pValue).sorted().map { String(format: "%.3f", $0) }
      lines.append(
        Self.row([
          key[0], "\(Int(key[1]) ?? 0)", "\(Int(key[2]) ?? 0)", "\(trials.count)",
          "\(trials.count { 2 * $0.pValue <= Self.significance })",
          effects.joined(separator: ", "), values.joined(separator: ", "),
        ])
      )
    }
    return lines
  }

  static func head(_ cells: [String]) -> [String] {
    [row(cells), row(cells.map { _ in "---" })]
  }

  static func row(_ cells: [String]) -> String {
    "| " + cells.joined(separator: " | ") + " |"
  }

  /// Two decimals below one per cent, one above.
  private static func percent(_ share: Double) -> String {
    String(format: share > 0 && share < 0.01 ? "%.2f %%" : "%.1f %%", 100 * share)
  }
}
