public import Artifacts
public import Datasets
public import Foundation
public import Networks
public import Torch

/// What an owner registers before any dispute, and an examiner needs to verify a suspect.
///
/// A folder that can be moved to another machine:
///
/// - `manifest.json`: every setting and seed, the layers' names and shapes, the digests of the files
///   below, and of what they were made from, the victim's model file among them.
/// - `held-out/<class>/<index>.png`: marked images that the meta-classifier has not seen; the folder is
///   the label.
/// - `benign.safetensors`: the benign model, without the account of how it was made.
/// - `meta-classifier.safetensors`: the classifier of sign vectors.
/// - `registration.json`: what the secret styles follow from, if they were registered, and
///   `prior-commitments.json`, what else the owner says to have committed to.
///
/// It does *not* hold the victim's weights, the marked images that the meta-classifier was trained on,
/// the style picture, or any path. The images in it do show the style, and a registration gives it away: who
/// holds a claim can imitate it.
public final class Claim {
  /// The benign model B.
  public let benign: Classifier
  /// The classifier of sign vectors.
  public let metaClassifier: MetaClassifier
  /// Marked images for verification, with their true labels.
  public let heldOut: ImageSet
  /// Which gradients are compared.
  public let features: GradientFeatures
  /// What of them the meta-classifier sees.
  public let entries: GradientEntries
  /// The test that verification runs unless told otherwise.
  public let test: HypothesisTest
  /// What the secret styles follow from, if they were registered.
  public let registration: Registration?
  /// SHA-256 of what the claim was made from: `victim`, `benign`, and what else its maker named.
  public let inputs: [String: Digest]
  /// SHA-256 of `manifest.json`, which holds the digests of all other files.
  public let digest: Digest

  private var benignPosteriors: [Double]?

  static let benignFile = "benign.safetensors"
  static let metaClassifierFile = "meta-classifier.safetensors"
  static let heldOutFolder = "held-out"
  /// The name of the file with the registration.
  public static let registrationFile = "registration.json"
  /// The name of the file with the owner's other commitments.
  public static let priorCommitmentsFile = "prior-commitments.json"

  /// The registration of secret styles, as the bytes of its files; `FeatureEmbedding` reads them.
  public struct Registration: Sendable, Hashable {
    /// A `StyleRegistration`.
    public var file: [UInt8]
    /// An array of `StyleCommitment`, what else the owner says to have committed to.
    public var priorCommitments: [UInt8]?

    /// Takes the bytes of files.
    public init(file: [UInt8], priorCommitments: [UInt8]? = nil) {
      self.file = file
      self.priorCommitments = priorCommitments
    }
  }

  /// Reads a claim from a folder that is not trusted, and checks all of it.
  ///
  /// - Parameters:
  ///   - folder: What `make` wrote.
  ///   - device: Where the models of the claim, and suspects, shall compute.
  /// - Throws: `VerificationError` naming the file and the field if a file is missing or not the one
  ///   the manifest speaks of, or parts do not fit each other; `ArtifactError` if the manifest is no
  ///   manifest; the errors of the files' own formats.
  public init(contentsOf folder: URL, device: Device = .cpu) throws {
    let manifest = try Manifest.read(from: folder, kind: .claim)
    let file = folder.appendingPathComponent(Manifest.fileName)
    let record = try ClaimRecord(manifest, file: file)
    try record.checkFiles(in: folder)
    benign = try record.benign(in: folder, manifest: file, device: device)
    heldOut = try record.heldOutImages(in: folder, manifest: file)
    metaClassifier = try record.metaClassifier(in: folder, for: benign, manifest: file)
    registration = try record.registration(in: folder)
    features = record.features
    entries = record.entries ?? .signs
    test = record.test
    inputs = manifest.inputs
    digest = try Digest(ofFileAt: file)
  }

  /// Computes the posteriors of a model for the images held out.
  ///
  /// - Parameters:
  ///   - model: A model with the benign model's layers.
  ///   - onProgress: Called after every batch with the number of images done.
  /// - Returns: P(victim) for each image held out, in their order.
  /// - Throws: `VerificationError` if the model does not fit or a gradient is not finite.
  public func posteriors(
    of model: Classifier,
    onProgress: (Int) throws -> Void = { _ in }
  ) throws -> [Double] {
    let gradients = try GradientSigns(of: model, features: features)
    switch entries {
    case .signs:
      return try metaClassifier.posteriors(of: gradients.signs(of: heldOut, onProgress: onProgress))
    case .values:
      return try metaClassifier.posteriors(
        of: gradients.scaledGradients(of: heldOut, onProgress: onProgress)
      )
    }
  }

  /// The benign model's posteriors, computed at first use.
  func posteriorsOfBenign() throws -> [Double] {
    if let benignPosteriors { return benignPosteriors }
    let computed = try posteriors(of: benign)
    benignPosteriors = computed
    return computed
  }
}

// Explicit non-conformance to Sendable: a claim holds tensors.
@available(*, unavailable)
extension Claim: Sendable {}
