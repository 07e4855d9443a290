import Datasets
import OwnershipVerification
import Testing

@Suite struct AlignmentClassifierTests {
  /// Rows around a centre, with a spread of 0.02.
  private static func rows(_ count: Int, around centre: [Double], seed: UInt64) -> [[Double]] {
    var random = KeyedRandom("rows", seed)
    return (0..<count).map { _ in centre.map { $0 + 0.02 * random.normal() } }
  }

  @Test func tellsModelsItHasNotSeen() throws {
    let classifier = try AlignmentClassifier(
      victims: Self.rows(2, around: [0.1, 0.15, 0.2], seed: 1),
      innocents: Self.rows(20, around: [0, 0, 0], seed: 2)
    )
    for row in Self.rows(20, around: [0.1, 0.15, 0.2], seed: 3) {
      #expect(try classifier.score(of: row) > 0)
    }
    for row in Self.rows(20, around: [0, 0, 0], seed: 4) {
      #expect(try classifier.score(of: row) < 0)
    }
  }

  /// The derivative of the objective is zero in every direction.
  @Test(arguments: [0.01, 0.1, 3])
  func minimisesItsObjective(ridge: Double) throws {
    let victims = Self.rows(3, around: [0.02, -0.01], seed: 5)
    let innocents = Self.rows(9, around: [0, 0], seed: 6)
    let found = try AlignmentClassifier(victims: victims, innocents: innocents, ridge: ridge)
    // f at the origin and along the axes gives the affine function whole.
    let offset = try found.score(of: [0, 0])
    let slopes = try [found.score(of: [1, 0]) - offset, found.score(of: [0, 1]) - offset]
    let deviations = zip(found.weights, slopes).map { $0 / $1 }
    func objective(_ offset: Double, _ slopes: [Double]) -> Double {
      func loss(_ rows: [[Double]], _ label: Double) -> Double {
        let errors = rows.map { label - offset - slopes[0] * $0[0] - slopes[1] * $0[1] }
        return errors.reduce(0) { $0 + $1 * $1 } / Double(2 * rows.count)
      }
      let lengths = zip(slopes, deviations).map { $0 * $1 * $0 * $1 }
      return loss(victims, 1) + loss(innocents, -1) + ridge * (lengths[0] + lengths[1])
    }
    let least = objective(offset, slopes)
    for step in [1e-3, -1e-3] {
      #expect(objective(offset + step, slopes) > least)
      #expect(objective(offset, [slopes[0] + step / deviations[0], slopes[1]]) > least)
      #expect(objective(offset, [slopes[0], slopes[1] + step / deviations[1]]) > least)
    }
  }

  @Test func inputsThatNeverChangeTellNothing() throws {
    let classifier = try AlignmentClassifier(
      victims: [[1, 0.5], [0.8, 0.5]],
      innocents: [[0, 0.5], [0.1, 0.5]]
    )
    #expect(classifier.weights[1] == 0)
    #expect(try classifier.score(of: [1, 7]) == classifier.score(of: [1, 0.5]))
  }

  @Test(arguments: [
    ([], [[0.1]]), ([[0.1]], []), ([[0.1, 0.2]], [[0.1]]), ([[.nan]], [[0.1]]), ([[]], [[]]),
  ])
  func rowsThatMakeNoSenseAreRefused(victims: [[Double]], innocents: [[Double]]) {
    #expect(throws: VerificationError.self) {
      try AlignmentClassifier(victims: victims, innocents: innocents)
    }
  }
}
