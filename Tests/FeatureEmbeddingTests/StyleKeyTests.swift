import Artifacts
import Datasets
import FeatureEmbedding
import Foundation
import Testing

/// A registration that the tests change bit by bit; `Golden/make_key_golden.py` restates it.
enum Registrations {
  static let nonce = [UInt8](0..<32)
  static let committed = "2026-11-24T11:08:55Z"
  static let drawn = "2026-11-25T00:00:00Z"

  static func date(_ text: String) throws -> Date { try Date(text, strategy: .iso8601) }

  static func family() throws -> StyleFamily {
    try StyleFamily(
      mean: Array(repeating: 0, count: 100),
      directions: (0..<100).map { direction in (0..<100).map { $0 == direction ? 1 : 0 } }
    )
  }

  static func commitment(
    owner: String = "Ada",
    subject: String = "CIFAR-10 classifier",
    attempt: Int = 2,
    keyCount: Int = 3,
    data: Digest? = nil,
    beaconDate: String? = drawn,
    date: String = committed,
    nonce: [UInt8] = nonce
  ) throws -> StyleCommitment {
    try StyleCommitment(
      to: nonce,
      owner: owner,
      subject: subject,
      attempt: attempt,
      keyCount: keyCount,
      family: family(),
      data: data,
      beacon: BeaconPlan(source: "a beacon", date: beaconDate.map { try Self.date($0) }),
      date: Self.date(date)
    )
  }

  static func beacon(
    _ value: String = String(repeating: "00ff", count: 16),
    on date: String = drawn
  ) throws -> Beacon {
    try Beacon(value: value, date: Self.date(date))
  }

  static func registration() throws -> StyleRegistration {
    try StyleRegistration(opening: commitment(), nonce: nonce, beacon: beacon())
  }

  /// Sends a record through JSON, changed on the way.
  static func reread<Record: Codable>(
    _ record: Record,
    _ change: (inout [String: JSONValue]) -> Void = { _ in }
  ) throws -> Record {
    guard case .object(var fields) = try JSONValue(parsing: JSONValue(encoding: record).prettyBytes)
    else { throw CancellationError() }
    change(&fields)
    return try JSONValue.object(fields).decode()
  }
}

@Suite struct StyleKeyTests {
  private struct Golden: Decodable {
    var family: Digest
    var commitment: Digest
    var keys: [Digest]
    var normals: [Double]
    var decoy: [Double]
    var mean: [Double]
    var deviation: [Double]
  }

