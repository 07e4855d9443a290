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
    let threads = classifier.device == .cpu ? Runtime.threadCount : 1
    let batches = try Batches(inOrder: pictures, size: batchSize)
    var logits: [Float] = []
    logits.reserveCapacity(pictures.count * classifier.classNames.count)
    for first in stride(from: 0, to: batches.count, by: threads) {
      let group = Array(batches[first..<min(first + threads, batches.count)])
      let readers = Readers(suspect: self)
      logits += try Runtime.onThreads(group.count) { try readers.suspect.logits(of: group[$0]) }
        .joined()
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

  /// Lets several threads read one network, which evaluation mode does not change.
  private struct Readers: @unchecked Sendable {
    let suspect: ClassifierSuspect
  }
}

@available(*, unavailable)
extension ClassifierSuspect: Sendable {}
