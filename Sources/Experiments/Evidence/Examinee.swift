import Artifacts
import Datasets
import Glibc
import ModelStealing
import Networks
import OwnershipVerification
import Stages
import Torch

/// A model that a measurement examines.
struct Examinee {
  /// What trials call it.
  let name: String
  /// How it was stolen, or what kind of innocent it is.
  let kind: String
  let model: FinishedModel
  /// How much its answers tell.
  var answerForm = AnswerForm.probabilities
  /// The seed of its own first weights, or of those that it was made from.
  let weightSeed: UInt64

  /// What is asked, and the name that its answers are kept under, beside the model's digest.
  func suspect(_ precision: Precision) -> (suspect: any Suspect, settings: String) {
    let classifier = model.classifier
    guard answerForm == .probabilities else {
      // Censored answers are kept under another name than full ones.
      let oracle = Oracle(classifier, form: answerForm)
      return (CensoredSuspect(oracle: oracle), "\(answerForm)")
    }
    return (ClassifierSuspect(classifier, precision: precision), precision.rawValue)
  }
}

/// A suspect whose answers tell less than its network knows.
struct CensoredSuspect: Suspect {
  let oracle: Oracle

  /// Returns the logarithms of the probabilities that are told.
  func answers(to pictures: UnlabelledImages) throws -> Answers {
    let logarithms = try Batches(inOrder: pictures, size: 256).flatMap { batch in
      let told: [Float] = try oracle.answers(toPixels: batch.pixels, count: batch.count)
        .to(.cpu).elements()
      return told.map { log($0) }
    }
    return .logProbabilities(logarithms, classCount: oracle.classNames.count)
  }
}
