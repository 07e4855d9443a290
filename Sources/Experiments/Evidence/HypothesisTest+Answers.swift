package import Datasets
package import ModelStealing
package import OwnershipVerification
package import Statistics
import Torch

extension HypothesisTest {
  /// Runs the published test without its meta-classifier.
  ///
  /// μ is the probability of the true class at marked pictures x′: the suspect's against the benign model's, with
  /// the same pairs, m, draws and median. Li et al. (AAAI 2022, Table 6, BadNets) compare the suspect with itself,
  /// at pictures with and without a trigger that changes the class. A style changes no class, it only hides
  /// pictures, so that a thief too does worse with it than without; what a thief has over others is how little.
  ///
  /// - Parameters:
  ///   - suspect: The suspect.
  ///   - benign: The benign model.
  ///   - marked: Marked pictures with true labels, which neither has seen.
  /// - Returns: All draws and what sums them up.
  /// - Throws: `NetworkError` if pictures do not fit; `VerificationError` if there are fewer than m.
  package func run(
    _ suspect: Oracle,
    against benign: Oracle,
    on marked: ImageSet
  ) throws -> RepeatedTestResult {
    try run(
      suspect: suspect.probabilitiesOfLabels(of: marked),
      benign: benign.probabilitiesOfLabels(of: marked)
    )
  }
}

extension Oracle {
  /// What the model says of each picture's true class; 0 where nothing is told.
  fileprivate func probabilitiesOfLabels(of images: ImageSet) throws -> [Double] {
    try check(images)
    let width = classNames.count
    return try Batches(inOrder: images, size: 256).flatMap { batch in
      let told: [Float] = try answers(toPixels: batch.pixels, count: batch.count).to(.cpu)
        .elements()
      return batch.labels.enumerated().map { Double(told[$0 * width + $1]) }
    }
  }
}
