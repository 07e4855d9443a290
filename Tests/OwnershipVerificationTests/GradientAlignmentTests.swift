import Datasets
import Foundation
import Networks
import OwnershipVerification
import Testing
import Torch

@Suite struct GradientAlignmentTests {
  /// Structures and pictures with few and with many places in the last block, so that both ways of computing
  /// products are gone through.
  static let cases: [(Architecture, Int, [String])] = [
    (
      .wideResNet(depth: 10, width: 1), 16,
      ["group3.block0.conv1", "group3.block0.conv2", "fc"]
    ),
    (.wideResNet(depth: 10, width: 3), 9, ["group3.block0.conv1", "group3.block0.conv2", "fc"]),
    (.resNet(depth: 18), 33, ["layer4.1.conv1", "layer4.1.conv2", "fc"]),
    (.vgg19, 32, ["features.46", "features.49", "classifier"]),
  ]

  @Test(arguments: cases, AlignmentSettings.Measure.allCases)
  func equalsCosinesOfLibtorchsGradients(
    _ sample: (Architecture, Int, [String]),
    _ measure: AlignmentSettings.Measure
  ) throws {
    let classifier = try Samples.classifier(sample.0, side: sample.1)
    try classifier.network.disturbStatistics(seed: 3)
    let originals = try Samples.images(3, side: sample.1)
    let styled = try Samples.images(3, side: sample.1, seed: 2)
    let alignment = try GradientAlignment(
      of: classifier,
      to: originals,
      settings: .init(layers: .lastBlock, measure: measure)
    )
    #expect(alignment.layerNames == sample.2)
    let found = try alignment.cosines(with: styled)
    for picture in 0..<3 {
      let a = try WeightGradients.of(classifier, originals.subset([picture]), layers: sample.2)
      let b = try WeightGradients.of(classifier, styled.subset([picture]), layers: sample.2)
      for layer in sample.2.indices {
        // Where rounding alone decides, a sign may differ.
        let tolerance = measure == .gradients ? 1e-4 : 2e-3
        let expected = WeightGradients.cosine(a[layer], b[layer], measure)
        #expect(abs(found[layer][picture] - expected) < tolerance)
      }
    }
  }

  @Test(arguments: AlignmentSettings.Layers.allCases, AlignmentSettings.Measure.allCases)
  func theScoreIsTheMeanOfTheCosines(
    _ layers: AlignmentSettings.Layers,
    _ measure: AlignmentSettings.Measure
  ) throws {
    let classifier = try Samples.classifier()
    // More pictures than go through at once.
    let originals = try Samples.images(70)
    let settings = AlignmentSettings(layers: layers, measure: measure)
    let alignment = try GradientAlignment(of: classifier, to: originals, settings: settings)
    let styled = try Samples.images(70, seed: 2)
    let cosines = try alignment.cosines(with: styled)
    #expect(cosines.count == (layers == .linear ? 1 : 3))
    #expect(cosines.allSatisfy { $0.count == 70 && $0.allSatisfy { (-1...1).contains($0) } })
    let mean = cosines.reduce(0) { $0 + $1.reduce(0, +) } / Double(70 * cosines.count)
    #expect(abs(try alignment.score(of: styled) - mean) < 1e-12)
    #expect(abs(try alignment.score(of: originals) - 1) < 1e-5)
    #expect(try alignment.score(of: styled) < 0.999)
    // A picture's cosine does not depend on the others.
    let last = try GradientAlignment(of: classifier, to: originals.subset([69]), settings: settings)
    let alone = try last.cosines(with: styled.subset([69]))
    for (layer, values) in alone.enumerated() {
      #expect(abs(values[0] - cosines[layer][69]) < 1e-3)
    }
  }

  /// The cross-entropy's own gradient rounds to nothing where the model is sure.
  @Test func aSureModelHasGradientsToo() throws {
    let classifier = try Samples.classifier()
    let originals = try Samples.images(6)
    let styled = try Samples.images(6, seed: 2)
    let settings = AlignmentSettings(layers: .linear, measure: .gradients)
    for (name, tensor) in classifier.network.namedParameters where name.hasPrefix("fc") {
      try tensor.copyInPlace(from: tensor * 1e4)
    }
    let cosines = try GradientAlignment(of: classifier, to: originals, settings: settings)
      .cosines(with: styled)
    #expect(cosines[0].allSatisfy { $0 > 0 && $0 <= 1 })
  }

  /// Cosines do not depend on the size of features, whose products round to nothing in single precision.
  @Test func tinyFeaturesHaveTheirDirectionsToo() throws {
    let cosines = try [1e-8, 1e-25].map { size in
      let classifier = try Samples.classifier()
      for (name, tensor) in classifier.network.namedParameters where name.hasPrefix("bn.") {
        try tensor.copyInPlace(from: tensor * size)
      }
      return try GradientAlignment(
        of: classifier,
        to: Samples.images(3),
        settings: .init(layers: .linear, measure: .gradients)
      ).cosines(with: Samples.images(3, seed: 2))[0]
    }
    for (small, tiny) in zip(cosines[0], cosines[1]) {
      #expect(tiny > 0)
      #expect(abs(small - tiny) < 1e-5)
    }
  }

