import Artifacts
import Datasets
import OwnershipVerification
import Stages

typealias Suspect = EvidenceReport.Suspect

func suspect(
  _ role: EvidenceReport.Role,
  named name: String = "a model",
  accused: Bool? = nil,
  differenceOfMeans: Double = 0.5,
  log10P: Double = -3,
  draws: [Double] = [],
  clean: Double? = nil,
  marked: Double? = nil,
  findings: SuspectFindings? = nil
) -> Suspect {
  Suspect(
    name: name,
    role: role,
    cleanAccuracy: clean,
    markedAccuracy: marked,
    outcome: accused.map {
      EvidenceReport.Outcome(
        meanDifference: differenceOfMeans,
        medianLog10P: log10P,
        rejectionRate: $0 ? 0.975 : 0.1,
        isAccused: $0,
        log10P: draws
      )
    },
    findings: findings
  )
}

func report(
  _ suspects: [Suspect],
  pairs: [EvidenceReport.Pair] = [],
  test: EvidenceReport.Test = .init(),
  settings: [EvidenceReport.SettingGroup] = []
) -> EvidenceReport {
  EvidenceReport(
    title: "Hallmark demo",
    mark: .init(
      dataset: "generated shapes",
      style: "a painting",
      transformationRate: 0.1,
      pictureCount: 2000,
      markedCount: 200,
      classCount: 10
    ),
    pairs: pairs,
    suspects: suspects,
    test: test,
    settings: settings
  )
}

func pair(side: Int, named name: String = "ring") throws -> EvidenceReport.Pair {
  let original = try Image(width: side, height: side, filledWith: (200, 30, 30))
  let marked = try Image(width: side, height: side, filledWith: (30, 30, 200))
  return EvidenceReport.Pair(original: original, marked: marked, className: name)
}

/// What an examination with decoys that score 0, 1, … found of a suspect whom all but `below` of them
/// stay behind.
func findings(
  named name: String = "a model",
  below: Int,
  decoys: Int = 999,
  pictures: Int = 100,
  correct: Double = 0.8
) throws -> SuspectFindings {
  let result = try StyleKeyTest()
    .run([Double(decoys - below) - 0.5], against: (0..<decoys).map { Double($0) })
  let digest = JSONValue.string("\(Digest(of: [1]))")
  let accuracy = JSONValue.number(correct)
  let evidence: [String: JSONValue] = [
    "result": try JSONValue(encoding: result), "measure": "margin", "m": .integer(Int128(pictures)),
    "benign_models": 1, "clean_pictures": 1_000, "chance": .number(0.1),
    "painted_chance": .number(0.1), "benign_decoy_accuracies": [.number(0.3)],
    "clean": ["temperature": 1, "accuracy": accuracy, "measure": "margin"],
    "secret_accuracies": [accuracy], "decoy_accuracies": [accuracy, .number(correct - 0.1)],
    "benign_secret_accuracies": [[accuracy]], "benign_clean_accuracies": [accuracy],
    "decoys_digest": digest,
  ]
  let styleKey = try JSONValue.object(evidence).decode(as: StyleKeyEvidence.self)
  let ruling = try Ruling(on: Grounds(styleKey: styleKey, lineage: nil, published: nil))
  return try JSONValue.object([
    "suspect": .string(name), "claim_digest": digest, "examination_digest": digest,
    "ruling": JSONValue(encoding: ruling), "style_key": .object(evidence), "notes": [],
  ]).decode(as: SuspectFindings.self)
}
