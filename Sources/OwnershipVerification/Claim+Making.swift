public import Artifacts
public import Datasets
public import Foundation
import Glibc
public import Networks

extension Claim {
  /// Where the making of a claim stands.
  public enum Progress: Sendable {
    /// Gradient signs of the victim: images done, of so many.
    case victimSigns(Int, of: Int)
    /// Gradient signs of the benign model.
    case benignSigns(Int, of: Int)
    /// An epoch of the meta-classifier.
    case metaClassifier(MetaClassifier.EpochReport)
  }

  /// SHA-256 of what a claim is made from.
  public struct Inputs: Sendable, Hashable {
    /// The victim's model file.
    public var victim: Digest
    /// The benign model's file.
    public var benign: Digest
    /// The manifest of the folder of marked images.
    public var embedding: Digest?
    /// The secret style picture.
    public var style: Digest?
    /// The unmarked training pictures (`ImageSet.digest`).
    public var trainingSet: Digest?

    /// Creates a list of digests.
    public init(
      victim: Digest,
      benign: Digest,
      embedding: Digest? = nil,
      style: Digest? = nil,
      trainingSet: Digest? = nil
    ) {
      self.victim = victim
      self.benign = benign
      self.embedding = embedding
      self.style = style
      self.trainingSet = trainingSet
    }

    fileprivate var byName: [String: Digest] {
      [
        "victim": victim, "benign": benign, "embedding": embedding, "style": style,
        Claim.trainingSetInput: trainingSet,
      ].compactMapValues { $0 }
    }
  }

  /// Makes a claim and writes it to a folder, whole or not at all.
  ///
  /// Some marked images are held out; on the others the meta-classifier learns to tell the gradient
  /// signs of the two models. Everything is written beside the destination and put in place by one
  /// rename: a killed process leaves a hidden folder that nothing reads.
  ///
  /// - Parameters:
  ///   - folder: Where the claim goes; must not exist, or be an empty folder.
  ///   - victim: The model that was trained on the marked images.
  ///   - benign: A model of the same layers and classes that has not seen them.
  ///   - marked: The marked images with their true labels, and no others.
  ///   - inputs: SHA-256 of what the models and images were read from.
  ///   - registration: What the secret styles follow from, if they were registered; with it, only the
  ///     owner of the folder may read it.
  ///   - settings: How to make it.
  ///   - onProgress: Called after every batch and epoch. What it throws ends the making.
  /// - Returns: The claim as read back from the folder.
  /// - Throws: `VerificationError` if the models differ, images or settings do not fit, or the folder
  ///   is taken; what `onProgress` throws.
  /// - Complexity: Gradient signs of every marked image but those held out, twice, and
  ///   `MetaClassifier.train`.
  public static func make(
    in folder: URL,
    victim: Classifier,
    benign: Classifier,
    marked: ImageSet,
    inputs: Inputs,
    registration: Registration? = nil,
    settings: ClaimSettings = .init(),
    onProgress: (Progress) throws -> Void = { _ in }
  ) throws -> Claim {
    guard AtomicFolder.isFree(folder) else {
      throw VerificationError.claimExists(folder: folder)
    }
    try check(victim, against: benign)
    try check(inputs, of: victim, benign)
    let heldOutCount = try settings.heldOutCount(of: marked.count)
    let parts = try marked.splits(
      into: [("held out", heldOutCount), ("training", marked.count - heldOutCount)],
      seed: settings.splitSeed,
      isStratified: true
    )
    let heldOut = try marked.subset(parts[0].indices)
    let training = try marked.subset(parts[1].indices)

    let metaClassifier =
      switch settings.entries {
      case .signs:
        try train(victim, benign, training.count, settings, onProgress) {
          try $0.signs(of: training, onProgress: $1)
        }
      case .values:
        try train(victim, benign, training.count, settings, onProgress) {
          try $0.scaledGradients(of: training, onProgress: $1)
        }
      }

    try AtomicFolder.write(to: folder, isPrivate: registration != nil) { partial in
      try write(benign, to: partial.appendingPathComponent(benignFile))
      try metaClassifier.write(to: partial.appendingPathComponent(metaClassifierFile))
      try ImageFolder.write(heldOut, to: partial.appendingPathComponent(heldOutFolder))
      let further = registration?.byName ?? [:]
      for (name, bytes) in further {
        try AtomicFile.write(bytes, to: partial.appendingPathComponent(name))
      }
      let files = [
        benignFile: try Digest(ofFileAt: partial.appendingPathComponent(benignFile)),
        metaClassifierFile: try Digest(
          ofFileAt: partial.appendingPathComponent(metaClassifierFile)
        ),
        heldOutFolder: try Digest(ofFolderAt: partial.appendingPathComponent(heldOutFolder)),
      ]
      let record = ClaimRecord(
        of: benign,
        settings: settings,
        heldOutCount: heldOut.count,
        files: files.merging(further.mapValues { Digest(of: $0) }) { first, _ in first }
      )
      try Manifest(
        kind: .claim,
        encoding: record,
        seeds: [
          "split": settings.splitSeed, "meta_classifier": settings.metaClassifier.seed,
          "draws": settings.test.seed,
        ],
        inputs: inputs.byName
      ).write(to: partial)
    }
    return try Claim(contentsOf: folder)
  }

