import Networks
import Testing

@Suite struct ScheduleTests {
  /// torch.optim.lr_scheduler.OneCycleLR(sgd, max_lr=1, total_steps=20): steps 0, 2, 5, 6, 12, 19.
  @Test(
    arguments: zip(
      [0, 2, 5, 6, 12, 19],
      [0.04, 0.371672, 1.0, 0.987464, 0.500002, 4e-06]
    )
  )
  func oneCycleIsPyTorchs(step: Int, expected: Double) {
    let factor = LearningRateSchedule.oneCycle().factor(atStep: step, stepsPerEpoch: 5, epochs: 4)
    #expect(abs(factor - expected) < 1e-5)
  }

  @Test func stepFallsAtItsMilestones() {
    let schedule = LearningRateSchedule.step(milestones: [2, 3])
    let factors = [0, 19, 20, 29, 30, 39].map {
      schedule.factor(atStep: $0, stepsPerEpoch: 10, epochs: 4)
    }
    for (factor, expected) in zip(factors, [1, 1, 0.1, 0.1, 0.01, 0.01]) {
      #expect(abs(factor - expected) < 1e-12)
    }
  }

  @Test func piecewiseLinearPassesItsCorners() {
    let factor = { (step: Int) in
      LearningRateSchedule.piecewiseLinear.factor(atStep: step, stepsPerEpoch: 100, epochs: 10)
    }
    #expect(factor(0) < 0.01)
    #expect(abs(factor(400) - 1) < 0.01)
    #expect(abs(factor(800) - 0.1) < 0.01)
    #expect(factor(999) < 0.001)
  }
}
