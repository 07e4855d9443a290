public import Artifacts
public import Datasets
import Foundation

/// A model's scores on clean pictures and on all decoys.
public struct ModelScores: Sendable, Hashable, Codable {
  /// What is known from clean pictures.
  public let clean: CleanScores
  /// Scores on each decoy's pictures.
  public let decoys: StyleScores
}

extension DecoyCache {
  /// Where scores are kept in the cache's folder.
  package static let scoresFolder = "scores"

  /// Asks a model about clean pictures and about those of all decoys, or reads what it said before.
  ///
  /// Scores are kept in the cache's folder, by the digests of model, clean pictures and decoys, and the
  /// given name of the settings.
  ///
  /// - Parameters:
  ///   - suspect: The model.
  ///   - model: SHA-256 of the model's file; nil if its answers are not to be kept, as those of a service,
  ///     which may change.
  ///   - settings: Names what else changes answers, such as the precision.
  ///   - clean: Pictures without any style, with true labels.
  ///   - keeping: Whether scores that were not there are written.
  ///   - onProgress: Called with the number of decoys done; what it throws ends the work.
  /// - Returns: Its scores, in the decoys' order.
  /// - Throws: `VerificationError.picturesDoNotFit` if the clean pictures are not of the decoys' classes
  ///   and size, `.badAnswers`; what the suspect throws.
  /// - Complexity: N · m answers, if they are not kept already.
  public func scores(
    of suspect: some Suspect,
    model: Digest?,
    settings: String = "",
    clean: ImageSet,
    keeping: Bool = true,
    onProgress: (Int) throws -> Void = { _ in }
  ) throws -> ModelScores {
    try check(clean)
    let key = model.map { KeptScores.Key(model: $0, settings, clean: clean.digest, decoys: digest) }
    let place = key.map { folder.appendingPathComponent("\(Self.scoresFolder)/\($0.fileName)") }
    if let key, let place, let kept = KeptScores.read(from: place, key, count: styleCount) {
      try onProgress(styleCount)
      return kept
    }
    let cleanScores = try CleanScores(of: suspect, on: clean)
    let scores = ModelScores(
      clean: cleanScores,
      decoys: try StyleScores(of: suspect, on: self, clean: cleanScores, onProgress: onProgress)
    )
    if keeping, let key, let place {
      try FileManager.default.createDirectory(
        at: place.deletingLastPathComponent(),
        withIntermediateDirectories: true
      )
      let kept = KeptScores(key: key, scores: scores)
      try AtomicFile.write(JSONValue(encoding: kept).prettyBytes, to: place)
    }
    return scores
  }

  func check(_ clean: ImageSet) throws {
    let own = try pictures(inStyle: 0)
    guard (clean.width, clean.height) == (own.width, own.height), clean.classNames == classNames
    else {
      throw VerificationError.picturesDoNotFit(
        pictures:
          "\(clean.height)x\(clean.width), classes \(clean.classNames.joined(separator: ", "))",
        model:
          "\(own.height)x\(own.width), classes \(classNames.joined(separator: ", ")), as the decoys"
      )
    }
  }
}

/// Scores on disk, with all that they depend on.
private struct KeptScores: Codable {
  struct Key: Codable, Equatable {
    let model: Digest
    let settings: String
    let clean: Digest
    let decoys: Digest
    let marginLimit: Double

    init(model: Digest, _ settings: String, clean: Digest, decoys: Digest) {
      self.model = model
      self.settings = settings
      self.clean = clean
      self.decoys = decoys
      marginLimit = StyleMeasure.marginLimit
    }

    enum CodingKeys: String, CodingKey {
      case model, settings, clean, decoys
      case marginLimit = "margin_limit"
    }

    var fileName: String {
      let fields = ["\(model)", settings, "\(clean)", "\(decoys)", "\(marginLimit)"]
      return "\(Digest(of: KeyDerivation.framed(fields))).json"
    }
  }

  let key: Key
  let scores: ModelScores

  /// Nil if there are none that fit: they are then computed anew.
  static func read(from file: URL, _ key: Key, count: Int) -> ModelScores? {
    guard let bytes = try? RegularFile(at: file).contents(limit: 256 << 20),
      let kept = try? JSONValue(parsing: bytes).decode(as: KeptScores.self),
      kept.key == key, kept.scores.decoys.count == count,
      kept.scores.decoys.margins.map({ $0.count == count }) ?? true
    else { return nil }
    let limit = StyleMeasure.marginLimit
    let shares = [kept.scores.clean.accuracy] + kept.scores.decoys.accuracies
    guard shares.allSatisfy({ (0...1).contains($0) }),
      kept.scores.decoys.margins?.allSatisfy({ (-limit...limit).contains($0) }) ?? true
    else { return nil }
    return kept.scores
  }
}
