import Statistics
import Testing

@Suite struct ClusterBootstrapTests {
  /// Of groups that are all alike, the rate does not depend on which are drawn.
  @Test func hasNoWidthWhereGroupsAreAlike() throws {
    var random = Generator(state: 1)
    let groups = Array(repeating: ClusterBootstrap.Group(successes: 1, trials: 4), count: 9)
    let bounds = try ClusterBootstrap(groups, using: &random)
    #expect(bounds.lower == 0.25 && bounds.upper == 0.25)
  }

  /// 20 groups that succeed always or never: the rate of draws is binomial with n = 20.
  @Test func isAsWideAsGroupsDiffer() throws {
    var random = Generator(state: 2)
    let groups = (0..<20).map { ClusterBootstrap.Group(successes: $0 < 10 ? 50 : 0, trials: 50) }
    let bounds = try ClusterBootstrap(groups, draws: 20_000, using: &random)
    #expect(bounds.lower == 0.3 && bounds.upper == 0.7)
    let single = try ClopperPearson(successes: 500, trials: 1_000)
    #expect(bounds.upper - bounds.lower > 5 * (single.upper - single.lower))
  }

  @Test func refusesWhatMakesNoSense() {
    var random = Generator(state: 3)
    let group = ClusterBootstrap.Group(successes: 1, trials: 2)
    for (groups, confidence, draws) in [
      ([], 0.95, 10), ([group], 1, 10), ([group], 0.95, 0),
      ([.init(successes: 3, trials: 2)], 0.95, 10), ([.init(successes: 0, trials: 0)], 0.95, 10),
    ] {
      #expect(throws: StatisticsError.self) {
        try ClusterBootstrap(groups, confidence: confidence, draws: draws, using: &random)
      }
    }
  }
}
