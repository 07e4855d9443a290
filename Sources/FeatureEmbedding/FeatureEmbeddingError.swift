/// What can be wrong with styles, pictures to paint and folders of marked images.
public enum FeatureEmbeddingError: Error, Sendable, Equatable {
  /// A tensor of the style network has another shape, type or name than the network's definition.
  case unsuitableWeights(source: String, tensor: String, found: String, expected: String)
  /// A style vector has the wrong length or a value that is no number.
  case unsuitableVector(style: String, reason: String)
  /// A batch of pictures has a shape that the network cannot repaint.
  case unpaintable(shape: [Int], reason: String)
  /// A setting is outside its range.
  case invalidSetting(name: String, value: String, allowed: String)
  /// The place of a new folder is taken.
  case occupied(folder: String)
  /// The folder holds the nonce of a commitment, which nothing can bring back.
  case holdsNonce(folder: String)
  /// The file system refused.
  case unwritable(path: String, reason: String)
  /// A field of the folder's manifest contradicts the rest of the folder or itself.
  case inconsistentManifest(folder: String, field: String, reason: String)
  /// A marked picture that the manifest lists is missing or is no picture that can be read.
  case unreadablePicture(file: String, reason: String)
  /// A marked picture has another size than the manifest says.
  case wrongPictureSize(file: String, found: String, expected: String)
  /// The marked pictures are no longer those that were written.
  case alteredPictures(folder: String, found: String, expected: String)
  /// The data set given as the original is another one than was marked.
  case differentSource(folder: String, what: String, found: String, expected: String)
  /// A nonce, or another field of a commitment, is not what was committed to.
  case commitmentNotOpened(found: String, expected: String)
  /// The value from outside could have been known when the commitment was made.
  case beaconTooEarly(beacon: String, commitment: String)
  /// The value from outside is not of the moment that it must be of.
  case wrongBeaconDate(found: String, expected: String)
  /// The owner's commitments are not numbered in the order of their dates.
  case wrongAttempt(what: String, found: String, expected: String)
  /// A file of a commitment or registration cannot be read as one.
  case unusableRecord(file: String, reason: String)
  /// Something about a commitment or registration is not what it must be.
  case registrationDiffers(what: String, found: String, expected: String)
}

extension FeatureEmbeddingError: CustomStringConvertible {
  /// The failure in words: the file, the values that disagree, and what to do next.
  public var description: String { paintingProblem ?? registrationProblem ?? folderProblem }

  private var paintingProblem: String? {
    switch self {
    case .unsuitableWeights(let source, let tensor, let found, let expected):
      """
      \(source) is no style network: tensor '\(tensor)' is \(found), expected \(expected)
        Leave the weights out to use the built-in network.
      """
    case .unsuitableVector(let style, let reason):
      "style '\(style)' has no usable vector: \(reason)\n  Make it from a picture again."
    case .unpaintable(let shape, let reason):
      """
      cannot paint pictures of shape \(shape): \(reason)
        Use [N, 3, H, W] with sides of 8 or more that are divisible by 4.
      """
    case .invalidSetting(let name, let value, let allowed):
      "\(name) is \(value), allowed is \(allowed)\n  Change it and try again."
    default: nil
    }
  }

  private var registrationProblem: String? {
    switch self {
    case .commitmentNotOpened(let found, let expected):
      """
      nonce and record do not open the commitment: their SHA-256 is \(found), committed was \(expected)
        Give the nonce and the record of this commitment, unchanged.
      """
    case .beaconTooEarly(let beacon, let commitment):
      """
      the beacon is of \(beacon), the commitment of \(commitment)
        Use a beacon value that was published after the commitment was made.
      """
    case .wrongBeaconDate(let found, let expected):
      """
      the beacon's date is \(found), expected \(expected)
        Give the value that the beacon's source published then, and the moment at which it did.
      """
    case .wrongAttempt(let what, let found, let expected):
      """
      the registration's \(what) is \(found), expected \(expected)
        All of an owner's commitments for one subject or for the same data count: number them 1, 2, … in the \
      order of their dates, and commit anew if the number is wrong.
      """
    case .unusableRecord(let file, let reason):
      "'\(file)' cannot be used: \(reason)\n  Give the file as it was written."
    case .registrationDiffers(let what, let found, let expected):
      """
      the registration's \(what) is \(found), expected \(expected)
        Give the record as it was registered.
      """
    default: nil
    }
  }

  private var folderProblem: String {
    switch self {
    case .occupied(let folder):
      "'\(folder)' is there already\n  Remove it or choose another place."
    case .holdsNonce(let folder):
      """
      '\(folder)' holds the nonce of a commitment, without which there is no key
        Keep it, and name another folder.
      """
    case .unwritable(let path, let reason):
      "cannot write '\(path)': \(reason)\n  Check the path, its permissions and the free space."
    case .inconsistentManifest(let folder, let field, let reason):
      "the manifest of '\(folder)' is wrong: \(field): \(reason)\n  Run embed again."
    case .unreadablePicture(let file, let reason):
      "marked picture '\(file)' cannot be used: \(reason)\n  Restore it or run embed again."
    case .wrongPictureSize(let file, let found, let expected):
      """
      marked picture '\(file)' has \(found) pixels, the manifest says \(expected)
        Restore it or run embed again.
      """
    case .alteredPictures(let folder, let found, let expected):
      """
      the marked pictures of '\(folder)' have SHA-256 \(found), the manifest says \(expected)
        They were changed after they were written; restore them or run embed again.
      """
    case .differentSource(let folder, let what, let found, let expected):
      """
      '\(folder)' was made from other images: \(what) is \(found), was \(expected)
        Give the data set that was marked, in the same order.
      """
    default: "unknown failure of feature embedding"
    }
  }
}
