import Artifacts
import Datasets
public import FeatureEmbedding
public import Foundation
public import Networks
public import OwnershipVerification
public import Torch

extension Examination {
  /// What an examiner was given.
  public struct Case {
    /// What the owner claims.
    public var claim: Claim
    /// The unmarked pictures.
    public var data: DataSplit
    /// How pixels become what networks see.
    public var normalization: Normalization
    /// A registrar's record of commitments; nil if there is none.
    public var commitments: [StyleCommitment]?
    /// Files of benign models that the examiner trained before; empty to train them now.
    public var benignModels: [URL]
    /// Whether the beacon's source gave one value for this commitment.
    public var beaconIsForCommitment = false
    /// What the draw follows from, and its date, in a demonstration, which accuses nobody and must be
    /// repeatable; nil for bytes of the operating system, now.
    package var demonstration: (bytes: [UInt8], date: Date)?

    /// Describes a case.
    public init(
      claim: Claim,
      data: DataSplit,
      normalization: Normalization,
      commitments: [StyleCommitment]? = nil,
      benignModels: [URL] = []
    ) {
      self.claim = claim
      self.data = data
      self.normalization = normalization
      self.commitments = commitments
      self.benignModels = benignModels
    }
  }

  /// Checks a claim, draws 32 random bytes and makes all that suspects are examined with.
  ///
  /// A killed run goes on where it was, with the bytes that it had drawn, and ends with the same files.
  ///
  /// - Parameters:
  ///   - subject: What the examiner was given.
  ///   - folder: A new folder, or with `resuming` one that this function has begun.
  ///   - settings: How much to paint, and how to train; with given models, their number counts.
  ///   - resuming: Whether to go on with what is in the folder.
  ///   - device: Where to compute.
  ///   - observer: Is told how it goes; what it throws ends the work.
  /// - Returns: The finished examination.
  /// - Throws: `StageError.claimRefused` and `FeatureEmbeddingError` if the claim does not hold,
  ///   `StageError.outputInTheWay` if the folder is another one's; what painting, training and the
  ///   disk report.
  /// - Complexity: A training for each benign model and each sibling; (N + K) · m pictures painted; R · (N + K) · m answers.
  public static func make(
    of subject: Case,
    in folder: URL,
    settings: ExaminationSettings,
    resuming: Bool,
    device: Device = .cpu,
    observer: any RunObserver
  ) throws -> Examination {
    var settings = settings
    if !subject.benignModels.isEmpty { settings.benignCount = subject.benignModels.count }
    try settings.validate()
    let registration = try subject.claim.checkedRegistration(
      for: subject.data,
      commitments: subject.commitments,
      beaconIsForCommitment: subject.beaconIsForCommitment
    )
    let plan = ExaminationDraw.Plan(
      claim: subject.claim.digest,
      commitment: registration.commitment.digest,
      data: subject.data.digest,
      settings: settings,
      givenBenign: try subject.checkedBenignModels(),
      record: try subject.commitments.map(Self.digest),
      otherCommitments: subject.commitments.map { registration.commitment.others(in: $0).count },
      sameDataElsewhere: subject.commitments.map {
        registration.commitment.sameDataElsewhere(in: $0).count
      },
      isDemonstration: subject.demonstration == nil ? nil : true
    )
    try settings.check(
      testCount: subject.data.test.count,
      trainCount: subject.data.train.count,
      keyCount: registration.commitment.keyCount
    )
    let parts = ExaminationFolder(folder)
    let draw = try ExaminationDraw(
      begin: plan,
      in: parts,
      resuming: resuming
    ) {
      subject.demonstration ?? (KeyDerivation.randomBytes(), Date())
    }
    let maker = ExaminationMaker(
      subject: subject,
      registration: registration,
      parts: parts,
      draw: draw,
      device: device,
      observer: observer
    )
    try maker.run()
    return try Examination(contentsOf: folder, of: subject.claim, device: device)
  }
}

extension Examination {
  /// SHA-256 of a registrar's record, in whatever order it came.
  private static func digest(of record: [StyleCommitment]) throws -> Digest {
    Digest(of: KeyDerivation.framed(record.map { "\($0.digest)" }.sorted()))
  }
}

extension Examination.Case {
  /// SHA-256 of the given benign models; refuses those that an examiner might take from the claim by mistake.
  ///
  /// They are the claim's benign model, known by its weights bit for bit, and the victim, known by its file. Who
  /// means to deceive changes a bit; so findings say that models were given.
  fileprivate func checkedBenignModels() throws -> [Digest] {
    let claimed = try claim.benign.network.stateDigest
    return try benignModels.map { file in
      let (model, digest) = try Classifier.read(contentsOf: file)
      try model.checkClasses(of: data.test)
      let known = ["victim", "benign"].first { claim.inputs[$0] == digest }
      let isClaimed = try model.network.stateDigest == claimed
      guard let name = known ?? (isClaimed ? "benign" : nil) else { return digest }
      throw StageError.badSetting(
        name: "'\(file.path)'",
        value: "the claim's \(name) model",
        expected: "a model that you trained yourself"
      )
    }
  }
}