  /// Trains the meta-classifier on what `rows` makes of the training images.
  private static func train<Entry>(
    _ victim: Classifier,
    _ benign: Classifier,
    _ count: Int,
    _ settings: ClaimSettings,
    _ onProgress: (Progress) throws -> Void,
    rows: @escaping (GradientSigns, (Int) throws -> Void) throws -> GradientMatrix<Entry>
  ) throws -> MetaClassifier {
    let victimRows = try rows(GradientSigns(of: victim, features: settings.features)) {
      try onProgress(.victimSigns($0, of: count))
    }
    let benignRows = try rows(GradientSigns(of: benign, features: settings.features)) {
      try onProgress(.benignSigns($0, of: count))
    }
    return try MetaClassifier.train(
      victim: victimRows,
      benign: benignRows,
      settings: settings.metaClassifier
    ) { try onProgress(.metaClassifier($0)) }
  }

  /// The name under which a claim states the digest of the unmarked training pictures.
  public static let trainingSetInput = "training set"

  private static func check(_ victim: Classifier, against benign: Classifier) throws {
    let difference = LayerDifference.first(
      between: victim.layerList.map { ($0.name, $0.shape) },
      and: benign.layerList.map { ($0.name, $0.shape) }
    )
    if let difference {
      throw VerificationError.victimDiffers(
        victim: "\(victim.architecture), \(difference.tensor) \(difference.found ?? [])",
        benign: "\(benign.architecture), \(difference.tensor) \(difference.expected ?? [])"
      )
    }
    guard victim.classNames == benign.classNames, victim.pictureSize == benign.pictureSize else {
      throw VerificationError.victimDiffers(
        victim: "\(victim.pictureSize), classes \(victim.classNames.joined(separator: ", "))",
        benign: "\(benign.pictureSize), classes \(benign.classNames.joined(separator: ", "))"
      )
    }
  }

  /// Refuses models that were taken for each other, as far as their origins tell.
  private static func check(
    _ inputs: Inputs,
    of victim: Classifier,
    _ benign: Classifier
  ) throws {
    guard inputs.victim != inputs.benign else {
      throw VerificationError.modelsConfused(reason: "victim and benign model are one file")
    }
    guard benign.markedPictures == nil else {
      throw VerificationError.modelsConfused(
        reason: "the benign model was trained on marked pictures"
      )
    }
    if let trained = victim.markedPictures, let embedding = inputs.embedding {
      guard trained == "\(embedding)" else {
        throw VerificationError.modelsConfused(
          reason: "the victim was trained on other marked pictures"
        )
      }
    } else if case .object = victim.origin {
      throw VerificationError.modelsConfused(
        reason: "the victim was not trained on marked pictures"
      )
    }
  }

  /// Writes the benign model without the account of its making, which may name what is secret.
  private static func write(_ benign: Classifier, to file: URL) throws {
    let origin = benign.origin
    benign.origin = .null
    defer { benign.origin = origin }
    try benign.write(to: file)
  }
}

extension Claim.Registration {
  fileprivate var byName: [String: [UInt8]] {
    var files = [Claim.registrationFile: file]
    files[Claim.priorCommitmentsFile] = priorCommitments
    return files
  }
}

extension Classifier {
  /// The SHA-256 of the manifest of marked pictures that Hallmark trained the model on, if it did.
  fileprivate var markedPictures: String? {
    guard case .string(let digest)? = originEntry("inputs", "marked pictures") else { return nil }
    return digest
  }
}
