import Artifacts
import Datasets
import Foundation
import Networks
import OwnershipVerification
import SafeTensors
import Statistics
import TestSupport
import Testing
import Torch

@Suite struct VerificationTests {
  @Test func convictsTheVictimAndAcquitsTheBenignModel() throws {
    try withTemporaryDirectory { parent in
      let sample = try SampleClaim(in: parent)
      for method in HypothesisTest.Method.allCases {
        let test = HypothesisTest(method, sampleSize: 5, repeats: 10)
        let copy = try runPublishedTest(
          on: sample.victim,
          named: "copy",
          digest: nil,
          against: sample.claim,
          test: test
        )
        #expect(copy.deltaMu > 0.5)
        #expect(copy.accuses && copy.log10P < -2)
        #expect(copy.rejectionRate > 0.5)
        // The published "independent" case: the benign model compared with itself.
        let itself = try runPublishedTest(
          on: sample.benign,
          named: "benign",
          digest: nil,
          against: sample.claim,
          test: test
        )
        #expect(itself.deltaMu == 0)
        #expect(abs(itself.pValue - (method == .welch ? 0.5 : 1)) < 1e-12)
        #expect(!itself.accuses && itself.rejectionRate == 0)
      }
    }
  }

  @Test func verdictSaysWhatWasDone() throws {
    try withTemporaryDirectory { parent in
      let sample = try SampleClaim(in: parent)
      let suspect = parent.appendingPathComponent("suspect.safetensors")
      try sample.victim.write(to: suspect)
      let verdict = try runPublishedTest(on: suspect, against: sample.claim)
      #expect((verdict.test, verdict.sidedness, verdict.combination).0 == "paired-t")
      #expect(verdict.sidedness == "one-sided" && verdict.combination == "median")
      #expect((verdict.sampleSize, verdict.repeats, verdict.imageCount) == (5, 10, 20))
      #expect(verdict.significance == 0.01 && verdict.seed == 1)
      #expect(verdict.degreesOfFreedom == 4)
      #expect(verdict.suspectDigest == (try Digest(ofFileAt: suspect)))
      #expect(verdict.victimDigest == Digest(of: [1]) && verdict.benignDigest == Digest(of: [2]))
      #expect(verdict.claimDigest == sample.claim.digest)
      #expect(verdict.libtorchVersion == Runtime.version)
      let released = try runPublishedTest(
        on: suspect,
        against: sample.claim,
        test: .init(.asReleased, sampleSize: 5)
      )
      #expect((released.test, released.sidedness) == ("welch", "two-sided"))
      #expect(released.combination == "harmonic-mean" && released.degreesOfFreedom == nil)
      #expect(released.log10P == released.harmonicMeanLog10P)
    }
  }

  @Test func runsThePublicCodesWay() throws {
    try withTemporaryDirectory { parent in
      var settings = ClaimSettings.asReleased(seed: 3)
      settings.heldOutShare = 0.25
      settings.metaClassifier.epochs = 4
      settings.metaClassifier.batchSize = 32
      let sample = try SampleClaim(in: parent, settings: settings)
      let verdict = try runPublishedTest(
        on: sample.victim,
        named: "copy",
        digest: nil,
        against: sample.claim
      )
      #expect(verdict.metaClassifierAsReleased && verdict.combination == "harmonic-mean")
      #expect((verdict.sampleSize, verdict.repeats, verdict.seed) == (10, 40, 3))
      #expect(verdict.deltaMu > 0)
      // Single precision all the way: the network's own softmax.
      let posteriors = try sample.claim.posteriors(of: sample.victim)
      #expect(posteriors.allSatisfy { Double(Float($0)) == $0 })
    }
  }

  @Test func refusesOtherLayers() throws {
    try withTemporaryDirectory { parent in
      let sample = try SampleClaim(in: parent)
      let file = parent.appendingPathComponent("suspect.safetensors")
      try Samples.classifier(.wideResNet(depth: 10, width: 2)).write(to: file)
      let suspect = URL(
        fileURLWithPath: "suspect.safetensors",
        relativeTo: URL(fileURLWithPath: parent.path, isDirectory: true)
      )
      let error = #expect(throws: VerificationError.self) {
        try runPublishedTest(on: suspect, against: sample.claim)
      }
      #expect(
        error?.description == """
          cannot verify 'suspect.safetensors': its layers differ from the benign model's
            group1.block0.conv1.weight: suspect [32, 16, 3, 3], benign [16, 16, 3, 3]
            Train the victim and the benign model with --architecture wrn-10-2, make a claim of \
          them and try again.
          """
      )
    }
  }

  @Test func refusesOtherClassesPicturesAndInfiniteWeights() throws {
    try withTemporaryDirectory { parent in
      let claim = try SampleClaim(in: parent).claim
      let file = parent.appendingPathComponent("suspect.safetensors")
      func message() throws -> String? {
        #expect(throws: (any Error).self) { try runPublishedTest(on: file, against: claim) }
          .map { "\($0)" }
      }
      func message(_ suspect: Classifier) throws -> String? {
        try suspect.write(to: file)
        return try message()
      }
      let three = try message(Samples.classifier(classNames: ["a", "b", "c"]))
      #expect(three?.contains("number of classes") == true)
      #expect(three?.contains("suspect: 3\n  benign: 10") == true)
      let renamed = try message(Samples.classifier(classNames: (0..<10).map { "kind \($0)" }))
      #expect(renamed?.contains("it is not for the benign model's classes") == true)
      let large = try message(Samples.classifier(side: 12))
      #expect(large?.contains("suspect: 12x12\n  benign: 8x8") == true)
      // Hallmark writes no such file.
      try Samples.classifier().write(to: file)
      let whole = try SafeTensorsFile(contentsOf: file)
      var writer = SafeTensorsWriter(metadata: whole.metadata)
      for name in whole.tensorNames {
        let tensor = try whole.load(name)
        writer.add(name, name == "fc.bias" ? try tensor * .infinity : tensor)
      }
      try writer.write(to: file)
      #expect(try message()?.contains("'fc.bias' holds infinities or NaN") == true)
    }
  }

  @Test func refusesTestsThatDoNotFit() throws {
    try withTemporaryDirectory { parent in
      let sample = try SampleClaim(in: parent)
      for (test, words) in [
        (
          HypothesisTest(sampleSize: 21),
          "m is 21, expected at most the 20 images that the claim holds out: choose a smaller --m, or make a claim of more"
        ),
        (HypothesisTest(sampleSize: 1), "m is 1"), (HypothesisTest(repeats: 0), "repeats is 0"),
        (HypothesisTest(significance: 1), "alpha is 1.0"),
        (HypothesisTest(significance: .nan), "alpha is nan"),
      ] {
        let error = #expect(throws: VerificationError.self) {
          try runPublishedTest(
            on: sample.victim,
            named: "x",
            digest: nil,
            against: sample.claim,
            test: test
          )
        }
        #expect(error?.description.hasPrefix(words) == true)
      }
    }
  }

  /// The handles of the whole process are counted, so tests that run beside this one show too: a leak
  /// would show in every attempt.
  @Test func leaksNoTensor() throws {
    try withTemporaryDirectory { parent in
      let sample = try SampleClaim(in: parent)
      func run() throws {
        _ = try runPublishedTest(
          on: sample.victim,
          named: "copy",
          digest: nil,
          against: sample.claim
        )
      }
      try run()
      let grows = try (0..<10).allSatisfy { _ in
        let before = Runtime.liveTensorCount
        for _ in 0..<3 { try run() }
        return Runtime.liveTensorCount > before
      }
      #expect(!grows)
    }
  }
}

