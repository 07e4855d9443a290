import Foundation

extension AttackTable {
  /// Renders results as a Markdown table: for each row the mean over the seeds and the range.
  ///
  /// - Parameter results: What `run` returned, or read from `results.jsonl`.
  /// - Returns: The table, with one line a row.
  public static func markdown(_ results: [AttackResult]) -> String {
    var lines = [
      "| kind | model | n | test accuracy | fidelity | marked accuracy | queries, last stage | minutes, last stage |",
      "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for group in AttackResult.Group.allCases {
      let rows = results.filter { $0.group == group }
      var names: [String] = []
      for row in rows where !names.contains(row.name) { names.append(row.name) }
      lines += names.map { name in line(group, name, rows.filter { $0.name == name }) }
    }
    return lines.joined(separator: "\n")
  }

  private static func line(
    _ group: AttackResult.Group,
    _ name: String,
    _ results: [AttackResult]
  ) -> String {
    let fidelity = results.compactMap(\.fidelity)
    let minutes = results.compactMap(\.trainingMinutes)
    let cells = [
      group.rawValue, name, "\(results.count)", percent(results.map(\.testAccuracy)),
      fidelity.count == results.count ? percent(fidelity) : "",
      percent(results.map(\.markedAccuracy)),
      results.first?.queries.map { "\($0)" } ?? "",
      minutes.isEmpty ? "" : String(format: "%.1f", minutes.reduce(0, +) / Double(minutes.count)),
    ]
    return "| " + cells.joined(separator: " | ") + " |"
  }

  /// `75.1 % (74.3–75.8)`: the mean and, of several, the range.
  private static func percent(_ shares: [Double]) -> String {
    guard let least = shares.min(), let most = shares.max() else { return "" }
    let mean = shares.reduce(0, +) / Double(shares.count) * 100
    let range = String(format: " (%.1f–%.1f)", least * 100, most * 100)
    return String(format: "%.1f %%", mean) + (shares.count > 1 ? range : "")
  }
}
