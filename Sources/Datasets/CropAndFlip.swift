/// The augmentation of the paper's CIFAR-10 training: pad, crop back at random, mirror by chance.
///
/// Padding is zero bytes (black) on the stored values, before any normalisation, as torchvision's
/// `RandomCrop(32, padding: 4)` does on pictures; then `RandomHorizontalFlip()` with probability one
/// half. The choice for a picture is a pure function of (seed, epoch, its position in the data set),
/// so neither the order of batches nor a restart changes it.
public struct CropAndFlip: Sendable, Equatable {
  /// The number of rows and columns added on each side, and so the largest shift.
  public let padding: Int

  /// What chance decides about one picture in one epoch.
  public struct Choice: Sendable, Equatable {
    /// Row of the padded picture where the crop begins, in `0...2 * padding`.
    public let top: Int
    /// Column of the padded picture where the crop begins, in `0...2 * padding`.
    public let left: Int
    /// Whether the crop is mirrored left to right.
    public let isFlipped: Bool
  }

  /// Creates the augmentation.
  ///
  /// - Throws: `DatasetError` if `padding` is outside 0...1024.
  public init(padding: Int = 4) throws {
    guard (0...1024).contains(padding) else {
      throw DatasetError.invalidSetting(name: "padding", value: "\(padding)", allowed: "0 to 1024")
    }
    self.padding = padding
  }

  /// Padding of 4, for pictures of 32 × 32.
  public static let standard = CropAndFlip(uncheckedPadding: 4)

  private init(uncheckedPadding padding: Int) {
    self.padding = padding
  }

  /// The choice for the picture at a position of the data set.
  public func choice(forImage index: Int, epoch: Int, seed: UInt64) -> Choice {
    var random = KeyedRandom(
      "crop and flip",
      seed,
      UInt64(bitPattern: Int64(epoch)),
      UInt64(bitPattern: Int64(index))
    )
    let extent = 2 * padding + 1
    return Choice(
      top: random.index(below: extent),
      left: random.index(below: extent),
      isFlipped: random.next() >> 63 == 1
    )
  }

  /// Writes augmented pictures one after the other.
  ///
  /// - Parameters:
  ///   - indices: Positions in the collection; they select the pictures and key the choices.
  ///   - collection: The data set.
  ///   - epoch: The number of the pass over the data.
  ///   - seed: The seed of the training run.
  ///   - target: At least `indices.count * collection.bytesPerImage` bytes.
  /// - Throws: `DatasetError` if `target` is too small or a position is outside `0..<count`.
  /// - Complexity: One copy of each row.
  public func augment(
    _ indices: some Collection<Int>,
    of collection: some PictureCollection,
    epoch: Int,
    seed: UInt64,
    into target: UnsafeMutableBufferPointer<UInt8>
  ) throws {
    let size = collection.bytesPerImage
    guard target.count / size >= indices.count else {
      throw DatasetError.inconsistent(
        what: "bytes for \(indices.count) pictures",
        found: target.count,
        expected: indices.count * size
      )
    }
    try collection.checkIndices(indices)
    augmentChecked(indices, of: collection, epoch: epoch, seed: seed, into: target)
  }

  /// The caller vouches for the positions and for the room in `target`.
  func augmentChecked(
    _ indices: some Collection<Int>,
    of collection: some PictureCollection,
    epoch: Int,
    seed: UInt64,
    into target: UnsafeMutableBufferPointer<UInt8>
  ) {
    let size = collection.bytesPerImage
    collection.pixels.withUnsafeBufferPointer { pixels in
      guard let source = pixels.baseAddress, var place = target.baseAddress else { return }
      for index in indices {
        let choice = choice(forImage: index, epoch: epoch, seed: seed)
        crop(source + index * size, collection.width, collection.height, choice, into: place)
        place += size
      }
    }
  }

  /// Writes the three planes of one picture, row by row.
  private func crop(
    _ source: UnsafePointer<UInt8>,
    _ width: Int,
    _ height: Int,
    _ choice: Choice,
    into target: UnsafeMutablePointer<UInt8>
  ) {
    let shift = choice.left - padding
    // The columns of the crop that lie on the picture; the others are padding.
    let first = min(max(0, -shift), width)
    let end = max(first, min(width, width - shift))
    for channel in 0..<3 {
      for row in 0..<height {
        let line = target + (channel * height + row) * width
        let sourceRow = row + choice.top - padding
        guard sourceRow >= 0, sourceRow < height, first < end else {
          line.update(repeating: 0, count: width)
          continue
        }
        line.update(repeating: 0, count: first)
        (line + end).update(repeating: 0, count: width - end)
        let pixels = source + (channel * height + sourceRow) * width
        (line + first).update(from: pixels + first + shift, count: end - first)
        if choice.isFlipped { mirror(line, width) }
      }
    }
  }

  private func mirror(_ line: UnsafeMutablePointer<UInt8>, _ width: Int) {
    for column in 0..<width / 2 {
      let last = width - 1 - column
      (line[column], line[last]) = (line[last], line[column])
    }
  }
}