@Suite struct VerdictTests {
  private func verdict(log10P: String) throws -> PublishedTestResult {
    try JSONValue(
      parsing: Array(
        """
        {"suspect": "s", "test": "paired-t", "sidedness": "one-sided", "combination": "median",
        "delta_mu": 0.5, "p_value": 0, "log10_p": \(log10P), "m": 10, "repeats": 40, "alpha": 0.01,
        "stolen": true, "rejection_rate": 1, "harmonic_mean_log10_p": null, "features": "compact",
        "meta_classifier_as_released": false, "images": 80, "seed": 18446744073709551615,
        "log10_p_draws": [-1.5, null],
        "claim_digest": "\(Digest(of: []))", "hallmark_version": "1", "libtorch_version": "2"}
        """.utf8
      )
    ).decode()
  }

  @Test(
    arguments: [
      ("-2", 0.01, "-2", nil), ("-320.5", 0, "-320.5", nil), ("null", 0, nil, 1e-300),
    ] as [(String, Double, String?, Double?)]
  )
  func writesSmallValues(
    _ log10P: String,
    _ p: Double,
    _ written: String?,
    _ bound: Double?
  )
    throws
  {
    let verdict = try verdict(log10P: log10P)
    guard case .object(let fields) = try JSONValue(encoding: verdict) else {
      Issue.record("a verdict is no object")
      return
    }
    let found: Double = try #require(fields["p_value"]).decode()
    #expect(abs(found - p) <= 1e-15)
    #expect(fields["log10_p"]?.compactText == written ?? "null")
    #expect(fields["p_value_bound"]?.compactText == bound.map { _ in "1e-300" })
    #expect(fields["harmonic_mean_log10_p"] == .null)
    #expect(fields["log10_p_draws"]?.compactText == "[-1.5,null]")
    #expect(try JSONValue(encoding: verdict).decode() == verdict)
  }

  @Test func hasTheFieldsOfTheReport() throws {
    guard case .object(let fields) = try JSONValue(encoding: verdict(log10P: "-2")) else {
      Issue.record("a verdict is no object")
      return
    }
    #expect(
      fields.keys.sorted() == [
        "alpha", "claim_digest", "combination", "delta_mu", "features", "hallmark_version",
        "harmonic_mean_log10_p", "images", "libtorch_version", "log10_p", "log10_p_draws", "m",
        "meta_classifier_as_released", "p_value", "rejection_rate", "repeats", "seed", "sidedness",
        "stolen", "suspect", "test",
      ]
    )
  }

  /// All differences equal and positive: p is zero, and neither NaN nor infinity comes out.
  @Test(arguments: HypothesisTest.Method.allCases)
  func noSpreadIsCertain(_ method: HypothesisTest.Method) throws {
    let test = HypothesisTest(method)
    let one = [Double](repeating: 1, count: 20)
    let zero = [Double](repeating: 0, count: 20)
    #expect(try test.log10P(of: test.run(suspect: one, benign: zero)) == -.infinity)
    #expect(try test.log10P(of: test.run(suspect: one, benign: one)) == 0)
    // Only the public code's two-sided test convicts a suspect for being less like the victim.
    let reverse = try test.log10P(of: test.run(suspect: zero, benign: one))
    #expect(reverse == (method == .asReleased ? -.infinity : 0))
  }

  @Test func seedDecidesTheDraws() throws {
    var random = KeyedRandom("posteriors", 1)
    let suspect = (0..<40).map { _ in random.uniform() }
    let benign = (0..<40).map { _ in random.uniform() }
    func result(_ seed: UInt64) throws -> RepeatedTestResult {
      try HypothesisTest(seed: seed).run(suspect: suspect, benign: benign)
    }
    #expect(try result(1) == result(1))
    #expect(try result(1) != result(2))
  }
}
