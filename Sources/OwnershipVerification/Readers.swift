import Datasets
import Networks
import Torch

/// Lets several threads read one network.
///
/// Nothing is written while they do: evaluation mode changes no tensor of the network, no parameter
/// collects a gradient, and every thread has a tape of its own.
struct Readers<Value>: @unchecked Sendable {
  /// What is read: a network, or what holds one.
  let value: Value
  let threads: Int

  /// Computes something of every batch, some at once, and collects it in order.
  ///
  /// - Parameters:
  ///   - batches: In the order in which they are collected.
  ///   - compute: Is called on several threads at once.
  ///   - collect: Is called with the results in order, as soon as there are some.
  /// - Throws: What `compute` and `collect` throw.
  func forEach<Part: Sendable>(
    _ batches: Batches,
    compute: @escaping @Sendable (Value, Batch) throws -> Part,
    collect: (Part) throws -> Void
  ) throws {
    for first in stride(from: 0, to: batches.count, by: threads) {
      let group = Array(batches[first..<min(first + threads, batches.count)])
      let parts = try Runtime.onThreads(group.count) { try compute(value, group[$0]) }
      for part in parts { try collect(part) }
    }
  }
}

extension Classifier {
  /// How many batches go through at once.
  var readerCount: Int { device == .cpu ? Runtime.threadCount : 1 }

  /// Refuses pictures of another size or other classes.
  func checkPictures(_ images: ImageSet) throws {
    let size = PictureSize(height: images.height, width: images.width)
    guard size == pictureSize, images.classNames == classNames else {
      throw VerificationError.picturesDoNotFit(
        pictures: "\(size), classes \(images.classNames.joined(separator: ", "))",
        model: "\(pictureSize), classes \(classNames.joined(separator: ", "))"
      )
    }
  }
}