  /// A network that sees nothing has gradients of zero at its last convolutions.
  @Test func aGradientOfZeroCountsAsZero() throws {
    let classifier = try Samples.classifier()
    for (name, tensor) in classifier.network.namedParameters
    where name.hasPrefix("bn.") || name == "fc.weight" {
      try tensor.copyInPlace(from: tensor * 0)
    }
    let originals = try Samples.images(2)
    for measure in AlignmentSettings.Measure.allCases {
      let alignment = try GradientAlignment(
        of: classifier,
        to: originals,
        settings: .init(layers: .lastBlock, measure: measure)
      )
      #expect(try alignment.cosines(with: originals) == [[0, 0], [0, 0], [0, 0]])
    }
  }

  @Test func refusesWhatDoesNotFit() throws {
    let classifier = try Samples.classifier()
    let originals = try Samples.images(4)
    let alignment = try GradientAlignment(of: classifier, to: originals)
    for styled in [
      try Samples.images(3), try Samples.images(4, side: 9),
      try originals.relabelled([1, 0, 3, 2]),
    ] {
      #expect(throws: VerificationError.self) { try alignment.cosines(with: styled) }
    }
    for wrong in [
      try originals.subset([]), try Samples.images(2, side: 9),
      try Samples.images(2, classNames: ["a", "b"]),
    ] {
      #expect(throws: VerificationError.self) { try GradientAlignment(of: classifier, to: wrong) }
    }
  }

  @Test(arguments: AlignmentSettings.Layers.allCases, AlignmentSettings.Measure.allCases)
  func refusesGradientsThatAreNoNumbers(
    _ layers: AlignmentSettings.Layers,
    _ measure: AlignmentSettings.Measure
  ) throws {
    for factor in [1e20, .nan, .infinity] {
      let classifier = try Samples.classifier()
      for (_, tensor) in classifier.network.namedParameters {
        try tensor.copyInPlace(from: tensor * factor)
      }
      let error = #expect(throws: VerificationError.self) {
        try GradientAlignment(
          of: classifier,
          to: Samples.images(2),
          settings: .init(layers: layers, measure: measure)
        )
      }
      #expect(error?.description.contains("infinite or NaN") == true)
    }
  }

  @Test func scoresGoThroughTheStyleKeyTest() throws {
    let originals = try Samples.images(4)
    let secrets = try StyledSets([originals.blended(with: Samples.images(4, seed: 9), share: 0.1)])
    let decoys = try StyledSets(
      (10..<30).map { try originals.blended(with: Samples.images(4, seed: $0), share: 0.9) }
    )
    var done: [Int] = []
    let suspect = try AlignmentScores(
      of: GradientAlignment(of: Samples.classifier(), to: originals),
      secrets: secrets,
      decoys: decoys
    ) { done.append($0) }
    #expect(done == Array(1...21))
    let result = try StyleKeyTest().run(suspect)
    #expect(result.pValue == 1.0 / 21)
    #expect(result.decoys == suspect.decoys)
    // Benign models of other structures count too.
    let benign = try [
      Samples.classifier(seed: 2), Samples.classifier(.wideResNet(depth: 10, width: 2)),
    ]
    .map {
      try AlignmentScores(
        of: GradientAlignment(of: $0, to: originals),
        secrets: secrets,
        decoys: decoys
      )
    }
    let excess = try StyleKeyTest().run(suspect, over: benign)
    for index in decoys.sets.indices {
      let mean = (benign[0].decoys[index] + benign[1].decoys[index]) / 2
      #expect(abs(excess.decoys[index] - (suspect.decoys[index] - mean)) < 1e-12)
    }
    let fewer = try AlignmentScores(
      of: GradientAlignment(of: Samples.classifier(), to: originals),
      secrets: secrets,
      decoys: secrets
    )
    #expect(throws: VerificationError.self) { try StyleKeyTest().run(suspect, over: [fewer]) }
  }
}

/// Gradients of weights by libtorch's own backward pass, one picture at a time.
enum WeightGradients {
  static func of(_ classifier: Classifier, _ image: ImageSet, layers: [String]) throws -> [[Float]]
  {
    let all = try Reference.gradients(of: classifier, image: image, features: .full)
    var start = 0
    var found: [String: [Float]] = [:]
    for (name, tensor) in classifier.network.namedParameters {
      found[name] = Array(all[start..<start + tensor.elementCount])
      start += tensor.elementCount
    }
    return try layers.map { try #require(found["\($0).weight"]) }
  }

  static func cosine(_ a: [Float], _ b: [Float], _ measure: AlignmentSettings.Measure) -> Double {
    func values(_ numbers: [Float]) -> [Double] {
      numbers.map { measure == .gradients ? Double($0) : $0 > 0 ? 1 : $0 < 0 ? -1 : 0 }
    }
    let (x, y) = (values(a), values(b))
    func dot(_ x: [Double], _ y: [Double]) -> Double { zip(x, y).reduce(0) { $0 + $1.0 * $1.1 } }
    return dot(x, y) / (dot(x, x) * dot(y, y)).squareRoot()
  }
}

extension ImageSet {
  /// These pictures with a share of others.
  fileprivate func blended(with other: ImageSet, share: Double) throws -> ImageSet {
    try ImageSet(
      width: width,
      height: height,
      pixels: zip(pixels, other.pixels).map {
        UInt8(Double($0) * (1 - share) + Double($1) * share)
      },
      labels: labels,
      classNames: classNames
    )
  }
}
