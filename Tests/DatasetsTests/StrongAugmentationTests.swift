import Datasets
import Foundation
import Testing

@Suite("Colour changes and holes")
struct StrongAugmentationTests {
  /// What the augmentation promises, in doubles and one value at a time.
  private func reference(_ image: Image, _ choice: StrongAugmentation.Choice) -> [Double] {
    let area = image.width * image.height
    func limited(_ value: Double) -> Double { min(max(value, 0), 255) }
    func grey(_ colour: [Double]) -> Double {
      0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]
    }
    let bright = (0..<area).map { pixel in
      (0..<3).map { limited(Double(image.pixels[$0 * area + pixel]) * choice.brightness) }
    }
    let mean = bright.map(grey).reduce(0, +) / Double(area)
    let colours = bright.map { colour in
      let contrasted = colour.map { limited(mean + ($0 - mean) * choice.contrast) }
      let middle = grey(contrasted)
      return contrasted.map { limited(middle + ($0 - middle) * choice.saturation) }
    }
    return (0..<3 * area).map { place in
      let (row, column) = (place % area / image.width, place % image.width)
      let isHole = choice.holeRows.contains(row) && choice.holeColumns.contains(column)
      return isHole ? 128 : colours[place % area][place / area]
    }
  }

  private func batch(_ set: ImageSet, _ strong: StrongAugmentation, epoch: Int) throws -> Batch {
    try Batches(
      shuffling: set,
      size: set.count,
      epoch: epoch,
      seed: 7,
      augmentation: nil,
      strongAugmentation: strong
    )[0]
  }

  @Test("Batches equal a value-by-value reference", arguments: [(32, 32), (7, 5), (1, 1)])
  func reference(width: Int, height: Int) throws {
    let images = try (0..<20).map { try Samples.picture(width: width, height: height, salt: $0) }
    let set = try ImageSet(images, labels: images.map { _ in 0 }, classNames: ["a"])
    let batch = try batch(set, .standard, epoch: 3)
    for (slot, index) in batch.indices.enumerated() {
      let choice = StrongAugmentation.standard.choice(
        forImage: index,
        epoch: 3,
        seed: 7,
        width: width,
        height: height
      )
      let found = batch.pixels[slot * set.bytesPerImage..<(slot + 1) * set.bytesPerImage]
      for (value, expected) in zip(found, reference(set[index], choice)) {
        // Half a step of rounding, and what floats lose.
        #expect(abs(Double(value) - expected) < 0.51)
      }
    }
  }

  @Test("Without strength nothing changes")
  func nothing() throws {
    let set = try Samples.set(count: 10)
    let none = try StrongAugmentation(brightness: 0, contrast: 0, saturation: 0, hole: 0)
    let batch = try batch(set, none, epoch: 0)
    let original = try set.pixels(at: batch.indices)
    // Contrast and saturation compute mean + (x - mean): a float's last bit, not a byte.
    #expect(batch.pixels == original)
  }

  @Test("Holes have the side that was asked for, anywhere on the picture")
  func holes() {
    let choices = (0..<4000).map {
      StrongAugmentation.standard.choice(forImage: $0, epoch: 0, seed: 1, width: 32, height: 32)
    }
    // A middle in 8...24 leaves 16 rows whole: 17 of 32 pictures, 2125 with deviation 32.
    #expect(abs(choices.count { $0.holeRows.count == 16 } - 2125) < 160)
    #expect(choices.map(\.holeRows.count).min() == 8)
    #expect(choices.allSatisfy { (0...32).contains($0.holeColumns.upperBound) })
    #expect(choices.allSatisfy { (0.6...1.4).contains($0.brightness) })
    let mean = choices.map(\.saturation).reduce(0, +) / 4000
    // Uniform with deviation 0.23, so 0.0037 for the mean.
    #expect(abs(mean - 1) < 0.02)
  }

  @Test("A picture's changes depend on epoch, seed and place, not on its batch")
  func keys() throws {
    let set = try Samples.set(count: 6)
    #expect(try batch(set, .standard, epoch: 1) == batch(set, .standard, epoch: 1))
    #expect(try batch(set, .standard, epoch: 1).pixels != batch(set, .standard, epoch: 2).pixels)
    let single = try Batches(
      shuffling: set,
      size: 1,
      epoch: 1,
      seed: 7,
      augmentation: nil,
      strongAugmentation: .standard
    )
    #expect(try single.flatMap(\.pixels) == batch(set, .standard, epoch: 1).pixels)
  }

  @Test("Crops come first, then colours and holes")
  func afterCrops() throws {
    let set = try Samples.set(count: 4)
    let cropped = try Batches(shuffling: set, size: 4, epoch: 0, seed: 7)[0]
    let hole = try StrongAugmentation(brightness: 0, contrast: 0, saturation: 0)
    let both = try Batches(
      shuffling: set,
      size: 4,
      epoch: 0,
      seed: 7,
      strongAugmentation: hole
    )[0]
    #expect(both.indices == cropped.indices)
    let changed = zip(both.pixels, cropped.pixels).filter { $0 != $1 }
    #expect(!changed.isEmpty)
    #expect(changed.allSatisfy { new, _ in new == 128 })
  }

  @Test("Strengths outside 0...1 are refused, in JSON too", arguments: [-0.1, 1.1, .nan])
  func refused(value: Double) throws {
    #expect(throws: DatasetError.self) { try StrongAugmentation(hole: value) }
    #expect(throws: DatasetError.self) { try StrongAugmentation(brightness: value) }
    let json = #"{"brightness": 0.4, "contrast": 0.4, "saturation": 2, "hole": 0.5}"#
    #expect(throws: DatasetError.self) {
      try JSONDecoder().decode(StrongAugmentation.self, from: Data(json.utf8))
    }
  }
}