  private func golden() throws -> Golden {
    let file = try #require(
      Bundle.module.url(forResource: "keys", withExtension: "json", subdirectory: "Golden")
    )
    return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
  }

  /// If this changes, keys that owners have registered are lost.
  @Test func agreesWithAnotherImplementation() throws {
    let golden = try golden()
    let registration = try Registrations.registration()
    #expect(try Registrations.family().digest == golden.family)
    #expect(registration.commitment.digest == golden.commitment)
    let keys = try registration.keys(from: Registrations.family())
    #expect(keys.map(\.seed) == golden.keys.map(\.bytes))
    #expect(keys.map(\.index) == [0, 1, 2])
    // Neighbouring single-precision numbers, should a logarithm differ in its last bit.
    #expect(largestDifference(keys[1].style.vector, golden.normals.map(Float.init)) < 1e-6)
    let decoys = try StyleDecoys(seed: [UInt8](32..<64), family: Registrations.family())
    let decoy = try decoys.style(at: 7).vector
    #expect(largestDifference(decoy, golden.decoy.map(Float.init)) < 1e-6)

    let builtIn = try StyleFamily.builtIn()
    #expect(zip(builtIn.mean, golden.mean).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(zip(builtIn.deviation, golden.deviation).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(builtIn.directions.count == 20)
  }

  /// Directions around a mean cancel one another.
  @Test func drawsOfTheBuiltInFamilyDifferAsItsPicturesDo() throws {
    let family = try StyleFamily.builtIn()
    for index in 0..<100 {
      #expect(abs(family.directions.reduce(0) { $0 + $1[index] }) < 1e-12, "number \(index)")
    }
    let decoys = try StyleDecoys(seed: Array(repeating: 6, count: 32), family: family)
    let count = 2_000.0
    let draws = try (0..<Int(count)).map { index in
      try zip(decoys.style(at: index).vector, family.mean).map { Double($0) - $1 }
    }
    for i in stride(from: 0, to: 100, by: 7) {
      for j in stride(from: i, to: 100, by: 11) {
        let product = draws.reduce(0) { $0 + $1[i] * $1[j] } / count
        let expected = family.directions.reduce(0) { $0 + $1[i] * $1[j] }
        let variances =
          family.deviation[i] * family.deviation[i]
          * family.deviation[j] * family.deviation[j]
        let error = ((variances + expected * expected) / count).squareRoot()
        #expect(abs(product - expected) < 5.5 * error, "numbers \(i) and \(j)")
      }
    }
  }

  /// 2,000 draws: the mean of each number has a standard error of σ/45, its variance of σ²/32.
  @Test func drawsHaveTheFamilysMeanAndCovariance() throws {
    let family = try StyleFamily.made(from: .all, .independent, spread: 1)
    let decoys = try StyleDecoys(seed: Array(repeating: 5, count: 32), family: family)
    let count = 2_000
    let draws = try (0..<count).map { index in
      let vector = try decoys.style(at: index).vector
      return vector.indices.map { (Double(vector[$0]) - family.mean[$0]) / family.deviation[$0] }
    }
    for i in 0..<100 {
      let mean = draws.reduce(0) { $0 + $1[i] } / Double(count)
      #expect(abs(mean) < 5 / Double(count).squareRoot(), "number \(i)")
      // All pairs that Box and Muller make of one radius, and some others.
      for j in i..<min(100, i + 6) {
        let product = draws.reduce(0) { $0 + $1[i] * $1[j] } / Double(count)
        let expected = i == j ? 1.0 : 0
        #expect(
          abs(product - expected) < 5.5 * (1 + expected).squareRoot() / Double(count).squareRoot(),
          "numbers \(i) and \(j)"
        )
      }
    }
    let fourth = draws.joined().reduce(0) { $0 + $1 * $1 * $1 * $1 } / Double(100 * count)
    #expect(abs(fourth - 3) < 0.15)
    #expect(draws.joined().contains { abs($0) > 4 })
  }

  /// Pictures repainted in any two draws differ by 15 of 255 levels at least, on average.
  @Test func drawsLookDifferent() throws {
    let decoys = try StyleDecoys(
      seed: Array(repeating: 9, count: 32),
      family: StyleFamily.builtIn()
    )
    let pictures = try Shapes.images(.test, count: 4, side: 32, seed: 1)
    let painter = try StylePainter(style: decoys.style(at: 0), weights: StyleWeights.builtIn())
    let painted = try (0..<8).map {
      try painter.painter(in: decoys.style(at: $0)).repaint(pictures).pixels
    }
    for (index, first) in painted.enumerated() {
      for second in painted[(index + 1)...] {
        let sum = zip(first, second).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
        #expect(sum > 15 * first.count)
      }
    }
  }

  /// Each field enters the keys; so do the nonce, the beacon, and whether it is a key or a decoy.
  @Test func everythingIsSeparated() throws {
    let family = try Registrations.family()
    let other = [UInt8](1..<33)
    let variants = [
      try Registrations.registration(),
      try StyleRegistration(
        opening: Registrations.commitment(owner: "Eve"),
        nonce: Registrations.nonce,
        beacon: Registrations.beacon()
      ),
      try StyleRegistration(
        opening: Registrations.commitment(subject: "another"),
        nonce: Registrations.nonce,
        beacon: Registrations.beacon()
      ),
      try StyleRegistration(
        opening: Registrations.commitment(attempt: 3),
        nonce: Registrations.nonce,
        beacon: Registrations.beacon()
      ),
      try StyleRegistration(
        opening: Registrations.commitment(nonce: other),
        nonce: other,
        beacon: Registrations.beacon()
      ),
      try StyleRegistration(
        opening: Registrations.commitment(),
        nonce: Registrations.nonce,
        beacon: Registrations.beacon("00ffabcd13")
      ),
    ]
    var vectors = Set<[Float]>()
    for variant in variants {
      for key in try variant.keys(from: family) { vectors.insert(key.style.vector) }
    }
    for seed in [Registrations.nonce, other] {
      let decoys = try StyleDecoys(seed: seed, family: family)
      for index in 0..<3 { vectors.insert(try decoys.style(at: index).vector) }
    }
    #expect(vectors.count == 6 * 3 + 2 * 3)
  }

  /// The network in the product against PyTorch, on the pictures that the palette was made from.
  @Test(
    .enabled(
      if: Samples.hasSharedData,
      "the paintings are missing; set HALLMARK_SHARED to the folder that holds data/styles"
    )
  )
  func thePaletteIsThatOfThePaintings() throws {
    let predictor = try StylePredictor(StyleWeights.builtIn())
    let entries = try StylePalette.entries()
    #expect(entries.count == 20)
    let paintings = [
      "great_wave", "red_chalk_drawing", "shipwreck", "starry_night", "the_scream",
      "water_lilies", "woman_with_hat",
    ]
    for name in paintings {
      let entry = try #require(entries.first { $0.name == name })
      let picture = try Image(contentsOf: Samples.shared("styles/\(name).png"))
      let vector = try predictor.vector(of: picture)
      #expect(largestDifference(vector, entry.vector.map(Float.init)) < 3e-4, "\(name)")
    }
  }

  @Test(arguments: [0, 31, 33])
  func refusesSeedsOfAnotherLength(count: Int) throws {
    let seed = [UInt8](repeating: 1, count: count)
    let family = try Registrations.family()
    #expect(throws: FeatureEmbeddingError.self) { try family.style(seed: seed, named: "short") }
    #expect(throws: FeatureEmbeddingError.self) { try StyleDecoys(seed: seed, family: family) }
    #expect(throws: FeatureEmbeddingError.self) { try Registrations.commitment(nonce: seed) }
  }

  @Test func refusesFamiliesThatAreNone() {
    let (zeros, short) = (Array(repeating: 0.0, count: 100), Array(repeating: 0.0, count: 99))
    for (mean, directions) in [
      (short, [zeros]), (zeros, [zeros, short]), (zeros, [zeros.map { $0 - 11 }]),
      (zeros.map { $0 + 11 }, [zeros]), (zeros.map { _ in .nan }, [zeros]), (zeros, []),
      (zeros, Array(repeating: zeros, count: 1_001)),
    ] {
      #expect(throws: FeatureEmbeddingError.self) {
        try StyleFamily(mean: mean, directions: directions)
      }
    }
    for spread in [-1, 5, .nan] {
      #expect(throws: FeatureEmbeddingError.self) {
        try StyleFamily.made(from: .all, .correlated, spread: spread)
      }
    }
  }
}
