import Datasets
import OwnershipVerification
import Testing

@Suite struct LinearSignClassifierTests {
  /// Rows that are like a hidden row of their class in a share of the entries.
  private static func rows(
    _ count: Int,
    columns: Int = 300,
    like share: Double,
    ofClass label: UInt64,
    seed: UInt64
  ) throws -> PackedSigns {
    let hidden = try Signs.random(1, columns, zeroShare: 0, seed: label).entries
    let noise = try Signs.random(count, columns, zeroShare: 0.02, seed: seed)
    var random = KeyedRandom("likeness", seed)
    let entries = noise.entries.enumerated().map { index, entry in
      random.uniform() < share ? hidden[index % columns] : entry
    }
    return try PackedSigns(SignMatrix(rowCount: count, columnCount: columns, entries: entries))
  }

  @Test func tellsClassesApart() throws {
    let classifier = try LinearSignClassifier.train(
      victim: Self.rows(60, like: 0.6, ofClass: 100, seed: 1),
      benign: Self.rows(80, like: 0.6, ofClass: 200, seed: 2)
    )
    let victim = try classifier.decisionValues(of: Self.rows(50, like: 0.6, ofClass: 100, seed: 3))
    let benign = try classifier.decisionValues(of: Self.rows(50, like: 0.6, ofClass: 200, seed: 4))
    #expect(victim.allSatisfy { $0 > 0 })
    #expect(benign.allSatisfy { $0 < 0 })
    #expect(classifier.leaveOneOutAccuracy == 1)
    #expect(classifier.coefficients.count == 140)
  }

  /// Where nothing is to be learned, leaving rows out shows it, and the strongest ridge wins.
  ///
  /// The accuracy is then below one half: without a row, its class is the smaller one.
  @Test func noiseIsNotLearned() throws {
    let classifier = try LinearSignClassifier.train(
      victim: Self.rows(100, like: 0, ofClass: 1, seed: 1),
      benign: Self.rows(100, like: 0, ofClass: 1, seed: 2),
      ridges: [1e-3, 1e3]
    )
    #expect(classifier.leaveOneOutAccuracy < 0.6)
    #expect(classifier.ridge == 1e3)
  }

  /// f solves the normal equations of the primal problem, found by descent on D + 1 weights.
  @Test func equalsTheWeightsOfALinearFunction() throws {
    let (count, columns) = (12, 30)
    let rows = try Signs.random(count, columns, zeroShare: 0.2, seed: 5)
    let packed = try PackedSigns(rows)
    let ridge = 0.5
    let classifier = try LinearSignClassifier.train(
      victim: packed.selecting(0..<5),
      benign: packed.selecting(5..<count),
      ridges: [ridge]
    )
    let inputs = (0..<count).map { row in
      rows.entries[row * columns..<(row + 1) * columns].map {
        Double($0) / Double(columns).squareRoot()
      }
        + [1]
    }
    var weights = [Double](repeating: 0, count: columns + 1)
    for _ in 0..<20_000 {
      var gradient = weights.map { ridge * $0 }
      for (row, input) in inputs.enumerated() {
        let error = zip(weights, input).reduce(0) { $0 + $1.0 * $1.1 } - (row < 5 ? 1 : -1)
        for index in gradient.indices { gradient[index] += error * input[index] }
      }
      for index in weights.indices { weights[index] -= 0.03 * gradient[index] }
    }
    let values = try classifier.decisionValues(of: packed)
    for (row, input) in inputs.enumerated() {
      let expected = zip(weights, input).reduce(0) { $0 + $1.0 * $1.1 }
      #expect(abs(values[row] - expected) < 1e-8)
    }
  }

  /// The closed form of the leave-one-out errors against training once without each row.
  @Test(arguments: [0.01, 1, 30])
  func leavesRowsOutByTheFormula(_ ridge: Double) throws {
    let victim = try Self.rows(9, columns: 40, like: 0.15, ofClass: 100, seed: 6)
    let benign = try Self.rows(11, columns: 40, like: 0.15, ofClass: 200, seed: 7)
    let whole = try LinearSignClassifier.train(victim: victim, benign: benign, ridges: [ridge])
    var correct = 0
    for left in 0..<20 {
      let others = (0..<20).filter { $0 != left }
      let all = try victim.appending(benign)
      let part = try LinearSignClassifier.train(
        victim: all.selecting(others.filter { $0 < 9 }),
        benign: all.selecting(others.filter { $0 >= 9 }),
        ridges: [ridge]
      )
      let value = try part.decisionValues(of: all.selecting([left]))[0]
      correct += (left < 9) == (value > 0) ? 1 : 0
    }
    #expect(whole.leaveOneOutAccuracy == Double(correct) / 20)
    #expect(correct < 20)
  }

  /// More rows than are factorised at once, badly conditioned: rows that are there twice.
  @Test func copesWithRowsThatRepeat() throws {
    let victim = try Self.rows(75, columns: 500, like: 0.9, ofClass: 100, seed: 8)
    let benign = try Self.rows(75, columns: 500, like: 0.9, ofClass: 200, seed: 9)
    let classifier = try LinearSignClassifier.train(
      victim: victim.appending(victim),
      benign: benign.appending(benign),
      ridges: [1e-6]
    )
    let values = try classifier.decisionValues(of: classifier.rows)
    let errors = values.enumerated().map { abs($1 - ($0 < 150 ? 1 : -1)) }
    #expect(errors.allSatisfy { $0 < 1e-3 })
  }

  @Test func refusesWhatDoesNotFit() throws {
    let rows = try PackedSigns(Signs.random(4, 20, zeroShare: 0, seed: 1))
    let none = try rows.selecting([])
    let longer = try PackedSigns(Signs.random(4, 21, zeroShare: 0, seed: 1))
    let empty = try PackedSigns(SignMatrix(rowCount: 4, columnCount: 0, entries: []))
    for (victim, benign) in [(none, rows), (rows, none), (rows, longer), (empty, empty)] {
      #expect(throws: VerificationError.self) {
        try LinearSignClassifier.train(victim: victim, benign: benign)
      }
    }
    for ridges in [[], [0], [-1], [Double.nan], [1, .infinity]] {
      #expect(throws: VerificationError.self) {
        try LinearSignClassifier.train(victim: rows, benign: rows, ridges: ridges)
      }
    }
    let classifier = try LinearSignClassifier.train(victim: rows, benign: rows)
    #expect(throws: VerificationError.self) { try classifier.decisionValues(of: longer) }
    #expect(try classifier.decisionValues(of: none).isEmpty)
  }
}
