public import Artifacts
import Datasets
import FeatureEmbedding
public import Foundation
public import Networks
public import OwnershipVerification
public import Torch

/// A suspect, by what can be had of it.
public struct AccusedModel {
  /// What it is called.
  public let name: String
  /// SHA-256 of its file; nil for a program or a service, which may change while it answers.
  public let digest: Digest?
  /// What can be asked.
  public let suspect: any Suspect
  /// Its network, if it is at hand; without it only the tests that ask questions apply.
  public let classifier: Classifier?

  /// Takes a program, a service, or whatever else answers.
  public init(named name: String, answering suspect: any Suspect) {
    self.name = name
    self.suspect = suspect
    digest = nil
    classifier = nil
  }

  /// Reads a model file that is not trusted.
  ///
  /// - Parameters:
  ///   - file: The file.
  ///   - name: What the model is called; its path unless told.
  ///   - device: Where it shall compute.
  /// - Throws: `NetworkError` or `SafeTensorsError` if the file is no model.
  public init(contentsOf file: URL, named name: String? = nil, device: Device = .cpu) throws {
    let (model, digest) = try Classifier.read(contentsOf: file, device: device)
    self.name = name ?? file.relativePath
    self.digest = digest
    suspect = ClassifierSuspect(model)
    classifier = model
  }
}

extension VerificationError {
  /// Whether weights or gradients were too large to compute with: that hinders the tests that need them,
  /// and no others.
  fileprivate var isAboutNumbers: Bool {
    switch self {
    case .gradientsNotFinite, .weightsNotFinite: true
    default: false
    }
  }
}

/// All that an examination found out about one suspect.
public struct SuspectFindings: Sendable, Codable {
  /// What the suspect is called.
  public let suspect: String
  /// SHA-256 of its file, if there is one.
  public let suspectDigest: Digest?
  /// SHA-256 of the claim's manifest.
  public let claimDigest: Digest
  /// SHA-256 of the examination's manifest.
  public let examinationDigest: Digest
  /// The verdict.
  public let ruling: Ruling
  /// The style-key test, with all scores.
  public let styleKey: StyleKeyEvidence
  /// The lineage test, if it applied.
  public let lineage: LineageEvidence?
  /// The shared-mistakes test, if it applied; no part of the verdict.
  public let sharedMistakes: SharedMistakesEvidence?
  /// The published test, if it applied; no part of the verdict.
  public let published: PublishedTestResult?
  /// Why tests were left out, and what the examination had to take somebody's word for.
  public let notes: [String]

  enum CodingKeys: String, CodingKey {
    case suspect, ruling, lineage, notes
    case suspectDigest = "suspect_digest"
    case claimDigest = "claim_digest"
    case examinationDigest = "examination_digest"
    case styleKey = "style_key"
    case sharedMistakes = "shared_mistakes"
    case published = "published_test"
  }
}

