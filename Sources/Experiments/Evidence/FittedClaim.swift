package import Datasets
package import Networks
package import OwnershipVerification
package import Statistics

/// A claim whose classifier the claimant fitted to the accused.
///
/// Class 1 are the gradient signs of the accused itself at marked pictures, class 0 those of a benign model. As in
/// an honest claim half of the pictures are held out, on which the published test runs. The classifier is
/// the linear one on compact signs: the published one would take minutes a try, and tells two networks apart no better.
/// Its decision values, +1 for the accused and −1 for the benign model, take the posteriors' place.
package enum FittedClaim {
  /// Runs the published test on the accused, by its own classifier.
  ///
  /// - Parameters:
  ///   - accused: The model that the classifier is trained on and then tests.
  ///   - benign: A model of the same layers.
  ///   - marked: The claimant's pictures, whatever they are, with true labels.
  ///   - test: The test.
  /// - Returns: All draws and what sums them up.
  /// - Throws: `VerificationError` if models or pictures do not fit.
  package static func result(
    accusing accused: Classifier,
    benign: Classifier,
    marked: ImageSet,
    test: HypothesisTest = .init()
  ) throws -> RepeatedTestResult {
    let half = marked.count / 2
    let parts = try marked.splits(
      into: [("held out", half), ("training", marked.count - half)],
      seed: test.seed,
      isStratified: true
    )
    let (heldOut, training) = (
      try marked.subset(parts[0].indices), try marked.subset(parts[1].indices)
    )
    let (own, others) = (try GradientSigns(of: accused), try GradientSigns(of: benign))
    let classifier = try LinearSignClassifier.train(
      victim: own.packedSigns(of: training),
      benign: others.packedSigns(of: training)
    )
    return try test.run(
      suspect: classifier.decisionValues(of: own.packedSigns(of: heldOut)),
      benign: classifier.decisionValues(of: others.packedSigns(of: heldOut))
    )
  }
}
