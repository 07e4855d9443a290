import Datasets
import Networks
import OwnershipVerification
import Testing
import Torch

@Suite struct PackedSignsTests {
  /// Lengths around words, vectors and the words that are gone through at once.
  static let lengths = [1, 15, 16, 63, 64, 65, 127, 129, 1_000, 256 * 64 + 1, 20_011]

  @Test(arguments: lengths, [0.0, 0.02, 0.6, 1])
  func productsAreExact(_ length: Int, _ zeroShare: Double) throws {
    let a = try Signs.random(11, length, zeroShare: zeroShare, seed: 1)
    let b = try Signs.random(9, length, zeroShare: zeroShare, seed: 2)
    let found = try PackedSigns(a).innerProducts(with: PackedSigns(b))
    #expect(found == Signs.products(a, b))
    let packed = try PackedSigns(a)
    #expect(try packed.gramMatrix() == Signs.products(a, a))
    for row in 0..<11 {
      #expect(try packed.signs(inRow: row)[...] == a.entries[row * length..<(row + 1) * length])
    }
  }

  /// More rows than one thread takes at once.
  @Test func gramMatrixOfManyRows() throws {
    let signs = try Signs.random(150, 70, zeroShare: 0.1, seed: 3)
    #expect(try PackedSigns(signs).gramMatrix() == Signs.products(signs, signs))
  }

  @Test func rowsAreSelectedAndAppended() throws {
    let signs = try Signs.random(5, 77, zeroShare: 0.1, seed: 4)
    let packed = try PackedSigns(signs)
    let order = [4, 0, 0, 2]
    let chosen = try packed.selecting(order)
    #expect(chosen == (try PackedSigns(signs.selecting(order))))
    let joined = try packed.appending(chosen)
    #expect(joined == (try PackedSigns(signs.appending(signs.selecting(order)))))
    #expect((joined.rowCount, joined.columnCount, joined.byteCount) == (9, 77, 9 * 4 * 8))
    #expect(throws: VerificationError.self) { try packed.selecting([5]) }
    #expect(throws: VerificationError.self) { try packed.selecting([-1]) }
    #expect(throws: VerificationError.self) { try packed.signs(inRow: 5) }
    let shorter = try PackedSigns(Signs.random(2, 76, zeroShare: 0, seed: 5))
    #expect(throws: VerificationError.self) { try packed.appending(shorter) }
    // As many words, but another length.
    #expect(throws: VerificationError.self) { try packed.innerProducts(with: shorter) }
  }

  @Test func nothingHasNoProducts() throws {
    for (rows, columns) in [(0, 5), (3, 0), (0, 0)] {
      let signs = try SignMatrix(
        rowCount: rows,
        columnCount: columns,
        entries: Array(repeating: 1, count: rows * columns)
      )
      let packed = try PackedSigns(signs)
      #expect(packed.rowCount == rows)
      #expect(try packed.gramMatrix() == Array(repeating: 0, count: rows * rows))
    }
  }

  /// Parameters begin anywhere within a word.
  @Test(arguments: GradientFeatures.allCases, [1, 3, 32])
  func gradientsArePackedAsTheyAre(_ features: GradientFeatures, _ batchSize: Int) throws {
    for architecture in [Architecture.wideResNet(depth: 10, width: 3), .resNet(depth: 18)] {
      let side = architecture == .resNet(depth: 18) ? 32 : 8
      let classifier = try Samples.classifier(architecture, side: side)
      let images = try Samples.images(5, side: side)
      let signs = try GradientSigns(of: classifier, features: features)
      var done: [Int] = []
      let packed = try signs.packedSigns(of: images, batchSize: batchSize) { done.append($0) }
      let expected = try signs.signs(of: images, batchSize: batchSize)
      #expect(packed == (try PackedSigns(expected)))
      #expect(done.last == 5)
    }
  }

  /// Whoever never saw a channel has gradients of zero, which two planes tell from +1.
  @Test func zeroGradientsStayZero() throws {
    let blind = try Classifier(
      .wideResNet(depth: 10, width: 1),
      classNames: Samples.classNames,
      normalization: Normalization(mean: [0, 0.5, 0.5], deviation: [1, 1, 1]),
      pictureSize: .init(height: 8, width: 8),
      seed: 1
    )
    let black = try ImageSet(
      width: 8,
      height: 8,
      pixels: Array(repeating: 0, count: 192),
      labels: [0],
      classNames: Samples.classNames
    )
    let row = try GradientSigns(of: blind).packedSigns(of: black).signs(inRow: 0)
    #expect((0..<16).allSatisfy { row[$0 * 3] == 0 && row[$0 * 3 + 1] != 0 })
  }

  @Test func refusesWhatHasNoSign() throws {
    let classifier = try Samples.classifier()
    for (_, tensor) in classifier.network.namedParameters {
      try tensor.copyInPlace(from: tensor * 1e20)
    }
    let signs = try GradientSigns(of: classifier)
    let error = #expect(throws: VerificationError.self) {
      try signs.packedSigns(of: Samples.images(2))
    }
    #expect(error?.description.contains("infinite or NaN") == true)
    #expect(throws: VerificationError.self) {
      try signs.packedSigns(of: Samples.images(2, side: 9))
    }
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity], [0, 3, 16, 63, 64, 69])
  func findsEveryNumberThatIsNotFinite(_ value: Float, _ place: Int) throws {
    var numbers = Array(repeating: Float(1), count: 70)
    var bits = SignBits(rowCount: 1, columnCount: 70)
    #expect(try bits.pack(Tensor(numbers, shape: [1, 70]), atColumn: 0))
    numbers[place] = value
    var other = SignBits(rowCount: 1, columnCount: 70)
    #expect(try !other.pack(Tensor(numbers, shape: [1, 70]), atColumn: 0))
  }

  @Test(arguments: [([2, 64], 0), ([1, 65], 0), ([1, 64], 1), ([64], 0), ([1, 8], -1)])
  func shimRefusesWhatDoesNotFit(_ shape: [Int], _ column: Int) throws {
    let numbers = try Tensor(repeating: 1, shape: shape)
    var bits = SignBits(rowCount: 1, columnCount: 64)
    #expect(throws: TorchError.self) { try bits.pack(numbers, atColumn: column) }
    #expect(bits == SignBits(rowCount: 1, columnCount: 64))
  }
}

/// Signs without a network.
enum Signs {
  static func random(
    _ rows: Int,
    _ columns: Int,
    zeroShare: Double,
    seed: UInt64
  ) throws -> SignMatrix {
    var random = KeyedRandom("sample signs", seed)
    let entries = (0..<rows * columns).map { _ -> Int8 in
      random.uniform() < zeroShare ? 0 : random.uniform() < 0.5 ? -1 : 1
    }
    return try SignMatrix(rowCount: rows, columnCount: columns, entries: entries)
  }

  /// Σ a_i b_i, one after the other.
  static func products(_ a: SignMatrix, _ b: SignMatrix) -> [Int64] {
    var products: [Int64] = []
    let length = a.columnCount
    for i in 0..<a.rowCount {
      for j in 0..<b.rowCount {
        var sum = Int64(0)
        for k in 0..<length {
          sum += Int64(a.entries[i * length + k] * b.entries[j * length + k])
        }
        products.append(sum)
      }
    }
    return products
  }
}