extension Examination {
  /// Runs every test that applies to a suspect, and applies the rule.
  ///
  /// - Parameters:
  ///   - accused: The suspect.
  ///   - claim: The claim that this examination is of.
  ///   - victim: The victim's model, for the tests of lineage and of shared mistakes; nil leaves them out.
  ///   - publishedTest: The published test as it is to be run; the claim's own unless told otherwise.
  ///   - significance: α.
  ///   - candidates: M, among how many models the accused was chosen by somebody who could test them for the key.
  ///   - observer: Is told how it goes; what it throws ends the work.
  /// - Returns: Whatever was found.
  /// - Throws: `VerificationError` and `NetworkError` if the suspect's answers make no sense or it is for
  ///   other classes or pictures; what a suspect throws.
  public func findings(
    on accused: AccusedModel,
    claim: Claim,
    victim: Classifier? = nil,
    publishedTest: HypothesisTest? = nil,
    significance: Double = 0.01,
    candidates: Int = 1,
    observer: any RunObserver = SilentObserver()
  ) throws -> SuspectFindings {
    try accused.classifier?.checkClasses(of: originals)
    let test = test(significance: significance, candidates: candidates)
    let suspect = RememberingSuspect(accused.suspect, of: styleKey.clean.unlabelled)
    let evidence = try styleKeyEvidence(on: accused, answering: suspect, test, observer)
    let registration = try claim.styleRegistration()
    var notes = [
      """
      look up that the commitment of \(registration.commitment.date.iso8601) was on record with somebody else \
      before \(registration.beacon.date.iso8601), and that the beacon's source published its value then
      """
    ]
    if draw.plan.isDemonstration == true
      || registration.commitment.beacon.source == Examination.repeatableBeacon
    {
      notes.append(
        "key, beacon or decoys follow from a seed: a demonstration, which proves nothing"
      )
    }
    if draw.plan.record == nil {
      notes.append(
        "the number of attempts is the owner's word: 'examine' was given no registrar's record"
      )
    }
    if let others = draw.plan.otherCommitments, others > 0 {
      notes.append(
        """
        the record holds \(others) more commitments of this owner, for other subjects and data: look up that none \
        is for the same model, for each such is one more attempt
        """
      )
    }
    if let others = draw.plan.sameDataElsewhere, others > 0 {
      notes.append(
        """
        the record holds \(others) commitments under other names for the very same data: if they are one owner's, each is \
        one more attempt
        """
      )
    }
    notes += Self.questions(on: accused, since: registration.beacon.date, candidates)
    if !draw.plan.givenBenign.isEmpty {
      notes.append(
        """
        the examiner was given the benign models, of SHA-256 \
        \(draw.plan.givenBenign.map { "\($0)" }.joined(separator: ", ")): look up who trained them
        """
      )
    }
    if victim != nil {
      notes.append(
        "look up that the victim's file was on record before its owner could see the suspect"
      )
    }
    let lineage = try lineage(of: accused, from: victim, &notes, observer)
    let sharedMistakes = try sharedMistakes(
      of: accused,
      answering: suspect,
      from: victim,
      &notes,
      observer
    )
    let published = try published(on: accused, claim, publishedTest, &notes, observer)
    return SuspectFindings(
      suspect: accused.name,
      suspectDigest: accused.digest,
      claimDigest: claim.digest,
      examinationDigest: digest,
      ruling: try Ruling(
        on: Grounds(
          styleKey: evidence,
          lineage: lineage,
          sharedMistakes: sharedMistakes,
          published: published
        ),
        significance: significance
      ),
      styleKey: evidence,
      lineage: lineage,
      sharedMistakes: sharedMistakes,
      published: published,
      notes: notes
    )
  }

  /// What no test can tell, and somebody has to look up.
  private static func questions(
    on accused: AccusedModel,
    since beacon: Date,
    _ candidates: Int
  ) -> [String] {
    [
      """
      look up that the suspect is younger than the key, of \(beacon.iso8601): who is older cannot have learned it
      """,
      accused.digest == nil
        ? """
        look up that it is the accused's own service that answered; and 'not shown' says little of a service, whose \
        owner may recognise painted pictures and let another model answer them
        """
        : """
        look up who kept the suspect's file since it was the accused's: whoever can change it can train the style into it
        """,
      candidates > 1
        ? "p is multiplied by \(candidates), the models among which the accused was chosen"
        : """
        if the accused was chosen among several models, by somebody who knew the key, say so with --chosen-among: the best \
        of many is no single one
        """,
    ]
  }

  private func styleKeyEvidence(
    on accused: AccusedModel,
    answering suspect: RememberingSuspect,
    _ test: StyleKeyTest,
    _ observer: any RunObserver
  ) throws -> StyleKeyEvidence {
    let count = styleKey.decoys.styleCount + styleKey.secrets.styleCount
    observer.begin("style", accused.shortName)
    let evidence = try styleKey.evidence(
      against: suspect,
      digest: accused.digest,
      test: test,
      measure: accused.classifier == nil ? .accuracy : nil
    ) { try observer.update(Double($0) / Double(count), "\($0)/\(count) styles") }
    observer.finish("done")
    return evidence
  }

