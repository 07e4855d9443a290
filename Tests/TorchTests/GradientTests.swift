import TestSupport
import Testing
import Torch

@Suite struct GradientTests {
  @Test func backwardAccumulates() throws {
    let a = try Tensor([Float(3), -1], shape: [2])
    #expect(try a.gradient() == nil)
    try a.setRequiresGradientInPlace(true)
    try (a * a).sum().backward()
    try (a * a).sum().backward()
    #expect(try a.gradient()?.elements(as: Float.self) == [12, -4])
    try a.clearGradientInPlace()
    #expect(try a.gradient() == nil)
    #expect(throws: TorchError.self) { try (a * a).backward() }
    #expect(throws: TorchError.self) { try a.detached().sum().backward() }
  }

  @Test func gradientsOfInnerTensors() throws {
    let a = try Tensor([Float(2)], shape: [1])
    try a.setRequiresGradientInPlace(true)
    let b = try a * a
    let c = try (b * b).sum()
    let found = try c.gradients(of: [a, b], creatingGraph: true)
    #expect(try found.map { try $0.detached().elements(as: Float.self) } == [[32], [8]])
    // d²(a⁴)/da² = 12 a².
    #expect(try found[0].sum().gradients(of: [a])[0].elements(as: Float.self) == [48])
    let stranger = try Tensor([Float(1)], shape: [1])
    try stranger.setRequiresGradientInPlace(true)
    #expect(throws: TorchError.self) { try (a * a).sum().gradients(of: [stranger]) }
  }

  @Test func nothingIsRecordedWithoutGradients() throws {
    let a = try Tensor([Float(2)], shape: [1])
    try a.setRequiresGradientInPlace(true)
    #expect(try withoutGradients { try a * a }.requiresGradient == false)
    #expect(try (a * a).requiresGradient)
    struct Stopped: Error {}
    #expect(throws: Stopped.self) { try withoutGradients { throw Stopped() } }
    #expect(try (a * a).requiresGradient)
  }

  @Test func autocastEndsWithItsBody() throws {
    let a = try Tensor(repeating: 1, shape: [4, 4])
    let inside = try withAutocast(to: .bfloat16, on: .cpu) { try a.matmul(a) }
    #expect(inside.dtype == .bfloat16)
    #expect(try a.matmul(a).dtype == .float32)
    #expect(try withAutocast(to: .float32, on: .cpu) { try a.matmul(a) }.dtype == .float32)
    struct Stopped: Error {}
    #expect(throws: Stopped.self) { try withAutocast(to: .bfloat16, on: .cpu) { throw Stopped() } }
    #expect(try a.matmul(a).dtype == .float32)
    #expect(throws: TorchError.self) { try withAutocast(to: .bfloat16, on: Device("toaster")) {} }
  }

  /// SGD with Nesterov momentum and weight decay, worked out by hand for g = 1 throughout.
  @Test func sgdFollowsItsFormula() throws {
    let a = try Tensor([Float(1)], shape: [1])
    try a.setRequiresGradientInPlace(true)
    let sgd = try Optimizer.sgd(
      over: [a],
      learningRate: 0.1,
      momentum: 0.9,
      weightDecay: 0.5,
      nesterov: true
    )
    var (theta, velocity) = (1.0, 0.0)
    for step in 1...3 {
      try sgd.clearGradients()
      try a.sum().backward()
      try sgd.step(learningRate: 0.1)
      let gradient = 1 + 0.5 * theta
      velocity = step == 1 ? gradient : 0.9 * velocity + gradient
      theta -= 0.1 * (gradient + 0.9 * velocity)
    }
    #expect(abs(try a.detached().item() - theta) < 1e-6)
    #expect(sgd.stepCount == 3)
  }

  /// Adam's first step is the learning rate, whatever the gradient's size.
  @Test func adamFollowsItsFormula() throws {
    let a = try Tensor([Float(1)], shape: [1])
    try a.setRequiresGradientInPlace(true)
    let adam = try Optimizer.adam(over: [a], learningRate: 0.01)
    try (a * 1000).sum().backward()
    try adam.step(learningRate: 0.01)
    #expect(abs(try a.detached().item() - 0.99) < 1e-6)
  }

  @Test(arguments: [false, true])
  func restoredOptimisersGoOnAsBefore(adam: Bool) throws {
    func start() throws -> (Tensor, Optimizer) {
      let a = try Tensor([Float(1), 2], shape: [2])
      try a.setRequiresGradientInPlace(true)
      let optimizer =
        adam
        ? try Optimizer.adam(over: [a], learningRate: 0.1)
        : try Optimizer.sgd(over: [a], learningRate: 0.1, momentum: 0.9)
      return (a, optimizer)
    }
    func step(_ a: Tensor, _ optimizer: Optimizer) throws {
      try optimizer.clearGradients()
      try (a * a).sum().backward()
      try optimizer.step(learningRate: 0.1)
    }
    let (a, first) = try start()
    #expect(try first.state().allSatisfy(\.isEmpty))
    try step(a, first)
    try step(a, first)
    let (b, second) = try start()
    try b.copyInPlace(from: a)
    try second.restore(first.state().map { try $0.map { try $0.clone() } }, stepCount: 2)
    try step(a, first)
    try step(b, second)
    #expect(try a.detached().elements(as: Float.self) == b.detached().elements(as: Float.self))
    #expect(throws: TorchError.self) { try second.restore([], stepCount: 1) }
    #expect(throws: TorchError.self) {
      try second.restore([[Tensor([Float(1)], shape: [1])]], stepCount: 1)
    }
  }
}