extension ExaminationDraw {
  /// Draws and records the bytes, or takes those that a run of the same plan has recorded.
  init(
    begin plan: Plan,
    in parts: ExaminationFolder,
    resuming: Bool,
    drawing: () -> (bytes: [UInt8], date: Date)
  ) throws {
    if FileManager.default.fileExists(atPath: parts.drawFile.path) {
      guard resuming else {
        throw StageError.outputInTheWay(
          parts.url,
          reason: "it holds an examination, which --resume goes on with"
        )
      }
      self = try parts.draw()
      guard self.plan == plan else {
        throw StageError.outputInTheWay(
          parts.url,
          reason: """
            it holds an examination of another claim, other data or other settings; \
            \(ExaminationDraw.fileName) there says which
            """
        )
      }
      return
    }
    guard AtomicFolder.isUnbegun(parts.url) else {
      throw StageError.outputInTheWay(parts.url, reason: "it holds files of something else")
    }
    self.init(for: plan, drawing())
    try FileManager.default.createDirectory(at: parts.url, withIntermediateDirectories: true)
    try AtomicFile.create(JSONValue(encoding: self).prettyBytes, at: parts.drawFile)
  }
}

/// The stages of an examination, each of which takes over what is there already.
private struct ExaminationMaker {
  let subject: Examination.Case
  let registration: StyleRegistration
  let parts: ExaminationFolder
  let draw: ExaminationDraw
  let device: Device
  let observer: any RunObserver

  private var settings: ExaminationSettings { draw.plan.settings }
  private var keyCount: Int { registration.commitment.keyCount }

  func run() throws {
    // What is finished stays as it is, on whatever machine this goes on.
    let manifest = parts.url.appendingPathComponent(Manifest.fileName)
    guard !FileManager.default.fileExists(atPath: manifest.path) else { return }
    // The secret styles go here, maybe into a folder that was there before.
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: parts.url.path)
    let sets = try draw.pictures(from: subject.data.test)
    try parts.keep(sets.painted, in: parts.painted)
    try parts.keep(sets.clean, in: parts.clean)
    subject.benignModels.isEmpty ? try train() : try takeOver()
    try trainSiblings()
    try paint(sets.painted)
    try score()
    try Manifest(
      kind: .examination,
      encoding: settings,
      inputs: parts.digests(keyCount: keyCount, settings)
        .merging(
          [
            "claim": draw.plan.claim, "commitment": draw.plan.commitment,
            "training set": subject.data.train.digest, "test set": subject.data.test.digest,
          ]
        ) { first, _ in first }
    ).write(to: parts.url)
  }

  private func train() throws {
    for index in 0..<settings.benignCount {
      try train(
        "benign \(index + 1)/\(settings.benignCount)",
        on: subject.data.train,
        seed: draw.number("benign model", index),
        in: parts.benign(index)
      )
    }
  }

  /// Trains models as the owner says the victim was, each with other pictures marked and in other styles.
  private func trainSiblings() throws {
    guard let siblings = settings.siblings else { return }
    let styles = try StyleDecoys(seed: draw.derivedBytes("sibling styles"), family: .builtIn())
    for index in 0..<siblings.count {
      let name = "sibling \(index + 1)/\(siblings.count)"
      observer.begin("embed", name)
      let features = try embedFeatures(
        in: subject.data.train,
        styles: (0..<keyCount).map { try styles.style(at: index * keyCount + $0) },
        settings: EmbeddingSettings(
          rate: siblings.rate,
          strength: settings.strength,
          seed: draw.number("sibling pictures", index)
        )
      ) { try observer.update(Double($0) / Double($1), "\($0)/\($1) pictures") }
      observer.finish("\(features.indices.count) pictures repainted")
      try train(
        name,
        on: features.trainingSet(),
        seed: draw.number("sibling", index),
        in: parts.sibling(index)
      )
    }
  }

  private func train(_ name: String, on images: ImageSet, seed: UInt64, in folder: URL) throws {
    var training = settings.training
    training.seed = seed
    var stage = TrainStage(
      architecture: try Architecture(settings.architecture),
      normalization: subject.normalization,
      settings: training
    )
    stage.device = device
    _ = try stage.run(
      titled: name,
      on: images,
      test: subject.data.test,
      in: folder,
      observer: observer
    )
  }

  /// Copies the examiner's models.
  private func takeOver() throws {
    for (index, file) in subject.benignModels.enumerated() {
      let bytes = try RegularFile(at: file).contents(limit: 1 << 32)
      let (found, expected) = (Digest(of: bytes), draw.plan.givenBenign[index])
      guard found == expected else {
        throw StageError.badSetting(
          name: "'\(file.path)', which has changed since this began, SHA-256",
          value: "\(found)",
          expected: "\(expected)"
        )
      }
      try FileManager.default.createDirectory(
        at: parts.benign(index),
        withIntermediateDirectories: true
      )
      try AtomicFile.write(bytes, to: ModelFolder.modelFile(in: parts.benign(index)))
    }
  }

  private func paint(_ originals: ImageSet) throws {
    let styles = try registration.styles()
    let painter = try HeldOutPainter(
      of: originals,
      family: .builtIn(),
      seed: draw.seed,
      strength: settings.strength
    )
    let count = settings.decoyCount
    observer.begin("paint", "\(styles.count) secret and \(count) decoys")
    for (index, style) in styles.enumerated() {
      try parts.keep(painter.paint(in: style), in: parts.secret(index))
    }
    _ = try painter.paintDecoys(count, in: parts.decoys) {
      try observer.update(Double($0) / Double(count), "\($0)/\(count) decoys")
    }
    observer.finish("\(count + styles.count) styles on \(originals.count) pictures")
  }

  private func score() throws {
    observer.begin("score", "\(settings.benignCount) benign models")
    let total = settings.benignCount * settings.decoyCount
    _ = try parts.styleKey(
      keyCount: keyCount,
      benignCount: settings.benignCount,
      classNames: subject.data.test.classNames,
      device: device,
      keeping: true
    ) { model, decoys in
      let done = model * settings.decoyCount + decoys
      try observer.update(Double(done) / Double(total), "\(done)/\(total) decoys")
    }
    observer.finish("kept for all suspects")
  }
}
