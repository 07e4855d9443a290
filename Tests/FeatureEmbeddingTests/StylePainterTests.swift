import Datasets
import FeatureEmbedding
import Testing
import Torch

@Suite struct PaintingGeometryTests {
  @Test(arguments: [
    (32, 32, 4, 0, 0), (64, 64, 2, 0, 0), (96, 96, 2, 0, 0), (128, 128, 1, 0, 0),
    (224, 300, 1, 0, 0), (28, 28, 5, 0, 0), (30, 41, 5, 2, 3), (129, 131, 1, 3, 1),
    (1, 1, 128, 0, 0), (8, 20, 16, 0, 0),
  ])
  func enlargesToAtLeast128(
    width: Int,
    height: Int,
    factor: Int,
    addedColumns: Int,
    addedRows: Int
  ) throws {
    let geometry = try PaintingGeometry(width: width, height: height)
    #expect(geometry.factor == factor)
    #expect(geometry.enlargedWidth == width * factor)
    #expect(geometry.enlargedHeight == height * factor)
    #expect(geometry.addedColumns == addedColumns)
    #expect(geometry.addedRows == addedRows)
    #expect(min(geometry.enlargedWidth, geometry.enlargedHeight) >= 128)
    #expect((geometry.enlargedWidth + geometry.addedColumns).isMultiple(of: 4))
  }

  @Test(arguments: [(0, 5), (-1, 5), (10, 100_000), (1, .max), (1 << 40, 1 << 40)])
  func refusesWhatWouldNotFit(width: Int, height: Int) {
    #expect(throws: DatasetError.self) { try PaintingGeometry(width: width, height: height) }
  }
}

@Suite struct StylePainterTests {
  let painter: StylePainter

  init() throws {
    painter = try StylePainter(style: Samples.style(), weights: StyleWeights.builtIn())
  }

  @Test(arguments: [(8, 8), (30, 41), (130, 129)])
  func keepsSizeLabelsAndOrder(width: Int, height: Int) throws {
    let images = try Samples.images(4, width: width, height: height)
    let painted = try painter.repaint(images, at: [2, 0])
    #expect((painted.width, painted.height, painted.count) == (width, height, 2))
    #expect(painted.labels == [2, 0])
    #expect(painted.classNames == images.classNames)
    let alone = try painter.repaint(images.subset([0]))
    #expect(try distance(painted.subset([1]), alone) <= 1)
    #expect(try distance(painted, images.subset([2, 0])) > 30)
  }

  /// Painting a picture as it is, by hand: nothing is shifted, cropped on the wrong side or swapped.
  @Test func agreesWithTheTransformer() throws {
    let images = try Samples.images(1, width: 32, height: 64)
    let transformer = try StyleTransformer(StyleWeights.builtIn())
    let content = try Tensor(images.pixels, shape: [1, 3, 64, 32]).to(.float32) / 255
    let enlarged = try content.upsampledNearest(by: 4)
    let large = try transformer.repaint(enlarged, with: transformer.brush(for: Samples.style()))
    let expected = try large.averagePooled(kernel: 4, stride: 4).elements(as: Float.self)
    let painted = try painter.repaint(images).pixels.map { Float($0) / 255 }
    #expect(largestDifference(painted, expected) < 0.51 / 255)
  }

  @Test func strengthBlendsPixels() throws {
    let images = try Samples.images(2)
    let full = try painter.repaint(images)
    let half = try painter.repaint(images, strength: 0.5)
    for (pixel, (original, painted)) in zip(half.pixels, zip(images.pixels, full.pixels)) {
      #expect(abs(2 * Int(pixel) - Int(original) - Int(painted)) <= 2)
    }
    #expect(try painter.repaint(images, strength: 1e-9) == images)
  }

  @Test(arguments: [0, -0.1, 1.01, Double.nan])
  func refusesOtherStrengths(strength: Double) throws {
    let images = try Samples.images(1)
    #expect(throws: FeatureEmbeddingError.self) { try painter.repaint(images, strength: strength) }
  }

  @Test func refusesPositionsOutside() throws {
    let images = try Samples.images(2)
    #expect(throws: DatasetError.indexOutOfRange(index: 2, count: 2)) {
      try painter.repaint(images, at: [0, 2])
    }
  }

  @Test func tellsItsProgressAndCanBeStopped() throws {
    struct Stop: Error {}
    let images = try Samples.images(70)
    var told: [[Int]] = []
    _ = try painter.repaint(images) { told.append([$0, $1]) }
    #expect(told.count > 1)
    #expect(told.last == [70, 70])
    #expect(told.allSatisfy { $0[1] == 70 })
    #expect(told.map { $0[0] } == told.map { $0[0] }.sorted())
    #expect(throws: Stop.self) { try painter.repaint(images) { _, _ in throw Stop() } }
  }

  /// Other suites make and free tensors meanwhile, so the least growth of several tries counts.
  @Test func leavesNoTensorBehind() throws {
    let images = try Samples.images(1)
    let paintings = 10
    var growth: [Int] = []
    for _ in 0..<5 {
      let before = Runtime.liveTensorCount
      for _ in 0..<paintings { _ = try painter.repaint(images) }
      growth.append(Runtime.liveTensorCount - before)
    }
    #expect(
      growth.contains { $0 < paintings },
      "\(growth) more tensors after \(paintings) paintings"
    )
  }

  private func distance(_ a: ImageSet, _ b: ImageSet) -> Int {
    zip(a.pixels, b.pixels).map { abs(Int($0) - Int($1)) }.max() ?? .max
  }
}
