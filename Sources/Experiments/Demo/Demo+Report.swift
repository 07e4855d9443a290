import Artifacts
import Datasets
import FeatureEmbedding
import Foundation
import Networks
import OwnershipVerification
import Stages
import Torch

extension Demo {
  /// Writes `results.jsonl`, `report.html` and, last, the manifest.
  func write(
    _ results: [DemoResult],
    owner: CaseStudy.Owner,
    study: CaseStudy,
    claim: Claim,
    examination: Examination
  ) throws {
    let output = settings.study.output
    let examined = results.filter { $0.findings != nil }
    try JSONLines.write(examined, to: output.appendingPathComponent("results.jsonl"))
    var report = try report(results, owner: owner, study: study, claim: claim)
    report.isDemonstration = true
    report.settings =
      settingGroups(owner: owner, study: study, claim: claim) + [settingGroup(of: examination)]
    let page = try report.html()
    try AtomicFile.write(Array(page.utf8), to: output.appendingPathComponent("report.html"))
    try Manifest(
      kind: .experiment,
      settings: [
        "preset": .string(settings.study.preset.rawValue),
        "source": .string("\(settings.study.source)"),
        "transformation_rate": .number(settings.study.transformationRate),
      ],
      seeds: ["demo": settings.study.seed],
      inputs: [
        "training pictures": study.split.train.digest, "claim": claim.digest,
        "examination": examination.digest,
      ]
    ).write(to: output)
  }

  private func report(
    _ results: [DemoResult],
    owner: CaseStudy.Owner,
    study: CaseStudy,
    claim: Claim
  ) throws -> EvidenceReport {
    let features = owner.features
    let train = study.split.train
    return EvidenceReport(
      title: "Hallmark demo",
      mark: .init(
        dataset: "\(settings.study.source), \(train.width) × \(train.height) pixels",
        style: "drawn from the family of styles by a registered key",
        transformationRate: settings.study.transformationRate,
        pictureCount: train.count,
        markedCount: features.indices.count,
        classCount: train.classCount
      ),
      pairs: pairs(of: features),
      suspects: results.map { result in
        EvidenceReport.Suspect(
          name: result.name,
          role: result.role,
          cleanAccuracy: result.cleanAccuracy,
          markedAccuracy: result.markedAccuracy,
          outcome: result.published.map { EvidenceReport.Outcome($0) },
          findings: result.findings
        )
      },
      test: EvidenceReport.Test(
        name: "paired t-test, one-sided",
        sampleSize: claim.test.sampleSize,
        repeats: claim.test.repeats,
        significance: claim.test.significance
      )
    )
  }

  /// A pair of each class, while there are classes, up to ten.
  private func pairs(of features: EmbeddedFeatures) -> [EvidenceReport.Pair] {
    let labels = features.marked.labels
    let chosen = (0..<features.marked.classCount).compactMap { labels.firstIndex(of: $0) }
    return chosen.prefix(10).map { position in
      EvidenceReport.Pair(
        original: features.originals[features.indices[position]],
        marked: features.marked[position],
        className: features.marked.classNames[labels[position]]
      )
    }
  }

  private func settingGroup(of examination: Examination) -> EvidenceReport.SettingGroup {
    let plan = examination.draw.plan.settings
    return .init(
      "Examination",
      [
        ("decoys N", "\(plan.decoyCount)"), ("pictures m in each style", "\(plan.pictureCount)"),
        ("clean pictures", "\(plan.cleanCount)"),
        ("the examiner’s innocent models R", "\(plan.benignCount) × \(plan.architecture)"),
        (
          "randomness",
          "nonce, beacon and the examiner’s bytes follow from the seed: a demonstration only"
        ),
      ]
    )
  }

  private func settingGroups(
    owner: CaseStudy.Owner,
    study: CaseStudy,
    claim: Claim
  ) -> [EvidenceReport.SettingGroup] {
    let training = settings.study.training(seed: settings.study.seed)
    let meta = claim.metaClassifier.settings
    let seeds = settings.seeds
    return [
      .init(
        "Training of victim, benign model, innocents and students",
        [
          ("network", "\(settings.study.preset.architecture)"), ("epochs", "\(training.epochs)"),
          ("batch", "\(training.batchSize)"),
          (
            "optimiser",
            "SGD, learning rate \(training.learningRate), Nesterov momentum "
              + "\(training.momentum), weight decay \(training.weightDecay), one cycle"
          ),
          ("augmentation", "shifts of up to \(training.cropPadding ?? 0) pixels, mirroring"),
          ("precision", "\(training.precision.computeType(on: settings.study.device))"),
        ]
      ),
      .init(
        "Thieves, where they differ",
        [
          ("query thieves", "\(settings.study.queryEpochs) epochs"),
          (
            "fine-tuning",
            "5 epochs, learning rate 0.01, piecewise linear, labels by the victim"
          ),
          (
            "zero-shot",
            "\(settings.study.preset.zeroShotRounds) rounds of 5 student updates and 1 of the "
              + "generator; published: 25,000, so it is at its beginning here"
          ),
        ]
      ),
      .init(
        "Meta-classifier",
        [
          (
            "features",
            "signs of gradients, \(claim.features.rawValue), D = \(claim.metaClassifier.featureCount)"
          ),
          ("network", "D to D/8 to D/16 to 2, ReLU"),
          ("epochs", "at most \(meta.epochs), batch \(meta.batchSize)"),
          ("images to train on", "\(owner.features.marked.count - claim.heldOut.count)"),
          ("images held out", "\(claim.heldOut.count)"),
        ]
      ),
      .init(
        "Seeds",
        [
          ("data and mark", "\(settings.study.seed)"), ("victim", "\(seeds.victim)"),
          ("benign model", "\(seeds.benign)"), ("thieves", "\(seeds.thief)"),
          ("innocents", "\(seeds.innocent), \(seeds.stranger)"),
          ("meta-classifier", "\(meta.seed)"), ("draws", "\(claim.test.seed)"),
        ]
      ),
      .init(
        "Digests and versions",
        [
          ("training pictures", "\(study.split.train.digest)"),
          ("style", "\(owner.features.style.digest)"), ("claim", "\(claim.digest)"),
          ("Hallmark", hallmarkVersion), ("libtorch", Runtime.version),
          ("machine", "\(settings.study.device), \(Runtime.threadCount) threads"),
        ]
      ),
    ]
  }
}

extension EvidenceReport.Outcome {
  /// Takes over what the published test said.
  init(_ verdict: PublishedTestResult) {
    self.init(
      meanDifference: verdict.deltaMu,
      medianLog10P: verdict.log10P,
      rejectionRate: verdict.rejectionRate,
      isAccused: verdict.accuses,
      log10P: verdict.log10PDraws
    )
  }
}
