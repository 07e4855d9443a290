import Datasets
import Experiments

typealias Suspect = EvidenceReport.Suspect

func suspect(
  _ role: EvidenceReport.Role,
  named name: String = "a model",
  accused: Bool? = nil,
  differenceOfMeans: Double = 0.5,
  log10P: Double = -3,
  draws: [Double] = [],
  clean: Double? = nil,
  marked: Double? = nil
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
    }
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
