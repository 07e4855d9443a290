import Datasets
import Glibc
import Networks
import OwnershipVerification
import Stages
import Statistics

extension FalseClaimants {
  /// Lets claimants fit a meta-classifier to each accused.
  ///
  /// Without the protocol the published test decides, by that classifier. Under it the verdict rests on the
  /// style-key test, for an honest draw of the key, and on the lineage test against the claimant's own model, which
  /// is that of another innocent or the benign model here, corrected together. The examiner would train the classifier on that model, not on
  /// the accused; the claimant's is shown to the verdict all the same, which does not heed it.
  ///
  /// - Parameters:
  ///   - tries: How many pairs of innocents and keys of nobody, at least; innocents are those of the benign
  ///     model's structure, to which the published test applies.
  ///   - file: Keeps the trials, two for each pair, a file for each innocent.
  ///   - onProgress: Called with the number of innocents before each.
  /// - Throws: What the tests throw.
  func fitClassifiers(
    tries: Int,
    keepingIn file: TrialFile<ClaimantTrial>,
    onProgress: (Int) throws -> Void
  ) throws {
    let benign = examiner.benignModels[0]
    let structure = benign.model.classifier.architecture
    let accused = suspects.filter { $0.model.classifier.architecture == structure }
    guard !accused.isEmpty, !keys.isEmpty else { return }
    let claimed = Array(accused.dropFirst()) + [benign]
    let perSuspect = min(keys.count, (tries + accused.count - 1) / accused.count)
    for (index, suspect) in accused.enumerated() {
      try onProgress(index)
      let own = (0..<perSuspect).map { keys[(index * perSuspect + $0) % keys.count] }
      try file.keep("fitted-\(suspect.name)", of: [suspect], for: own.map(\.name)) {
        let lineage = try LineageTest().run(
          on: suspect.model.classifier,
          against: claimed[index].model.classifier
        )
        return try own.flatMap { try fittedClassifier(suspect, $0, benign, lineage) }
      }
    }
  }

  private func fittedClassifier(
    _ suspect: Examinee,
    _ key: EvidenceBench.PaintedKey,
    _ benign: Examinee,
    _ lineage: LineageEvidence
  ) throws -> [ClaimantTrial] {
    let marked = key.secrets.sets[0]
    let test = HypothesisTest(sampleSize: min(HypothesisTest().sampleSize, marked.count / 2))
    let fitted = try FittedClaim.result(
      accusing: suspect.model.classifier,
      benign: benign.model.classifier,
      marked: marked,
      test: test
    )
    let pValue = pow(10, max(-300, test.log10P(of: fitted)))
    let ruling = try Ruling(
      on: Grounds(
        styleKey: StyleKeyTest().run(
          examiner.scores(of: suspect, on: key.secrets).excess(over: key.benign, .margin),
          against: examiner.decoyExcess(of: suspect)
        ),
        basis: basis(of: suspect),
        lineage: Grounds.Lineage(
          statistic: lineage.statistic,
          pValue: lineage.pValue,
          isExact: lineage.isExact
        ),
        published: Grounds.Published(deltaMu: fitted.meanDifference, pValue: pValue)
      )
    )
    let outcomes: [(Bool, ClaimantTrial.Outcome, Double?)] = [
      (false, pValue < test.significance ? .won : .notShown, pValue),
      (true, ruling.outcome == .stolen ? .won : .notShown, ruling.tests[0].correctedPValue),
    ]
    return outcomes.map { underProtocol, outcome, pValue in
      ClaimantTrial(
        attack: .fittedClassifier,
        underProtocol: underProtocol,
        suspect: suspect.name,
        key: key.name,
        outcome: outcome,
        pValue: pValue
      )
    }
  }

  private func basis(of suspect: Examinee) throws -> Grounds.Basis {
    let clean = examiner.clean
    let accuracy = try examiner.decoyScores(of: suspect).clean.accuracy
    let largest = (0..<clean.classCount).map { clean.indices(ofClass: $0).count }.max() ?? 0
    return Grounds.Basis(
      pictureCount: examiner.originals.count,
      cleanCount: clean.count,
      cleanCorrect: Int((accuracy * Double(clean.count)).rounded()),
      chance: Double(largest) / Double(max(1, clean.count))
    )
  }
}
