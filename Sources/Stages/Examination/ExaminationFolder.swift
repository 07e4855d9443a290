import Artifacts
import Datasets
import Foundation
import Networks
import OwnershipVerification
import Torch

/// Where everything of an examination lies.
struct ExaminationFolder {
  let url: URL

  init(_ url: URL) { self.url = url }

  var drawFile: URL { url.appendingPathComponent(ExaminationDraw.fileName) }
  var painted: URL { url.appendingPathComponent("painted") }
  var clean: URL { url.appendingPathComponent("clean") }
  var decoys: URL { url.appendingPathComponent("decoys") }

  func secret(_ index: Int) -> URL { url.appendingPathComponent("secret/\(index + 1)") }
  func benign(_ index: Int) -> URL { url.appendingPathComponent("benign/\(index + 1)") }
  func sibling(_ index: Int) -> URL { url.appendingPathComponent("siblings/\(index + 1)") }

  /// Reads what was drawn, from a file that is not trusted.
  ///
  /// - Throws: `StageError.badExamination` that says what is wrong with it.
  func draw() throws -> ExaminationDraw {
    let bytes = try RegularFile(at: drawFile).contents(limit: 1 << 20)
    do {
      let draw: ExaminationDraw = try JSONValue(parsing: bytes).decode()
      try draw.plan.settings.validate()
      return draw
    } catch {
      let reason = (error as? DecodingError).map(\.sentence)
      throw StageError.badExamination(
        url,
        reason: "\(ExaminationDraw.fileName): \(reason ?? "\(error)")"
      )
    }
  }

  /// Writes pictures, or checks that those of a killed run are the same.
  func keep(_ set: ImageSet, in place: URL) throws {
    if AtomicFolder.isFree(place) {
      try FileManager.default.createDirectory(
        at: place.deletingLastPathComponent(),
        withIntermediateDirectories: true
      )
      return try ImageFolder.write(set, to: place)
    }
    let found = try pictures(in: place, classNames: set.classNames).digest
    guard found == set.digest else {
      throw StageError.badExamination(
        url,
        reason: "'\(place.lastPathComponent)' is of SHA-256 \(found), expected \(set.digest)"
      )
    }
  }

  /// Reads pictures that are sorted by class, which is the order in which folders are read.
  func pictures(in place: URL, classNames: [String]) throws -> ImageSet {
    try ImageFolder.load(
      place,
      classMap: ClassMap(classNames),
      limits: PictureLimits(setBytes: 1 << 32)
    )
  }

  /// SHA-256 of everything that is there, by its place.
  func digests(keyCount: Int, _ settings: ExaminationSettings) throws -> [String: Digest] {
    var digests = [
      "draw": try Digest(ofFileAt: drawFile),
      "painted": try Digest(ofFolderAt: painted),
      "clean": try Digest(ofFolderAt: clean),
      "decoys": try Digest(ofFileAt: decoys.appendingPathComponent(Manifest.fileName)),
    ]
    for file in try keptScores() {
      digests[Self.scoresPrefix + file.lastPathComponent] = try Digest(ofFileAt: file)
    }
    for index in 0..<keyCount {
      digests["secret/\(index + 1)"] = try Digest(ofFolderAt: secret(index))
    }
    for index in 0..<settings.benignCount {
      digests["benign/\(index + 1)"] = try Digest(
        ofFileAt: ModelFolder.modelFile(in: benign(index))
      )
    }
    for index in 0..<(settings.siblings?.count ?? 0) {
      digests["siblings/\(index + 1)"] = try Digest(
        ofFileAt: ModelFolder.modelFile(in: sibling(index))
      )
    }
    return digests
  }

  /// What the names of kept scores begin with in the manifest.
  static let scoresPrefix = "scores/"

  private func keptScores() throws -> [URL] {
    let folder = decoys.appendingPathComponent(DecoyCache.scoresFolder)
    guard FileManager.default.fileExists(atPath: folder.path) else { return [] }
    return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      .map { folder.appendingPathComponent($0) }
  }

  /// Asks the victim's siblings, one after the other, which class they name for each picture.
  func siblingLabels(of pictures: ImageSet, count: Int, device: Device) throws -> [[Int]] {
    try (0..<count).map { index in
      let file = ModelFolder.modelFile(in: sibling(index))
      let model = try Classifier(contentsOf: file, device: device)
      try model.checkClasses(of: pictures)
      return try ClassifierSuspect(model).labels(of: pictures)
    }
  }

  /// Puts the parts together, and asks the benign models what is not known of them yet.
  ///
  /// - Parameters:
  ///   - keyCount: K.
  ///   - benignCount: R.
  ///   - classNames: The classes of all pictures.
  ///   - device: Where benign models compute.
  ///   - keeping: Whether scores that are not there are written. They are missing where a finished
  ///     examination was made with another arithmetic, and what is finished stays as it is.
  ///   - onProgress: Called with the number of the model and of decoys done; may throw to stop.
  /// - Returns: All that suspects are examined with.
  /// - Throws: What reading and computing throw.
  func styleKey(
    keyCount: Int,
    benignCount: Int,
    classNames: [String],
    device: Device,
    keeping: Bool,
    onProgress: (_ model: Int, _ decoys: Int) throws -> Void
  ) throws -> StyleKeyExamination {
    var examination = try StyleKeyExamination(
      decoys: DecoyCache(contentsOf: decoys),
      secrets: StyledSets(
        (0..<keyCount).map { try pictures(in: secret($0), classNames: classNames) }
      ),
      clean: pictures(in: clean, classNames: classNames)
    )
    for index in 0..<benignCount {
      let file = ModelFolder.modelFile(in: benign(index))
      let (classifier, digest) = try Classifier.read(contentsOf: file, device: device)
      let model = ClassifierSuspect(classifier)
      try examination.addBenign(
        model,
        digest: digest,
        settings: model.arithmetic,
        keeping: keeping
      ) { try onProgress(index, $0) }
    }
    return examination
  }
}
