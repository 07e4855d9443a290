import Artifacts
import Networks

/// What a model's file says of its owner's pictures, before some of them were marked.
///
/// A thief's own pictures are those that the owner does not use; which these are, marked ones no longer tell.
enum PlainPictures {
  static let name = "plain_pictures_sha256"
}

extension Manifest {
  /// Takes over what a model's file says, for a model that keeps its weights.
  mutating func take(plainPicturesOf model: Classifier) {
    settings[PlainPictures.name] = model.originEntry("settings", PlainPictures.name)
  }
}

extension Classifier {
  /// Refuses the pictures that somebody says are the owner's if the model's file says otherwise.
  ///
  /// - Parameter digest: Of the pictures; nil checks nothing.
  /// - Throws: `StageError.badSetting`.
  func checkOwnersPictures(_ digest: Digest?) throws {
    guard let digest else { return }
    try StageError.checkPictures(
      "the owner's pictures, which the thief's own must not be among",
      digest,
      known: try? originEntry("settings", PlainPictures.name)?.decode(as: String.self),
      advice: "Give the --dataset, --train-count and --data-seed that the victim was trained with."
    )
  }
}

extension StageError {
  /// Refuses pictures that are not those that a model's file names, if it names any.
  static func checkPictures(
    _ what: String,
    _ digest: Digest,
    known: String?,
    advice: String
  ) throws {
    guard let known, known != "\(digest)" else { return }
    throw StageError.badSetting(
      name: "the SHA-256 of \(what)",
      value: "\(digest)",
      expected: "\(known.printable(limit: 64)), as the model's file says\n  \(advice)"
    )
  }
}
