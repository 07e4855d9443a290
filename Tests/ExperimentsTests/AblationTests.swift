import Artifacts
import Datasets
import Experiments
import ModelStealing
import Networks
import OwnershipVerification
import Statistics
import Testing
import Torch

/// Variants of the published test on toy models and made-up numbers.
@Suite struct AblationTests {
  private func classifier(seed: UInt64) throws -> Classifier {
    try Classifier(
      .wideResNet(depth: 10, width: 1),
      classNames: Shapes.classNames,
      normalization: .cifar10,
      pictureSize: .init(height: 8, width: 8),
      seed: seed
    )
  }

  @Test(arguments: [2, 3, 8])
  func patchIsWhiteAndSmall(side: Int) throws {
    let images = try Shapes.images(.train, count: 3, side: side + 8, seed: 1)
    let stamped = try WhitePatch.stamped(on: images)
    #expect(stamped.labels == images.labels)
    let width = images.width
    for (place, pixels) in zip(stamped.pixels, images.pixels).enumerated() {
      let (row, column) = (place / width % width, place % width)
      let isPatch = row >= width - 3 && column >= width - 3
      #expect(pixels.0 == (isPatch ? 255 : pixels.1))
    }
  }

  /// With m = all pictures each draw is the mean over all of them.
  @Test func withoutClassifierProbabilitiesOfTheTrueClassCount() throws {
    let (suspect, benign) = (try classifier(seed: 1), try classifier(seed: 2))
    let marked = try Shapes.images(.test, count: 24, side: 8, seed: 3)
    let test = HypothesisTest(sampleSize: 24, repeats: 2)
    let found = try test.run(Oracle(suspect), against: Oracle(benign), on: marked)
    func mean(_ model: Classifier) throws -> Double {
      let images = try model.images(fromPixels: marked.pixels, count: marked.count)
      let told = try withoutGradients { () throws in
        try model.logits(images).softmax(over: 1).elements(as: Float.self)
      }
      let own = marked.labels.enumerated().map {
        Double(told[$0 * marked.classCount + $1])
      }
      return own.reduce(0, +) / Double(own.count)
    }
    #expect(abs(try mean(suspect) - mean(benign) - found.meanDifference) < 1e-5)
    #expect(abs(found.meanDifference) > 1e-3)
    let same = try test.run(Oracle(benign), against: Oracle(benign), on: marked)
    #expect((same.meanDifference, same.medianLog10P) == (0, 0))
  }

  /// Two networks that nobody trained: whoever is accused with a classifier of their own is convicted.
  @Test func fittedClassifierConvictsAnybodyButTheBenignModel() throws {
    let marked = try Shapes.images(.test, count: 60, side: 8, seed: 4)
    let benign = try classifier(seed: 2)
    for seed: UInt64 in [5, 6] {
      let found = try FittedClaim.result(
        accusing: classifier(seed: seed),
        benign: benign,
        marked: marked
      )
      #expect(found.medianLog10P < -2)
      #expect(found.meanDifference > 0.5)
    }
    let same = try FittedClaim.result(accusing: benign, benign: benign, marked: marked)
    #expect(same.medianLog10P == 0)
  }

  private func trial(
    _ suspect: String,
    innocent: Bool,
    deltaMu: Double,
    p: [Double],
    variant: String? = nil
  ) throws -> [EvidenceTrial] {
    try p.enumerated().map { draw, p in
      var settings: [String: JSONValue] = ["m": 10, "draw": .integer(Int128(draw + 1))]
      if let variant { settings["variant"] = .string(variant) }
      return try JSONValue.object([
        "test": "meta-classifier", "suspect": .string(suspect), "innocent": .bool(innocent),
        "attack": .string(suspect), "seed": 1, "key": "victim-1", "statistic": .number(deltaMu),
        "p_value": .number(p), "exact": false, "settings": .object(settings),
      ]).decode()
    }
  }

  @Test func tableSetsTheThresholdOnInnocents() throws {
    let variant = "gradient-values"
    let trials = try [
      trial("copy", innocent: false, deltaMu: 0.9, p: [1e-9, 1e-8, 0.5]),
      trial("label-query", innocent: false, deltaMu: 0.6, p: [1e-3, 1e-3, 1e-3]),
      trial("stranger", innocent: true, deltaMu: 0.7, p: [1e-4, 1e-5, 1e-6]),
      trial("not tried", innocent: true, deltaMu: 0.99, p: [1e-4, 1e-5, 1e-6]),
      trial("copy", innocent: false, deltaMu: 0.8, p: [1e-9, 1e-8, 0.5], variant: variant),
      trial("label-query", innocent: false, deltaMu: 0.1, p: [0.2, 0.3, 1e-3], variant: variant),
      trial("stranger", innocent: true, deltaMu: 0.05, p: [0.5, 0.4, 1e-6], variant: variant),
    ].flatMap { $0 }
    let text = try EvidenceSummary(trials).markdown()
    #expect(
      text.contains(
        "| as published: style, signs | 2 of 2 | 1 of 1 | 0.60 to 0.90 | 0.70 to 0.70 | 1 of 2 "
          + "| label-query |"
      )
    )
    #expect(
      text.contains(
        "| style, gradients | 1 of 2 | 0 of 1 | 0.10 to 0.80 | 0.05 to 0.05 | 2 of 2 |  |"
      )
    )
    // Variants are no trials of the test as it is: 2 innocents, 3 draws each.
    #expect(text.contains("| the published test, single draws | 2 | 6 |"))
  }
}
