public import Artifacts
public import Foundation
public import Networks

/// What can be wrong with gradients, a claim or a suspect.
public enum VerificationError: Error, Sendable, CustomStringConvertible {
  /// A layer of a type whose gradients cannot be had for each sample.
  case unsupportedLayer(name: String, type: String)
  /// A layer whose output plays no part in the logits.
  case unusedLayer(name: String)
  /// A matrix was given more or fewer entries than its size says.
  case wrongEntryCount(found: Int, rows: Int, columns: Int)
  /// A row that a matrix does not have was asked for.
  case noSuchRow(Int, count: Int)
  /// A gradient is infinite or not a number.
  case gradientsNotFinite(images: [Int])
  /// Pictures and model do not fit.
  case picturesDoNotFit(pictures: String, model: String)

  /// A setting makes no sense.
  case badSetting(name: String, value: String, expected: String)
  /// Sign vectors have another length than those they meet.
  case featuresDiffer(found: Int, expected: Int)
  /// A meta-classifier's file is damaged or for other features.
  case badMetaClassifier(file: URL, reason: String)
  /// The loss of the meta-classifier became infinite or not a number.
  case metaClassifierDiverged(epoch: Int, loss: Double)

  /// A field of a claim's manifest makes no sense, or does not fit the claim's files.
  case badClaim(file: URL, field: String, reason: String)
  /// A file of a claim is not there.
  case missingPart(file: URL)
  /// A file of a claim is not the one that its manifest speaks of.
  case partDiffers(file: URL, found: Digest, expected: Digest)
  /// A claim cannot be written where something is.
  case claimExists(folder: URL)
  /// The victim and the benign model of a claim cannot be compared.
  case victimDiffers(victim: String, benign: String)
  /// The victim and the benign model were taken for each other, or are one model.
  case modelsConfused(reason: String)
  /// A suspect's layers are not the benign model's.
  case layersDiffer(suspect: String, architecture: String, difference: LayerDifference)
  /// A suspect's classes or pictures are not the benign model's.
  case suspectDiffers(suspect: String, what: String, found: String, benign: String)

  /// Weights of different structures cannot be correlated.
  case lineageDoesNotApply(victim: String, suspect: String, difference: String)
  /// A weight is infinite or not a number.
  case weightsNotFinite(model: String, layer: String)
  /// A model makes too few mistakes that others do not make to say who repeats them.
  case tooFewMistakes(model: String, count: Int, expected: Int, pictures: Int)
  /// A suspect's answers are not answers to the pictures.
  case badAnswers(found: String, expected: String)
  /// Pictures in one style are not those in another style.
  case stylesDiffer(what: String, found: String, expected: String)
  /// A cache of decoys is damaged or for something else.
  case badDecoys(file: URL, reason: String)

  /// The error in a sentence or two, with what to do.
  public var description: String {
    switch self {
    case .unsupportedLayer(let name, let type):
      "layer '\(name)' is a \(type), whose gradients cannot be had image by image"
    case .unusedLayer(let name):
      "layer '\(name)' plays no part in what the network answers, so it has no gradient"
    case .wrongEntryCount(let found, let rows, let columns):
      "\(found) signs do not fill \(rows) rows of \(columns)"
    case .noSuchRow(let row, let count):
      "there is no row \(row) in a matrix of \(count) rows"
    case .gradientsNotFinite(let images):
      """
      gradients are infinite or NaN for an image among those at \(images.first ?? 0) to \(images.last ?? 0)
        The model's weights are too large to compute with in float32; it cannot be examined.
      """
    case .picturesDoNotFit(let pictures, let model):
      """
      the pictures do not fit the model
        pictures: \(pictures)
        model: \(model)
      """
    case .badSetting(let name, let value, let expected):
      "\(name) is \(value), expected \(expected)"
    case .featuresDiffer(let found, let expected):
      "sign vectors have \(found) entries, expected \(expected)"
    case .badMetaClassifier(let file, let reason):
      "'\(file.path)' is not a usable meta-classifier: \(reason)"
    case .metaClassifierDiverged(let epoch, let loss):
      "the meta-classifier diverged in epoch \(epoch): the loss is \(loss); lower its learning rate"
    case .badClaim(let file, let field, let reason):
      "'\(file.path)' is not the manifest of a usable claim: \(field): \(reason)"
    case .missingPart(let file):
      """
      '\(file.path)' is missing
        A claim is whole or no claim: copy it again from where it was registered.
      """
    case .partDiffers(let file, let found, let expected):
      """
      '\(file.path)' is not what was registered
        SHA-256 is \(found), the manifest says \(expected)
        Copy the claim again from where it was registered.
      """
    case .claimExists(let folder):
      "'\(folder.path)' is there already; a claim is never overwritten, name another folder"
    case .victimDiffers(let victim, let benign):
      """
      cannot make a claim: the benign model is not built like the victim
        victim: \(victim)
        benign: \(benign)
        Train both with the same --architecture on pictures of one size and the same classes.
      """
    case .modelsConfused(let reason):
      "cannot make a claim: \(reason)\n  Check --victim, --benign and --marked."
    case .layersDiffer(let suspect, let architecture, let difference):
      """
      cannot verify '\(suspect.printable(limit: 400))': its layers differ from the benign model's
        \(difference.tensor.printable()): suspect \(Self.shape(difference.found)), \
      benign \(Self.shape(difference.expected))
        Train the victim and the benign model with --architecture \(architecture), make a claim of \
      them and try again.
      """
    case .suspectDiffers(let suspect, let what, let found, let benign):
      """
      cannot verify '\(suspect.printable(limit: 400))': it is not for the benign model's \(what)
        suspect: \(found.printable(limit: 400))
        benign: \(benign)
        The test compares models for the same classes and pictures only.
      """
    case .lineageDoesNotApply(let victim, let suspect, let difference):
      """
      the lineage test does not apply: the suspect's weights have other shapes than the victim's
        victim: \(victim)
        suspect: \(suspect)
        \(difference)
        It finds copies of the victim's weights only; use a test that needs the outputs alone.
      """
    case .weightsNotFinite(let model, let layer):
      "the \(model)'s layer '\(layer.printable())' holds infinities or NaN; it cannot be compared"
    case .tooFewMistakes(let model, let count, let expected, let pictures):
      """
      on \(pictures) clean pictures the \(model) makes \(count) mistakes that no other of victim and siblings makes, and \
      it takes \(expected)
        Examine with more clean pictures (examine --clean), if there are more test pictures.
      """
    case .badAnswers(let found, let expected):
      "the suspect's answer is \(found), expected \(expected)"
    case .stylesDiffer(let what, let found, let expected):
      "the pictures of \(what) do not fit: \(found), expected \(expected)"
    case .badDecoys(let file, let reason):
      """
      '\(file.path)' cannot serve as decoys: \(reason)
        Remove the folder and make the decoys again.
      """
    }
  }

  private static func shape(_ shape: [Int]?) -> String {
    shape.map { "\($0)" } ?? "none"
  }
}
