/// The pictures of one training or evaluation step.
public struct Batch: Sendable, Equatable {
  /// The pictures; `[count, 3, height, width]` bytes in 0...255.
  public let pixels: [UInt8]
  /// Where each picture stands in the data set.
  public let indices: [Int]
  /// The class of each picture; empty for unlabelled pictures.
  public let labels: [Int]

  /// The number of pictures.
  public var count: Int { indices.count }
}

/// One pass over a data set, batch by batch.
///
/// The order is a pure function of (seed, epoch), each augmentation of (seed, epoch, position in
/// the data set): a run killed in epoch *e* resumes there with the very same bytes. Each access
/// assembles its batch anew; keep it rather than asking twice.
public struct Batches: RandomAccessCollection, Sendable {
  private let collection: any PictureCollection
  private let labels: [Int]
  private let order: [Int]
  private let size: Int
  private let augmentation: CropAndFlip?
  private let strongAugmentation: StrongAugmentation?
  private let epoch: Int
  private let seed: UInt64

  /// The positions of the data set in the order of this pass.
  public var imageOrder: [Int] { order }

  /// Creates a shuffled pass for training.
  ///
  /// - Parameters:
  ///   - collection: An `ImageSet`, or `UnlabelledImages`, whose batches have no labels.
  ///   - size: Pictures in a batch; the last batch may have fewer. At least 1.
  ///   - epoch: The number of the pass.
  ///   - seed: The seed of the training run.
  ///   - augmentation: `nil` neither crops nor flips.
  ///   - strongAugmentation: Changes of colour and holes, after cropping; `nil` for none.
  /// - Throws: `DatasetError` if `size` is not positive.
  public init(
    shuffling collection: some PictureCollection,
    size: Int,
    epoch: Int,
    seed: UInt64,
    augmentation: CropAndFlip? = .standard,
    strongAugmentation: StrongAugmentation? = nil
  ) throws {
    var random = KeyedRandom("epoch order", seed, UInt64(bitPattern: Int64(epoch)))
    try self.init(
      collection,
      order: random.permutation(of: collection.count),
      size: size,
      epoch: epoch,
      seed: seed,
      augmentation: augmentation,
      strongAugmentation: strongAugmentation
    )
  }

  /// Creates a pass in the data set's own order, without augmentation, for evaluation.
  ///
  /// - Throws: `DatasetError` if `size` is not positive.
  public init(inOrder collection: some PictureCollection, size: Int) throws {
    try self.init(
      collection,
      order: Array(collection.indices),
      size: size,
      epoch: 0,
      seed: 0,
      augmentation: nil,
      strongAugmentation: nil
    )
  }

  private init(
    _ collection: some PictureCollection,
    order: [Int],
    size: Int,
    epoch: Int,
    seed: UInt64,
    augmentation: CropAndFlip?,
    strongAugmentation: StrongAugmentation?
  ) throws {
    guard size >= 1 else {
      throw DatasetError.invalidSetting(name: "batch size", value: "\(size)", allowed: "1 or more")
    }
    self.collection = collection
    self.labels = (collection as? ImageSet)?.labels ?? []
    self.order = order
    self.size = size
    self.augmentation = augmentation
    self.strongAugmentation = strongAugmentation
    self.epoch = epoch
    self.seed = seed
  }

  /// The first batch's number.
  public var startIndex: Int { 0 }
  /// The number of batches.
  public var endIndex: Int { order.count / size + (order.count.isMultiple(of: size) ? 0 : 1) }

  /// Assembles a batch; `position` is in `0..<count`.
  public subscript(position: Int) -> Batch {
    let first = position * size
    let indices = Array(order[first..<first + Swift.min(size, order.count - first)])
    return Batch(
      pixels: assemble(indices, of: collection),
      indices: indices,
      labels: labels.isEmpty ? [] : indices.map { labels[$0] }
    )
  }

  private func assemble(_ indices: [Int], of collection: some PictureCollection) -> [UInt8] {
    let bytes = indices.count * collection.bytesPerImage
    return [UInt8](unsafeUninitializedCapacity: bytes) { target, initialised in
      let exact = UnsafeMutableBufferPointer(rebasing: target[..<bytes])
      if let augmentation {
        augmentation.augmentChecked(indices, of: collection, epoch: epoch, seed: seed, into: exact)
      } else {
        collection.copyChecked(indices, into: exact)
      }
      strongAugmentation?.changeChecked(
        indices,
        of: collection,
        epoch: epoch,
        seed: seed,
        in: exact
      )
      initialised = bytes
    }
  }
}
