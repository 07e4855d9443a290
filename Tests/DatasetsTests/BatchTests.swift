import Datasets
import Testing

@Suite("Batches and augmentation")
struct BatchTests {
  /// What the augmentation promises, pixel by pixel.
  private func reference(_ image: Image, _ choice: CropAndFlip.Choice, padding: Int) -> [UInt8] {
    var result: [UInt8] = []
    for channel in 0..<3 {
      for row in 0..<image.height {
        for column in 0..<image.width {
          let x = (choice.isFlipped ? image.width - 1 - column : column) + choice.left - padding
          let y = row + choice.top - padding
          let isInside = (0..<image.width).contains(x) && (0..<image.height).contains(y)
          result.append(
            isInside ? image.pixels[(channel * image.height + y) * image.width + x] : 0
          )
        }
      }
    }
    return result
  }

  private func augmented(
    _ set: ImageSet,
    _ indices: [Int],
    by augmentation: CropAndFlip,
    epoch: Int
  ) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 99, count: indices.count * set.bytesPerImage)
    try bytes.withUnsafeMutableBufferPointer {
      try augmentation.augment(indices, of: set, epoch: epoch, seed: 7, into: $0)
    }
    return bytes
  }

  @Test(
    "Row copies equal a pixel-by-pixel reference",
    arguments: [(32, 32, 4), (7, 5, 2), (3, 4, 9), (1, 1, 1), (8, 8, 0)]
  )
  func reference(width: Int, height: Int, padding: Int) throws {
    let images = try (0..<40).map {
      try Samples.picture(width: width, height: height, salt: $0)
    }
    let set = try ImageSet(images, labels: images.map { _ in 0 }, classNames: ["a"])
    let augmentation = try CropAndFlip(padding: padding)
    let expected = set.indices.flatMap {
      reference(
        set[$0],
        augmentation.choice(forImage: $0, epoch: 3, seed: 7),
        padding: padding
      )
    }
    #expect(try augmented(set, Array(set.indices), by: augmentation, epoch: 3) == expected)
  }

  @Test("Every shift and both directions occur about equally often")
  func choices() {
    let choices = (0..<8100).map { CropAndFlip.standard.choice(forImage: $0, epoch: 0, seed: 1) }
    for shift in 0...8 {
      // Mean 900, standard deviation 28; the bound is five of them.
      #expect(abs(choices.count { $0.top == shift } - 900) < 142)
      #expect(abs(choices.count { $0.left == shift } - 900) < 142)
    }
    #expect(abs(choices.count { $0.isFlipped } - 4050) < 226)
    #expect(choices.allSatisfy { (0...8).contains($0.top) && (0...8).contains($0.left) })
  }

  @Test("A picture's augmentation does not depend on its batch")
  func independentOfBatch() throws {
    let set = try Samples.set(count: 20)
    let alone = try augmented(set, [13], by: .standard, epoch: 2)
    let together = try augmented(set, [5, 13, 1], by: .standard, epoch: 2)
    #expect(Array(together[3072..<6144]) == alone)
    let epochs = try (0..<10).map { try augmented(set, [13], by: .standard, epoch: $0) }
    #expect(Set(epochs).count > 5)
  }

  @Test("A buffer that is too small, and positions outside, are refused")
  func refused() throws {
    let set = try Samples.set(count: 2, side: 4)
    var bytes = [UInt8](repeating: 0, count: 95)
    #expect(throws: DatasetError.self) {
      try bytes.withUnsafeMutableBufferPointer {
        try CropAndFlip.standard.augment([0, 1], of: set, epoch: 0, seed: 0, into: $0)
      }
    }
    #expect(throws: DatasetError.indexOutOfRange(index: 2, count: 2)) {
      try augmented(set, [2], by: .standard, epoch: 0)
    }
    #expect(throws: DatasetError.self) { try CropAndFlip(padding: -1) }
  }

  @Test("A pass shows every picture once, with its label", arguments: [1, 7, 8, 23, 24, 100])
  func everyPicture(size: Int) throws {
    let set = try Samples.set(count: 23, side: 4)
    let batches = try Batches(shuffling: set, size: size, epoch: 1, seed: 9, augmentation: nil)
    #expect(batches.count == (23 + size - 1) / size)
    #expect(batches.dropLast().allSatisfy { $0.count == size })
    #expect(batches.flatMap(\.indices).sorted() == Array(0..<23))
    #expect(batches.flatMap(\.indices) == batches.imageOrder)
    for batch in batches {
      #expect(batch.labels == batch.indices.map { set.labels[$0] })
      #expect(batch.pixels == (try set.pixels(at: batch.indices)))
    }
  }

  @Test("The order is a function of seed and epoch")
  func order() throws {
    let set = try Samples.set(count: 50, side: 2)
    func batches(epoch: Int, seed: UInt64) throws -> [Batch] {
      try Array(Batches(shuffling: set, size: 8, epoch: epoch, seed: seed))
    }
    #expect(try batches(epoch: 1, seed: 1) == batches(epoch: 1, seed: 1))
    #expect(try batches(epoch: 2, seed: 1) != batches(epoch: 1, seed: 1))
    #expect(try batches(epoch: 1, seed: 2) != batches(epoch: 1, seed: 1))
  }

  @Test("Augmented batches hold what the augmentation alone gives")
  func augmentedBatches() throws {
    let set = try Samples.set(count: 10)
    for batch in try Batches(shuffling: set, size: 4, epoch: 5, seed: 7) {
      #expect(batch.pixels == (try augmented(set, batch.indices, by: .standard, epoch: 5)))
    }
  }

  @Test("Evaluation goes in order; unlabelled pictures have no labels")
  func inOrder() throws {
    let set = try Samples.set(count: 5, side: 4)
    let batches = try Batches(inOrder: set.unlabelled, size: 2)
    #expect(batches.map(\.indices) == [[0, 1], [2, 3], [4]])
    #expect(batches.flatMap(\.pixels) == set.pixels)
    #expect(batches.allSatisfy { $0.labels.isEmpty })
    #expect(throws: DatasetError.self) { try Batches(inOrder: set, size: 0) }
    #expect(try Array(Batches(inOrder: set.subset([]), size: 2)).isEmpty)
  }
}
