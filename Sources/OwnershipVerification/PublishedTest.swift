public import Artifacts
import Datasets
public import Foundation
public import Networks
import Torch

/// Runs the test that was published, and that accuses innocent models, on a suspect's file: see `Ruling`.
///
/// - Parameters:
///   - suspect: A safetensors file with Hallmark's metadata; not trusted.
///   - claim: What the owner registered.
///   - test: The test to run; the claim's own unless told otherwise.
///   - onProgress: Called after every batch with the number of images done.
/// - Returns: What the test says.
/// - Throws: `VerificationError` if the suspect cannot be compared; `NetworkError` or
///   `SafeTensorsError` if the file is no model, or a weight is not finite.
/// - Complexity: Gradient signs of the images held out, once for the suspect and once, the first time,
///   for the benign model.
public func runPublishedTest(
  on suspect: URL,
  against claim: Claim,
  test: HypothesisTest? = nil,
  onProgress: (Int) throws -> Void = { _ in }
) throws -> PublishedTestResult {
  let (model, digest) = try Classifier.read(contentsOf: suspect, device: claim.benign.device)
  return try runPublishedTest(
    on: model,
    named: suspect.relativePath,
    digest: digest,
    against: claim,
    test: test,
    onProgress: onProgress
  )
}

/// Runs the test that was published, and that accuses innocent models, on a suspect in memory: see `Ruling`.
///
/// - Parameters:
///   - suspect: The model.
///   - name: What it is called in the result and in errors.
///   - digest: SHA-256 of the file it was read from, if there is one.
///   - claim: What the owner registered.
///   - test: The test to run; the claim's own unless told otherwise.
///   - onProgress: Called after every batch with the number of images done.
/// - Returns: What the test says.
/// - Throws: `VerificationError` if the suspect cannot be compared.
public func runPublishedTest(
  on suspect: Classifier,
  named name: String,
  digest: Digest?,
  against claim: Claim,
  test: HypothesisTest? = nil,
  onProgress: (Int) throws -> Void = { _ in }
) throws -> PublishedTestResult {
  let test = test ?? claim.test
  try test.validate(imageCount: claim.heldOut.count)
  try check(suspect, named: name, against: claim.benign)
  let result = try test.run(
    suspect: claim.posteriors(of: suspect, onProgress: onProgress),
    benign: claim.posteriorsOfBenign()
  )
  return PublishedTestResult(of: result, test: test, suspect: name, digest: digest, claim: claim)
}

/// Refuses a suspect whose gradients cannot be compared with the benign model's.
private func check(_ suspect: Classifier, named name: String, against benign: Classifier) throws {
  let difference = LayerDifference.first(
    between: suspect.layerList.map { ($0.name, $0.shape) },
    and: benign.layerList.map { ($0.name, $0.shape) }
  )
  // Another number of classes shows in the layers too, but has another remedy.
  guard suspect.classNames.count == benign.classNames.count else {
    throw VerificationError.suspectDiffers(
      suspect: name,
      what: "number of classes",
      found: "\(suspect.classNames.count)",
      benign: "\(benign.classNames.count)"
    )
  }
  if let difference {
    throw VerificationError.layersDiffer(
      suspect: name,
      architecture: "\(suspect.architecture)",
      difference: difference
    )
  }
  guard suspect.classNames == benign.classNames else {
    throw VerificationError.suspectDiffers(
      suspect: name,
      what: "classes",
      found: suspect.classNames.joined(separator: ", "),
      benign: benign.classNames.joined(separator: ", ")
    )
  }
  guard suspect.pictureSize == benign.pictureSize else {
    throw VerificationError.suspectDiffers(
      suspect: name,
      what: "picture size",
      found: "\(suspect.pictureSize)",
      benign: "\(benign.pictureSize)"
    )
  }
}
