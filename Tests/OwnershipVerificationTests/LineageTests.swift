import Datasets
import Foundation
import Networks
import OwnershipVerification
import Testing
import Torch

@Suite struct LineageTests {
  /// The promise of the exact test: independent starts are accused at a rate of at most α.
  ///
  /// Fresh networks are 240 independent trials. The lower Clopper–Pearson bound may not exceed α.
  @Test func innocentsAreAccusedAtTheStatedRate() throws {
    let evidence = try (0..<240).map { pair in
      try LineageTest(draws: 49, seed: pair).run(
        on: LineageSuspects.fresh(seed: 2 * pair + 1),
        against: LineageSuspects.fresh(seed: 2 * pair + 2)
      )
    }
    let asFound = evidence.map { $0.readings[0].pValue }
    for alpha in [0.02, 0.05, 0.1, 0.5] {
      let rejected = asFound.count { $0 <= alpha }
      #expect(chance(of: rejected, orMoreOf: asFound.count, at: alpha) > 0.025)
      let accused = evidence.count { $0.pValue <= alpha }
      #expect(chance(of: accused, orMoreOf: evidence.count, at: alpha) > 0.025)
    }
    // A test that never rejected would pass the above: p is spread over (0, 1).
    #expect((0.4..<0.6).contains(asFound.reduce(0, +) / Double(asFound.count)))
    #expect(chance(of: 240 - asFound.count { $0 <= 0.5 }, orMoreOf: 240, at: 0.5) > 0.001)
  }

  /// Without the margin the matched reading, too, is exact for fresh networks.
  @Test func matchingDoesNotInflateFreshNetworks() throws {
    let pValues = try (0..<240).compactMap { pair in
      try LineageTest(draws: 49, margin: 0, seed: pair).run(
        on: LineageSuspects.fresh(seed: 2 * pair + 1001),
        against: LineageSuspects.fresh(seed: 2 * pair + 1002)
      ).readings.last?.pValue
    }
    for alpha in [0.02, 0.05, 0.1, 0.5] {
      let rejected = pValues.count { $0 <= alpha }
      #expect(chance(of: rejected, orMoreOf: pValues.count, at: alpha) > 0.025)
    }
    #expect((0.4..<0.6).contains(pValues.reduce(0, +) / Double(pValues.count)))
  }

  /// Networks trained on the same pictures grow alike, but not in their numbering, and not beyond the
  /// margin.
  @Test func trainedInnocentsAreNotAccused() throws {
    let models = try (1...6).map { try LineageSuspects.trained(seed: $0) }
    var pValues: [Double] = []
    for (i, victim) in models.enumerated() {
      for suspect in models[(i + 1)...] {
        let evidence = try LineageTest(draws: 49).run(on: suspect, against: victim)
        pValues.append(evidence.readings[0].pValue)
        #expect(evidence.readings.count == 2)
        #expect(evidence.readings[1].pValue > 0.5)
        #expect(evidence.readings[1].statistic < 0.1)
      }
    }
    #expect(chance(of: pValues.count { $0 <= 0.1 }, orMoreOf: pValues.count, at: 0.1) > 0.01)
  }

  @Test(arguments: Disguise.allCases, Renumbering.allCases)
  func copiesAreFound(_ disguise: Disguise, _ renumbering: Renumbering) throws {
    let victim = try LineageSuspects.victim()
    let suspect = try LineageSuspects.copy(of: victim)
    try disguise.apply(to: suspect)
    try renumbering.apply(to: suspect)
    let evidence = try LineageTest().run(on: suspect, against: victim)
    #expect(evidence.pValue == 1.0 / 1000)
    let isRenumbered = renumbering == .renumbered || renumbering == .renumberedAndRescaled
    #expect(evidence.isExact == !isRenumbered)
    #expect(evidence.readings.count == (isRenumbered ? 2 : 1))
    #expect(evidence.statistic > 0.6)
  }

  /// Scale and numbering are taken out wholly: what is left of a disguised copy is the victim.
  @Test(arguments: Renumbering.allCases)
  func disguisesAreUndone(_ renumbering: Renumbering) throws {
    let victim = try LineageSuspects.victim()
    let suspect = try LineageSuspects.copy(of: victim)
    try renumbering.apply(to: suspect)
    let evidence = try LineageTest(draws: 19).run(on: suspect, against: victim)
    #expect(evidence.statistic > 0.999)
    let layers = try #require(evidence.readings.last?.layers)
    #expect(!layers.isEmpty && layers.allSatisfy { $0.correlation > 0.99 })
  }

  /// A thief who trained a network of their own on the victim's answers has none of its weights.
  @Test func studentsAreNoDescendants() throws {
    let victim = try LineageSuspects.victim()
    let images = try Shapes.images(.train, count: 300, side: 8, seed: 6)
    let answers = try ImageSet(
      width: 8,
      height: 8,
      pixels: images.pixels,
      labels: victim.predictions(on: images),
      classNames: images.classNames
    )
    let student = try LineageSuspects.fresh(seed: 12)
    var settings = TrainingSettings(seed: 12)
    settings.epochs = 6
    settings.batchSize = 32
    settings.cropPadding = 1
    try train(student, on: answers, settings: settings)
    #expect(try LineageTest(draws: 99).run(on: student, against: victim).pValue > 0.01)
  }

  /// What the evidence cannot tell apart: nobody copied, but both started from the same seed.
  @Test func oneStartIsSharedAncestry() throws {
    let victim = try LineageSuspects.victim()
    let sibling = try LineageSuspects.fresh(seed: 42)
    try LineageSuspects.fit(sibling, epochs: 6, learningRate: 0.1, seed: 8, pictures: 2)
    #expect(try LineageTest(draws: 99).run(on: sibling, against: victim).pValue == 0.01)
  }

