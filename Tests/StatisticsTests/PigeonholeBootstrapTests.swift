import Statistics
import Testing

@Suite struct PigeonholeBootstrapTests {
  private func grid(
    _ rows: Int,
    _ columns: Int,
    _ isSuccess: (_ row: Int, _ column: Int) -> Bool
  ) -> [PigeonholeBootstrap.Trial] {
    (0..<rows).flatMap { row in
      (0..<columns).map { column in
        .init(row: "model \(row)", column: "key \(column)", isSuccess: isSuccess(row, column))
      }
    }
  }

  /// 20 models that are always accused or never: the rate of draws is binomial with n = 20.
  @Test func isAsWideAsModelsDiffer() throws {
    var random = Generator(state: 2)
    let bounds = try PigeonholeBootstrap(
      grid(20, 30) { row, _ in row < 10 },
      draws: 4_000,
      using: &random
    )
    #expect(bounds.lower == 0.3 && bounds.upper == 0.7)
  }

  /// The same for keys, which bounds over models alone would miss.
  @Test func isAsWideAsKeysDiffer() throws {
    var random = Generator(state: 3)
    let bounds = try PigeonholeBootstrap(
      grid(30, 20) { _, column in column < 10 },
      draws: 4_000,
      using: &random
    )
    #expect(bounds.lower == 0.3 && bounds.upper == 0.7)
  }

  /// Pairs of 20 models that are accused where both are of one half: the rate is the square of that half's
  /// share, which is drawn once for both roles.
  @Test func aThingInTwoRolesIsDrawnOnce() throws {
    let pairs = (0..<20).flatMap { row in
      (0..<20).map { column in
        PigeonholeBootstrap.Trial(
          row: "model \(row)",
          column: "model \(column)",
          isSuccess: row < 10 && column < 10
        )
      }
    }
    var random = Generator(state: 2)
    let bounds = try PigeonholeBootstrap(
      pairs,
      sharingNames: true,
      draws: 4_000,
      using: &random
    )
    #expect(abs(bounds.lower - 0.3 * 0.3) < 1e-12 && abs(bounds.upper - 0.7 * 0.7) < 1e-12)
    let apart = try PigeonholeBootstrap(pairs, draws: 4_000, using: &random)
    #expect(apart.lower > bounds.lower && apart.upper < bounds.upper)
  }

  @Test func hasNoWidthWhereNothingDiffers() throws {
    var random = Generator(state: 4)
    let bounds = try PigeonholeBootstrap(grid(5, 4) { _, _ in true }, using: &random)
    #expect(bounds.lower == 1 && bounds.upper == 1)
  }

  @Test func refusesWhatMakesNoSense() {
    var random = Generator(state: 5)
    let trials = grid(1, 1) { _, _ in true }
    for (trials, confidence, draws) in [([], 0.95, 10), (trials, 1, 10), (trials, 0.95, 0)] {
      #expect(throws: StatisticsError.self) {
        try PigeonholeBootstrap(trials, confidence: confidence, draws: draws, using: &random)
      }
    }
  }
}
