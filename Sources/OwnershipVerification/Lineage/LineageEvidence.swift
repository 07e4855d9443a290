/// What the lineage test found: whether a suspect's weights share ancestry with the victim's.
///
/// `statistic` and `isExact` are those of the reading with the smaller p-value. `pValue` is that
/// p-value doubled, because there were two chances (Bonferroni), and at most 1.
///
/// A small p-value says *shares ancestry*: one was made from the other's weights, or both from the
/// same third weights, such as a public model that two parties fine-tuned, or first weights drawn
/// from the same seed. It does not say who had them first, nor that anything was stolen.
public struct LineageEvidence: Sendable, Hashable, Codable {
  /// How the suspect's channels were numbered when they were compared.
  public enum Numbering: String, Sendable, Hashable, Codable {
    /// As the file has them. Exact.
    case asFound = "as-found"
    /// As half of each channel's weights suggests, tested on the other half.
    case matched
  }

  /// The correlation of one layer.
  public struct Layer: Sendable, Hashable, Codable {
    /// The layer's dotted name.
    public let name: String
    /// Pearson's correlation of the canonical weights, in [-1, 1].
    public let correlation: Double
  }

  /// The test under one numbering.
  public struct Reading: Sendable, Hashable, Codable {
    /// How the channels were numbered.
    public let numbering: Numbering
    /// T, the mean of the layers' correlations, in [-1, 1].
    public let statistic: Double
    /// (1 + #{T_j + margin ≥ T}) / (draws + 1).
    public let pValue: Double
    /// Whether the p-value is exact under the one assumption that an innocent suspect's channels are
    /// numbered at random.
    public let isExact: Bool
    /// How far T must be ahead of a draw to count as larger.
    public let margin: Double
    /// The number of re-numberings.
    public let draws: Int
    /// The largest T_j.
    public let largestDraw: Double
    /// The layers, in the order of the network.
    public let layers: [Layer]

    enum CodingKeys: String, CodingKey {
      case numbering, statistic, margin, draws, layers
      case pValue = "p_value"
      case isExact = "exact"
      case largestDraw = "largest_draw"
    }
  }

  /// `lineage`.
  public let test: String
  /// T of the reading with the smaller p-value.
  public let statistic: Double
  /// Twice the smaller p-value of the readings, at most 1 and at least 1 / (N + 1).
  public let pValue: Double
  /// Whether the reading that decided is exact.
  public let isExact: Bool
  /// N, which sets the least p-value.
  public let draws: Int
  /// Decides the re-numberings.
  public let seed: UInt64
  /// What was done; the matched one is left out where the other is at its least p-value already.
  public let readings: [Reading]
  /// What was taken out of both models' weights before they were compared.
  public let canonicalised: [String]
  /// The victim's structure.
  public let victimArchitecture: String
  /// The suspect's structure.
  public let suspectArchitecture: String

  enum CodingKeys: String, CodingKey {
    case test, statistic, draws, seed, readings, canonicalised
    case pValue = "p_value"
    case isExact = "exact"
    case victimArchitecture = "victim_architecture"
    case suspectArchitecture = "suspect_architecture"
  }

  init(_ readings: [Reading], _ settings: LineageTest, victim: String, suspect: String) {
    test = "lineage"
    let decisive = readings.dropFirst().reduce(readings[0]) { $1.pValue < $0.pValue ? $1 : $0 }
    statistic = decisive.statistic
    pValue = min(1, 2 * decisive.pValue)
    isExact = decisive.isExact
    draws = settings.draws
    seed = settings.seed
    self.readings = readings
    canonicalised =
      ["sign of rows before batch norm", "scale of rows and columns", "mean over channels"]
      + (readings.count > 1 ? ["numbering of channels"] : [])
    victimArchitecture = victim
    suspectArchitecture = suspect
  }
}