  /// The matching finds its way through every structure.
  @Test(arguments: ["wrn-16-2", "resnet-18", "vgg-19-bn"])
  func everyStructureIsMatched(_ name: String) throws {
    let victim = try LineageSuspects.fresh(name, seed: 1)
    let suspect = try LineageSuspects.copy(of: victim)
    try LineageSuspects.addNoise(to: suspect, share: 0.3)
    try Renumbering.renumberedAndRescaled.apply(to: suspect)
    let evidence = try LineageTest(draws: 9).run(on: suspect, against: victim)
    let matched = try #require(evidence.readings.last)
    #expect(matched.numbering == .matched && matched.pValue == 0.05)
    #expect(matched.layers.allSatisfy { $0.correlation > 0.9 })
  }

  /// The canonical form commutes with re-numbering, or p would not be exact.
  @Test func bothModelsMayBeRenumberedAlike() throws {
    let (victim, suspect) = (try LineageSuspects.victim(), try LineageSuspects.fresh(seed: 9))
    let before = try LineageTest(draws: 19).run(on: suspect, against: victim).readings[0]
    let renumbered = try LineageSuspects.copy(of: victim)
    try Renumbering.renumberedAndRescaled.apply(to: renumbered)
    try Renumbering.renumbered.apply(to: suspect)
    let after = try LineageTest(draws: 19).run(on: suspect, against: renumbered).readings[0]
    #expect(abs(before.statistic - after.statistic) < 1e-4)
  }

  @Test func evidenceIsReproducibleAndReadable() throws {
    let (victim, suspect) = (try LineageSuspects.victim(), try LineageSuspects.fresh(seed: 9))
    let evidence = try LineageTest(draws: 19, seed: 3).run(on: suspect, against: victim)
    #expect(evidence == (try LineageTest(draws: 19, seed: 3).run(on: suspect, against: victim)))
    let other = try LineageTest(draws: 19, seed: 4).run(on: suspect, against: victim)
    #expect(evidence.readings[0].largestDraw != other.readings[0].largestDraw)
    let json = try JSONEncoder().encode(evidence)
    #expect(try JSONDecoder().decode(LineageEvidence.self, from: json) == evidence)
    let text = String(decoding: json, as: UTF8.self)
    for key in [
      "p_value", "exact", "draws", "victim_architecture", "canonicalised", "largest_draw",
    ] {
      #expect(text.contains("\"\(key)\""))
    }
    #expect(evidence.draws == 19 && evidence.readings.map(\.draws) == [39, 39])
  }

  @Test func refusesOtherShapes() throws {
    let error = #expect(throws: VerificationError.self) {
      try LineageTest().run(
        on: LineageSuspects.fresh("wrn-10-2", seed: 1),
        against: LineageSuspects.fresh(seed: 2)
      )
    }
    #expect(
      error?.description == """
        the lineage test does not apply: the suspect's weights have other shapes than the victim's
          victim: wrn-10-1 of 10 classes
          suspect: wrn-10-2 of 10 classes
          group1.block0.conv1.weight: suspect [32, 16, 3, 3], victim [16, 16, 3, 3]
          It finds copies of the victim's weights only; use a test that needs the outputs alone.
        """
    )
  }

  @Test func refusesWhatCannotBeTested() throws {
    let (victim, suspect) = (try LineageSuspects.fresh(seed: 1), try LineageSuspects.fresh(seed: 2))
    #expect(throws: VerificationError.self) {
      try LineageTest(draws: 0).run(on: suspect, against: victim)
    }
    #expect(throws: VerificationError.self) {
      try LineageTest(margin: 1).run(on: suspect, against: victim)
    }
    let weight = suspect.network.namedParameters[0].tensor
    try weight.copyInPlace(from: Tensor(repeating: .nan, shape: weight.shape))
    let error = #expect(throws: VerificationError.self) {
      try LineageTest().run(on: suspect, against: victim)
    }
    #expect(error?.description.contains("'conv1' holds infinities or NaN") == true)
  }

  /// Weights of any size that a float holds are compared, and none overflows.
  @Test(arguments: [1e-30, 1e37])
  func sizesDoNotMatter(_ factor: Double) throws {
    let victim = try LineageSuspects.victim()
    let suspect = try LineageSuspects.copy(of: victim)
    for (_, tensor) in suspect.network.namedParameters where tensor.shape.count >= 2 {
      try tensor.copyInPlace(from: tensor.detached() * factor)
    }
    let evidence = try LineageTest(draws: 19).run(on: suspect, against: victim)
    #expect(evidence.pValue == 0.05 && evidence.statistic > 0.999)
  }

  /// A suspect of zeros has no correlation with anything, and no division by zero either.
  @Test func zerosAreInnocent() throws {
    let (victim, suspect) = (try LineageSuspects.fresh(seed: 1), try LineageSuspects.fresh(seed: 2))
    for (_, tensor) in suspect.network.namedParameters {
      try tensor.copyInPlace(from: Tensor(repeating: 0, shape: tensor.shape))
    }
    let evidence = try LineageTest(draws: 19).run(on: suspect, against: victim)
    #expect(evidence.pValue == 1 && evidence.statistic == 0)
  }
}

/// P(X ≥ count) of a binomial: 0.025 is where the two-sided 95 % Clopper–Pearson bound meets `rate`.
private func chance(of count: Int, orMoreOf trials: Int, at rate: Double) -> Double {
  (count..<trials + 1).reduce(0) { sum, successes in
    let (n, k) = (Double(trials), Double(successes))
    let logarithm =
      lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * log(rate) + (n - k) * log(1 - rate)
    return sum + exp(logarithm)
  }
}