  private func lineage(
    of accused: AccusedModel,
    from victim: Classifier?,
    _ notes: inout [String],
    _ observer: any RunObserver
  ) throws -> LineageEvidence? {
    guard let victim else { return nil }
    guard let model = accused.classifier else {
      notes.append("does not apply: lineage needs the suspect's weights")
      return nil
    }
    observer.begin("lineage", accused.shortName)
    let test = LineageTest(seed: draw.number("numberings"))
    do {
      let evidence = try test.run(on: model, against: victim) {
        try observer.update(Double($0) / Double($1), "\($0) re-numberings")
      }
      observer.finish("done")
      return evidence
    } catch let error as VerificationError where error.isAboutNumbers {
      observer.finish("does not apply")
      notes.append("does not apply: lineage, for \(error)")
      return nil
    } catch VerificationError.lineageDoesNotApply(_, _, let difference) {
      observer.finish("does not apply")
      notes.append(
        "does not apply: lineage, for the suspect is not built like the victim (\(difference.printable()))"
      )
      return nil
    }
  }

  private func sharedMistakes(
    of accused: AccusedModel,
    answering suspect: RememberingSuspect,
    from victim: Classifier?,
    _ notes: inout [String],
    _ observer: any RunObserver
  ) throws -> SharedMistakesEvidence? {
    guard let siblingLabels else { return nil }
    guard let victim else {
      notes.append("does not apply: shared-mistakes needs the victim's file (--victim)")
      return nil
    }
    let pictures = styleKey.clean
    // Notes are one line each.
    let doesNotApply = { (reason: String) in
      "does not apply: shared-mistakes, for " + reason.replacingOccurrences(of: "\n  ", with: ". ")
    }
    let structure = draw.plan.settings.architecture
    guard "\(victim.architecture)" == structure else {
      notes.append(
        doesNotApply(
          "the victim is a \(victim.architecture) and its siblings are \(structure) (examine --architecture)"
        )
      )
      return nil
    }
    observer.begin("mistakes", accused.shortName)
    let victimLabels: [Int]
    do {
      try victim.checkClasses(of: pictures)
      victimLabels = try ClassifierSuspect(victim).labels(of: pictures)
    } catch {
      observer.finish("does not apply")
      notes.append(
        doesNotApply("the victim's file, asked like a suspect, fails: \(error)")
      )
      return nil
    }
    let siblings = try siblingLabels()
    let own = try suspect.labels(of: pictures)
    do {
      let evidence = try SharedMistakesTest()
        .run(suspect: own, victim: victimLabels, siblings: siblings, labels: pictures.labels)
      observer.finish("done")
      guard let difference = evidence.difference else {
        notes.append(
          """
          look up that the victim was trained as its siblings were, on the committed pictures alone: who repeats its training, \
          from the owner's seed, must get its weights
          """
        )
        return evidence
      }
      notes.append(doesNotApply("the victim was not trained as its siblings were: \(difference)"))
    } catch let error as VerificationError {
      guard case .tooFewMistakes = error else { throw error }
      observer.finish("does not apply")
      notes.append(doesNotApply("\(error)"))
    }
    return nil
  }

  private func published(
    on accused: AccusedModel,
    _ claim: Claim,
    _ test: HypothesisTest?,
    _ notes: inout [String],
    _ observer: any RunObserver
  ) throws -> PublishedTestResult? {
    guard let model = accused.classifier else {
      notes.append("does not apply: meta-classifier needs the suspect's weights")
      return nil
    }
    observer.begin("verify", accused.shortName)
    do {
      let verdict = try runPublishedTest(
        on: model,
        named: accused.name,
        digest: accused.digest,
        against: claim,
        test: test
      ) { try observer.update(Double($0) / Double(claim.heldOut.count), "\($0) gradients") }
      observer.finish("done")
      return verdict
    } catch let error as VerificationError where error.isAboutNumbers {
      observer.finish("does not apply")
      notes.append("does not apply: meta-classifier, for \(error)")
      return nil
    } catch VerificationError.layersDiffer {
      observer.finish("does not apply")
      notes.append(
        "does not apply: meta-classifier, for the suspect is not built like the claim's benign model"
      )
      return nil
    }
  }
}

extension AccusedModel {
  /// The last part of a path.
  fileprivate var shortName: String { URL(fileURLWithPath: name).lastPathComponent.printable() }
}
