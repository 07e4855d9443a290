public import Artifacts
public import Datasets
internal import Foundation

/// Marked images on disk: what the `embed` step leaves, and what training and claiming read.
///
/// | file | what |
/// | --- | --- |
/// | `marked/<class>/<index>.png` | each marked image, named by its position in the original set |
/// | `contact-sheet.png` | some originals above their marked versions |
/// | `manifest.json` | positions, labels, style vector, settings, digests |
///
/// **The whole folder is secret** until the owner uses it in a claim: the pictures show the style, the
/// manifest holds the style vector and names the marked images. It is made readable for its owner
/// alone. A training set exported from it (`TrainingSetExport`) contains the marked images among all
/// others and must go only to whoever trains the victim. Neither tells the style picture, which belongs
/// in a safe place of its own.
public struct EmbeddedFolder: Sendable {
  /// The positions of the marked images in the original set, ascending.
  public let indices: [Int]
  /// The marked images x', in the order of `indices`, with the labels of their originals.
  public let marked: ImageSet
  /// The style, by name, vector and digest; the first of them if there are several.
  public let style: Style
  /// The other styles.
  public let furtherStyles: [Style]
  /// The position in `styles` of the style of each marked image, in the order of `indices`.
  public let styleIndices: [Int]
  /// How images were chosen and marked.
  public let settings: EmbeddingSettings
  /// The number of images in the original set.
  public let originalCount: Int
  /// SHA-256 of the original set.
  public let originalDigest: Digest
  let path: String

  static let markedFolder = "marked"
  static let contactSheet = "contact-sheet.png"

  /// All styles that were embedded.
  public var styles: [Style] { [style] + furtherStyles }

  /// Checks that a data set is the one that was marked.
  ///
  /// - Throws: `FeatureEmbeddingError.differentSource`, saying what differs.
  public func checkOriginals(_ originals: ImageSet) throws {
    func require<Value: Equatable>(_ what: String, _ found: Value, _ expected: Value) throws {
      guard found == expected else {
        throw FeatureEmbeddingError.differentSource(
          folder: path,
          what: what,
          found: "\(found)",
          expected: "\(expected)"
        )
      }
    }
    try require("number of images", originals.count, originalCount)
    try require("picture width", originals.width, marked.width)
    try require("picture height", originals.height, marked.height)
    try require("class names", originals.classNames, marked.classNames)
    try require("SHA-256", originals.digest, originalDigest)
    for (index, label) in zip(indices, marked.labels) {
      try require("label of image \(index)", originals.labels[index], label)
    }
  }

  /// Returns the victim's training set: every marked image in place of its original.
  ///
  /// - Parameter originals: The data set that was marked, in the same order.
  /// - Returns: As many images as there are originals, labels unchanged.
  /// - Throws: `FeatureEmbeddingError.differentSource` if it is another one.
  public func trainingSet(from originals: ImageSet) throws -> ImageSet {
    try checkOriginals(originals)
    return try originals.replacing(at: indices, with: marked.indices.map { marked[$0] })
  }

  /// The place of a marked image inside a folder.
  static func file(of index: Int, className: String, in folder: URL) -> URL {
    folder.appendingPathComponent(markedFolder)
      .appendingPathComponent(className)
      .appendingPathComponent("\(index).png")
  }

  /// Whether a class name can be a folder's name that stays where it is put.
  static func isFolderName(_ name: String) -> Bool {
    !name.isEmpty && !name.hasPrefix(".") && name.utf8.count <= 255
      && !name.utf8.contains { $0 == UInt8(ascii: "/") || $0 == 0 }
  }
}

/// The settings in the manifest of an `EmbeddedFolder`.
struct EmbeddingRecord: Codable {
  var rate: Double
  var strength: Double
  var width: Int
  var height: Int
  var classNames: [String]
  var originalCount: Int
  var indices: [Int]
  var labels: [Int]
  var style: String
  var styleVector: [Float]
  /// The digest of the marked set's contents; in the settings because manifests list inputs only.
  var markedDigest: Digest
  /// The other styles, and which picture has which; both missing where there is one style.
  var furtherStyles: [FurtherStyle]?
  var styleIndices: [Int]?

  struct FurtherStyle: Codable {
    var name: String
    var vector: [Float]
    var digest: Digest

    enum CodingKeys: String, CodingKey {
      case name, vector
      case digest = "sha256"
    }
  }

  static let seed = "marked_images"
  static let originals = "images"
  static let style = "style"
  static let network = "style_network"

  enum CodingKeys: String, CodingKey {
    case rate, strength, width, height, indices, labels, style
    case classNames = "class_names"
    case originalCount = "image_count"
    case styleVector = "style_vector"
    case markedDigest = "marked_sha256"
    case furtherStyles = "further_styles"
    case styleIndices = "style_indices"
  }
}
