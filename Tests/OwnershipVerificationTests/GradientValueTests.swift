import Artifacts
import Datasets
import Networks
import OwnershipVerification
import TestSupport
import Testing
import Torch

/// Gradients in place of their signs.
@Suite struct GradientValueTests {
  @Test(arguments: GradientFeatures.allCases)
  func rowsAreGradientsOfTheLengthOfSigns(features: GradientFeatures) throws {
    let classifier = try Samples.classifier()
    try classifier.network.disturbStatistics(seed: 3)
    let images = try Samples.images(5)
    let signs = try GradientSigns(of: classifier, features: features)
    let values = try signs.scaledGradients(of: images)
    let expected = try signs.gradients(
      of: classifier.images(fromPixels: images.pixels, count: images.count),
      labels: images.labels
    ).detached().elements(as: Float.self)
    #expect((values.rowCount, values.columnCount) == (5, signs.count))
    for row in 0..<5 {
      let range = row * signs.count..<(row + 1) * signs.count
      let (found, raw) = (values.entries[range].map(Double.init), expected[range].map(Double.init))
      let length = raw.reduce(0) { $0 + $1 * $1 }.squareRoot()
      let scale = Double(signs.count).squareRoot() / length
      let error = zip(found, raw).map { abs($0 - $1 * scale) }.max() ?? .infinity
      #expect(error < 1e-4 * scale * length)
      #expect(abs(found.reduce(0) { $0 + $1 * $1 } / Double(signs.count) - 1) < 1e-4)
    }
  }

  @Test func aClaimSaysWhatItsClassifierSees() throws {
    try withTemporaryDirectory { parent in
      var settings = SampleClaim.settings
      let signs = try SampleClaim(in: parent, name: "signs", settings: settings)
      settings.entries = .values
      let values = try SampleClaim(in: parent, name: "values", settings: settings)
      #expect((signs.claim.entries, values.claim.entries) == (.signs, .values))
      let manifests = try [signs, values].map { try Manifest.read(from: $0.folder, kind: .claim) }
      #expect(manifests.map { $0.settings["entries"] } == [nil, "values"])
      // Both know the two networks they have seen, on images they have not.
      for sample in [signs, values] {
        let (own, other) = (
          try sample.claim.posteriors(of: sample.victim),
          try sample.claim.posteriors(of: sample.benign)
        )
        #expect(own.reduce(0, +) > other.reduce(0, +) + 1)
      }
      #expect(
        try signs.claim.posteriors(of: signs.victim) != values.claim.posteriors(of: values.victim)
      )
    }
  }
}
