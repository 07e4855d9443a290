import OwnershipVerification

/// How often a test accuses each kind of model, counted from the rows of a report.
struct Findings {
  /// Models tested and, of them, accused.
  struct Tally {
    var tested = 0
    var accused = 0
  }

  /// Models stolen on purpose; the victim itself is a control and not counted.
  private(set) var stolen = Tally()
  /// Models known to be innocent.
  ///
  /// The benign model B passes the published test by construction, compared with itself, and Hallmark's is not
  /// run on it; so it counts only if it is accused.
  private(set) var innocent = Tally()
  /// Tested suspects of unknown origin.
  private(set) var unknown: [EvidenceReport.Suspect] = []
  /// Whether any model was tested, controls included.
  private(set) var anyTested = false

  private let isAccused: (EvidenceReport.Suspect) -> Bool?

  /// Counts.
  ///
  /// - Parameters:
  ///   - suspects: The rows of a report.
  ///   - isAccused: Whether the test accuses a model; nil if it was not put to it.
  init(
    _ suspects: [EvidenceReport.Suspect],
    by isAccused: @escaping (EvidenceReport.Suspect) -> Bool? = \.isAccusedByPublishedTest
  ) {
    self.isAccused = isAccused
    for suspect in suspects {
      guard let isAccused = isAccused(suspect) else { continue }
      anyTested = true
      switch suspect.role {
      case .victim: break
      case .benign: if isAccused { innocent.count(isAccused) }
      case .stolen: stolen.count(isAccused)
      case .innocent: innocent.count(isAccused)
      case .unknown: unknown.append(suspect)
      }
    }
  }
}

extension EvidenceReport.Suspect {
  /// What the published test says; nil if it was not run.
  var isAccusedByPublishedTest: Bool? { outcome?.isAccused }
  /// What Hallmark says; nil if its tests were not run.
  var isAccusedByHallmark: Bool? { findings.map { $0.ruling.outcome == .stolen } }
}

extension Findings.Tally {
  mutating func count(_ isAccused: Bool) {
    tested += 1
    if isAccused { accused += 1 }
  }

  /// "both stolen models", "2 of 3 stolen models"; nil if none is accused.
  func accused(_ noun: String) -> String? {
    switch (accused, tested) {
    case (0, _): nil
    case (1, 1): "the \(noun)"
    case (2, 2): "both \(noun)s"
    case (tested, _): "all \(tested) \(noun)s"
    default: "\(accused) of \(tested) \(noun)s"
    }
  }

  /// "any of the 3 stolen models"; nil if one is accused or none was tested.
  func cleared(_ noun: String) -> String? {
    guard accused == 0, tested > 0 else { return nil }
    return tested == 1 ? "the \(noun)" : "any of the \(tested) \(noun)s"
  }
}

extension EvidenceReport {
  /// What Hallmark says, or the published test where that was run alone, in one plain sentence that opens
  /// the report.
  ///
  /// Plain text: names in it are shortened and free of control characters, but not escaped.
  public var verdict: String {
    let own = Findings(suspects, by: \.isAccusedByHallmark)
    return own.anyTested
      ? Self.sentence("Hallmark", own) : Self.sentence("The published test", Findings(suspects))
  }

  private static func sentence(_ subject: String, _ findings: Findings) -> String {
    guard findings.anyTested else {
      return "No model was tested: this report shows the mark only."
    }
    let accused = findings.accusedPhrases.joined(separator: " and ")
    let innocent = findings.innocent.accused("innocent model")
    let all = [accused, innocent ?? ""].filter { !$0.isEmpty }.joined(separator: ", and also ")
    let cleared = findings.clearedPhrases.joined(separator: " or ")
    return switch (all.isEmpty, cleared.isEmpty) {
    case (true, true):
      "Only control models were tested: this report says nothing about a suspect."
    case (true, false): "\(subject) does not accuse \(cleared)."
    case (false, true): "\(subject) accuses \(all)."
    case (false, false): "\(subject) accuses \(all); it does not accuse \(cleared)."
    }
  }

  /// What the verdict must not be read without; nil if nothing was tested.
  public var caution: String? {
    let findings = Findings(suspects)
    guard findings.anyTested else { return nil }
    let (accused, tested) = (findings.innocent.accused, findings.innocent.tested)
    if accused > 0 {
      let whom =
        tested == 1 ? "the only innocent model" : "\(accused) of \(tested) innocent models"
      return "The published test accuses \(whom) in this report; it cannot tell a thief from any "
        + "third network. Do not accuse anybody on the published test alone."
    }
    return findings.withoutFalseAccusation + ": \(KnownTrial.finding). "
      + "Do not accuse anybody on the published test alone."
  }
}

extension Findings {
  /// Suspects and thieves that are accused.
  var accusedPhrases: [String] {
    let suspects = suspectTally.map { $0.accused("suspect") } ?? single(isAccused: true)
    return [suspects, stolen.accused("stolen model")].compactMap(\.self)
  }

  /// Everybody who is not accused, innocents last.
  var clearedPhrases: [String] {
    let suspects = suspectTally.map { $0.cleared("suspect") } ?? single(isAccused: false)
    return [suspects, stolen.cleared("stolen model"), innocent.cleared("innocent model")]
      .compactMap(\.self)
  }

  /// What can be said if no innocent model is accused.
  var withoutFalseAccusation: String {
    let nothing = "but one run proves nothing about how often the published test is wrong"
    return switch innocent.tested {
    case 0:
      "No innocent model was tested here, so this report cannot show how often the published test is wrong"
    case 1: "The only innocent model in this report is not accused, \(nothing)"
    default: "None of the \(innocent.tested) innocent models in this report is accused, \(nothing)"
    }
  }

  /// Counts suspects of unknown origin; nil for a single one, which is called by its name.
  private var suspectTally: Tally? {
    guard unknown.count != 1 else { return nil }
    var tally = Tally()
    for suspect in unknown {
      if let isAccused = isAccused(suspect) { tally.count(isAccused) }
    }
    return tally
  }

  private func single(isAccused: Bool) -> String? {
    guard unknown.count == 1, self.isAccused(unknown[0]) == isAccused else { return nil }
    return "“\(unknown[0].name.shortened(to: 60).spellingOutInvisibles)”"
  }
}

/// What the published test gave on innocent models (docs/evidence.md; Experiments/evidence/trials.jsonl).
enum KnownTrial {
  static let finding =
    "in earlier trials on 17 innocent CIFAR-10 models it accused all of them, in every draw"

  static let sentence = """
    In earlier trials 17 innocent models, trained with other seeds, on other data or in another way, were put to \
    claims about two victims: they scored Δμ from 0.79 to 0.99, and each was accused in all of its draws \
    (paired t-test, one-sided, m = 10, 40 draws, α = 0.01; CIFAR-10, 10,000 training pictures, WRN-16-1, \
    γ = 10\u{A0}%, styles by registered keys, marked pictures that the meta-classifier had not seen).
    """
}
