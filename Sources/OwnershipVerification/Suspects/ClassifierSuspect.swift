public import Datasets
public import Networks
import Torch

/// A suspect whose network is at hand.
public struct ClassifierSuspect: Suspect {
  /// The network.
  public let classifier: Classifier
  /// The number format of its convolutions.
  ///
  /// `auto` computes in bfloat16 where the processor has it. That moves logits by some thousandths, the
  /// same way for secret styles and decoys, so the test's p-value stays exact.
  public let precision: Precision
  /// What it is computed with: answers of another arithmetic are not the same to the last digit.
  public var arithmetic: String {
    "\(precision.computeType(on: classifier.device)) \(classifier.device)"
  }
  /// How many pictures go through at once, on each thread.
  private let batchSize = 128

  /// Takes a network.
  public init(_ classifier: Classifier, precision: Precision = .auto) {
    self.classifier = classifier
    self.precision = precision
  }

  /// Returns the logits of all classes.
  ///
  /// - Throws: `VerificationError.picturesDoNotFit` if the pictures have another size.
  /// - Complexity: One forward pass, batches on separate threads.
  public func answers(to pictures: UnlabelledImages) throws -> Answers {
    let size = Classifier.PictureSize(height: pictures.height, width: pictures.width)
    guard size == classifier.pictureSize else {
      throw VerificationError.picturesDoNotFit(
        pictures: "\(size)",
        model: "\(classifier.pictureSize)"
      )
    }
    var logits: [Float] = []
    logits.reserveCapacity(pictures.count * classifier.classNames.count)
    try Readers(value: self, threads: classifier.readerCount)
      .forEach(Batches(inOrder: pictures, size: batchSize)) { suspect, batch in
        try suspect.logits(of: batch)
      } collect: {
        logits += $0
      }
    return .logProbabilities(logits, classCount: classifier.classNames.count)
  }

  private func logits(of batch: Batch) throws -> [Float] {
    try withoutGradients { () throws in
      let images = try classifier.images(fromPixels: batch.pixels, count: batch.count)
      return try withAutocast(
        to: precision.computeType(on: classifier.device),
        on: classifier.device
      ) {
        try classifier.logits(images).to(.float32).to(.cpu).elements()
      }
    }
  }
}

@available(*, unavailable)
extension ClassifierSuspect: Sendable {}
