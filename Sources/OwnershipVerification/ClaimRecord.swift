import Artifacts
import Datasets
import Foundation
import Networks
import Torch

/// The settings in a claim's manifest.
struct ClaimRecord: Codable {
  struct Layer: Codable, Equatable {
    let name: String
    let shape: [Int]
  }

  let architecture: String
  let classNames: [String]
  let normalization: Normalization
  let pictureSize: String
  let features: GradientFeatures
  /// Missing for signs, which is what claims were made of before there was a choice.
  let entries: GradientEntries?
  let test: HypothesisTest
  let metaClassifier: MetaClassifierSettings
  let heldOutCount: Int
  /// The benign model's tensors.
  let layers: [Layer]
  /// SHA-256 of the claim's files and of the folder of images, by name.
  let files: [String: Digest]

  enum CodingKeys: String, CodingKey {
    case architecture, normalization, features, entries, test, layers, files
    case classNames = "class_names"
    case pictureSize = "picture_size"
    case metaClassifier = "meta_classifier"
    case heldOutCount = "held_out"
  }

  init(
    of benign: Classifier,
    settings: ClaimSettings,
    heldOutCount: Int,
    files: [String: Digest]
  ) {
    architecture = "\(benign.architecture)"
    classNames = benign.classNames
    normalization = benign.normalization
    pictureSize = "\(benign.pictureSize)"
    features = settings.features
    entries = settings.entries == .signs ? nil : settings.entries
    test = settings.test
    metaClassifier = settings.metaClassifier
    self.heldOutCount = heldOutCount
    layers = benign.layerList
    self.files = files
  }

  /// Reads the settings of a manifest that is not trusted.
  init(_ manifest: Manifest, file: URL) throws {
    do {
      self = try JSONValue.object(manifest.settings).decode()
    } catch let error as DecodingError {
      throw VerificationError.badClaim(
        file: file,
        field: "settings.\(error.field)",
        reason: error.reason
      )
    } catch {
      throw VerificationError.badClaim(file: file, field: "settings", reason: "\(error)")
    }
    do {
      try test.validate(imageCount: heldOutCount)
      try metaClassifier.validate()
    } catch let VerificationError.badSetting(name, value, expected) {
      throw VerificationError.badClaim(
        file: file,
        field: name,
        reason: "it is \(value), expected \(expected)"
      )
    }
    for (name, seed) in [("draws", test.seed), ("meta_classifier", metaClassifier.seed)]
    where manifest.seeds[name] != seed {
      throw VerificationError.badClaim(
        file: file,
        field: "seeds.\(name)",
        reason: "it is not \(seed), as the settings say"
      )
    }
    for name in ["victim", "benign"] where manifest.inputs[name] == nil {
      throw VerificationError.badClaim(
        file: file,
        field: "inputs.\(name)",
        reason: "the digest of the \(name) model is missing"
      )
    }
  }
}

extension ClaimRecord {
  /// Checks that every file is the one that the manifest speaks of.
  func checkFiles(in folder: URL) throws {
    // Only claims with registered styles hold these.
    let further = [Claim.registrationFile, Claim.priorCommitmentsFile].filter { name in
      files[name] != nil
        || FileManager.default.fileExists(atPath: folder.appendingPathComponent(name).path)
    }
    for name in [Claim.benignFile, Claim.metaClassifierFile, Claim.heldOutFolder] + further {
      let place = folder.appendingPathComponent(name)
      guard let expected = files[name] else {
        throw VerificationError.badClaim(
          file: folder.appendingPathComponent(Manifest.fileName),
          field: "settings.files.\(name)",
          reason: "the digest is missing"
        )
      }
      guard FileManager.default.fileExists(atPath: place.path) else {
        throw VerificationError.missingPart(file: place)
      }
      let found =
        name == Claim.heldOutFolder
        ? try Digest(ofFolderAt: place) : try Digest(ofFileAt: place)
      guard found == expected else {
        throw VerificationError.partDiffers(file: place, found: found, expected: expected)
      }
    }
  }

  /// The files of the registration, if there is one.
  func registration(in folder: URL) throws -> Claim.Registration? {
    func contents(_ name: String) throws -> [UInt8]? {
      guard files[name] != nil else { return nil }
      return try RegularFile(at: folder.appendingPathComponent(name)).contents(limit: 1 << 20)
    }
    return try contents(Claim.registrationFile).map { file in
      Claim.Registration(file: file, priorCommitments: try contents(Claim.priorCommitmentsFile))
    }
  }

  func benign(in folder: URL, manifest: URL, device: Device) throws -> Classifier {
    let benign = try Classifier(
      contentsOf: folder.appendingPathComponent(Claim.benignFile),
      device: device
    )
    func check(_ field: String, _ said: String, _ found: String) throws {
      guard said == found else {
        throw VerificationError.badClaim(
          file: manifest,
          field: "settings.\(field)",
          reason: "it is \(said), but \(Claim.benignFile) has \(found)"
        )
      }
    }
    try check("architecture", architecture, "\(benign.architecture)")
    try check("picture_size", pictureSize, "\(benign.pictureSize)")
    try check(
      "class_names",
      classNames.joined(separator: ", "),
      benign.classNames.joined(separator: ", ")
    )
    try check(
      "normalization",
      "\(normalization.mean), \(normalization.deviation)",
      "\(benign.normalization.mean), \(benign.normalization.deviation)"
    )
    let difference = LayerDifference.first(
      between: benign.layerList.map { ($0.name, $0.shape) },
      and: layers.map { ($0.name, $0.shape) }
    )
    if let difference {
      throw VerificationError.badClaim(
        file: manifest,
        field: "settings.layers",
        reason: "they are not those of \(Claim.benignFile): \(difference)"
      )
    }
    return benign
  }

  func heldOutImages(in folder: URL, manifest: URL) throws -> ImageSet {
    let place = folder.appendingPathComponent(Claim.heldOutFolder)
    let images = try ImageFolder.load(
      place,
      classMap: ClassMap(classNames),
      limits: PictureLimits(setBytes: 1 << 32)
    )
    guard images.count == heldOutCount else {
      throw VerificationError.badClaim(
        file: manifest,
        field: "settings.held_out",
        reason: "it is \(heldOutCount), but there are \(images.count) images in '\(place.path)'"
      )
    }
    let size = Classifier.PictureSize(height: images.height, width: images.width)
    guard "\(size)" == pictureSize else {
      throw VerificationError.badClaim(
        file: manifest,
        field: "settings.picture_size",
        reason: "it is \(pictureSize), but the images in '\(place.path)' are \(size)"
      )
    }
    return images
  }

  func metaClassifier(
    in folder: URL,
    for benign: Classifier,
    manifest: URL
  ) throws -> MetaClassifier {
    let count = try GradientSigns(of: benign, features: features).count
    let trained = try MetaClassifier(
      contentsOf: folder.appendingPathComponent(Claim.metaClassifierFile),
      featureCount: count
    )
    guard trained.settings == metaClassifier else {
      throw VerificationError.badClaim(
        file: manifest,
        field: "settings.meta_classifier",
        reason: "\(Claim.metaClassifierFile) was trained otherwise"
      )
    }
    return trained
  }
}

extension Classifier {
  /// The tensors that a file of this model holds.
  var layerList: [ClaimRecord.Layer] {
    network.namedState.map { ClaimRecord.Layer(name: $0.name, shape: $0.tensor.shape) }
  }
}
