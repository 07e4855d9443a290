public import Artifacts
public import Datasets
public import Foundation

/// Pictures in the styles of many decoys, painted once and read by the examination of every suspect.
///
/// | file | what |
/// | --- | --- |
/// | `decoys.bin` | style after style, picture after picture, 3 · H · W bytes each |
/// | `digests.jsonl` | the SHA-256 of each style's pictures, in order |
/// | `manifest.json` | sizes, labels, what it was made from; written when all is there |
/// | `plan.json` | the same before it is finished |
/// | `scores/` | scores of models, by the SHA-256 of their files |
///
/// Pictures are mapped into memory, so several examinations share them; each style is checked against its
/// digest whenever it is read. Do not change the file while it is in use.
public struct DecoyCache: StyledPictures, Sendable {
  /// Where it is.
  public let folder: URL
  /// SHA-256 of `manifest.json`, and through it of everything else.
  public let digest: Digest
  /// N, the number of decoys.
  public let styleCount: Int
  /// The labels of the pictures, the same in every style.
  public let labels: [Int]
  /// The classes.
  public let classNames: [String]
  /// SHA-256 of the unpainted pictures.
  public let originals: Digest
  /// SHA-256 of what the decoys were drawn from, as their maker stated it.
  public let source: Digest

  private let record: DecoyRecord
  private let digests: [Digest]
  private let bytes: Data

  static let pictureFile = "decoys.bin"
  static let digestFile = "digests.jsonl"
  static let planFile = "plan.json"
  static let originalsInput = "originals"
  static let sourceInput = "source"
  static let digestsInput = "decoys"

  /// Opens a finished cache; what it says of itself is checked.
  ///
  /// - Throws: `ArtifactError` if it is not finished or its manifest is none;
  ///   `VerificationError.badDecoys` naming the file and what is wrong.
  public init(contentsOf folder: URL) throws {
    let manifest = try Manifest.read(from: folder, kind: .decoys)
    let file = folder.appendingPathComponent(Manifest.fileName)
    let digestFile = folder.appendingPathComponent(Self.digestFile)
    let record = try DecoyRecord(manifest, file: file)
    func input(_ name: String) throws -> Digest {
      guard let digest = manifest.inputs[name] else {
        throw VerificationError.badDecoys(file: file, reason: "inputs.\(name) is missing")
      }
      return digest
    }
    let (found, expected) = (try Digest(ofFileAt: digestFile), try input(Self.digestsInput))
    guard found == expected else {
      throw VerificationError.badDecoys(
        file: digestFile,
        reason: "it is of SHA-256 \(found), the manifest says \(expected)"
      )
    }
    digests = try JSONLines.read(Digest.self, from: digestFile)
    guard digests.count == record.styleCount else {
      throw VerificationError.badDecoys(
        file: digestFile,
        reason: "it has \(digests.count) lines for \(record.styleCount) decoys"
      )
    }
    bytes = try record.map(folder.appendingPathComponent(Self.pictureFile))
    self.folder = folder
    self.record = record
    digest = try Digest(ofFileAt: file)
    styleCount = record.styleCount
    labels = record.labels
    classNames = record.classNames
    originals = try input(Self.originalsInput)
    source = try input(Self.sourceInput)
  }

  /// Returns the pictures in the style of a decoy.
  ///
  /// - Throws: `VerificationError.badSetting` for a decoy that there is not, `.badDecoys` if its pictures
  ///   were changed.
  public func pictures(inStyle index: Int) throws -> ImageSet {
    try checkStyle(index)
    let size = record.bytesPerStyle
    let start = bytes.startIndex + index * size
    let pixels = [UInt8](bytes[start..<start + size])
    guard Digest(of: pixels) == digests[index] else {
      throw VerificationError.badDecoys(
        file: folder.appendingPathComponent(Self.pictureFile),
        reason: "the pictures of decoy \(index) were changed"
      )
    }
    return try ImageSet(
      width: record.width,
      height: record.height,
      pixels: pixels,
      labels: labels,
      classNames: classNames
    )
  }
}

extension Manifest.Kind {
  /// Pictures in the styles of decoys.
  public static let decoys: Manifest.Kind = "decoys"
}

/// The settings in the manifest of a decoy cache.
struct DecoyRecord: Codable, Equatable {
  let styleCount: Int
  let width: Int
  let height: Int
  let labels: [Int]
  let classNames: [String]

  enum CodingKeys: String, CodingKey {
    case width, height, labels
    case styleCount = "decoys"
    case classNames = "class_names"
  }

  /// The most decoys and pictures of each.
  static let countLimit = 1_000_000
  /// The most bytes of all pictures, 64 GiB.
  static let byteLimit = 1 << 36

  init(of originals: ImageSet, styleCount: Int) {
    self.styleCount = styleCount
    width = originals.width
    height = originals.height
    labels = originals.labels
    classNames = originals.classNames
  }

  /// Reads the settings of a manifest that is not trusted.
  init(_ manifest: Manifest, file: URL) throws {
    do {
      self = try JSONValue.object(manifest.settings).decode()
    } catch let error as DecodingError {
      throw VerificationError.badDecoys(file: file, reason: "\(error.field): \(error.reason)")
    }
    guard byteCount != nil else {
      throw VerificationError.badDecoys(
        file: file,
        reason:
          "\(styleCount) decoys of \(labels.count) pictures of \(height)x\(width) make no cache"
      )
    }
  }

  /// Bytes of all pictures; nil if a number is not positive or they are too many.
  var byteCount: Int? {
    let limits = PictureLimits.standard
    guard (1...Self.countLimit).contains(styleCount), (1...Self.countLimit).contains(labels.count),
      width > 0, height > 0, width <= limits.pixels, height <= limits.pixels / width
    else { return nil }
    let (perStyle, first) = labels.count.multipliedReportingOverflow(by: 3 * width * height)
    let (all, second) = perStyle.multipliedReportingOverflow(by: styleCount)
    return !first && !second && all <= Self.byteLimit ? all : nil
  }

  /// Bytes of the pictures in one style; valid where `byteCount` is.
  var bytesPerStyle: Int { labels.count * 3 * width * height }

  /// Maps the file of pictures into memory.
  func map(_ file: URL) throws -> Data {
    let size = try RegularFile(at: file).size
    guard size == byteCount else {
      throw VerificationError.badDecoys(
        file: file,
        reason: "it has \(size) bytes, the manifest says \(byteCount ?? 0)"
      )
    }
    return try Data(contentsOf: file, options: .alwaysMapped)
  }
}
