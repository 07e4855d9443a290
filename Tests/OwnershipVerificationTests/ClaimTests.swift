import Artifacts
import Datasets
import Foundation
import Networks
import OwnershipVerification
import TestSupport
import Testing
import Torch

/// A claim of small models with random weights, made once a test.
struct SampleClaim {
  static let inputs = Claim.Inputs(
    victim: Digest(of: [1]),
    benign: Digest(of: [2]),
    embedding: Digest(of: [3]),
    style: Digest(of: [4])
  )
  static let settings = ClaimSettings(
    heldOutShare: 0.25,
    metaClassifier: .init(epochs: 4, batchSize: 32),
    test: .init(sampleSize: 5, repeats: 10)
  )

  let folder: URL
  let victim: Classifier
  let benign: Classifier
  let marked: ImageSet
  let claim: Claim

  init(in parent: URL, name: String = "claim", settings: ClaimSettings = Self.settings) throws {
    folder = parent.appendingPathComponent(name)
    victim = try Samples.classifier(seed: 1)
    benign = try Samples.classifier(seed: 2)
    benign.origin = ["style": "/home/owner/secret.png"]
    marked = try Samples.images(80)
    claim = try Claim.make(
      in: folder,
      victim: victim,
      benign: benign,
      marked: marked,
      inputs: Self.inputs,
      settings: settings
    )
  }
}

@Suite struct ClaimTests {
  @Test func holdsWhatVerificationNeedsAndNoSecret() throws {
    try withTemporaryDirectory { parent in
      let sample = try SampleClaim(in: parent)
      let files = try FileManager.default.subpathsOfDirectory(atPath: sample.folder.path)
      let pictures = files.filter { $0.hasSuffix(".png") }
      #expect(pictures.count == 20)
      #expect(pictures.allSatisfy { $0.hasPrefix("held-out/class ") })
      let rest = files.filter { !$0.hasSuffix(".png") && !$0.hasPrefix("held-out/class ") }
      #expect(
        rest.sorted() == [
          "benign.safetensors", "held-out", "held-out/classes.json", "manifest.json",
          "meta-classifier.safetensors",
        ]
      )
      #expect(try FileManager.default.contentsOfDirectory(atPath: parent.path) == ["claim"])

      for file in ["manifest.json", "benign.safetensors", "meta-classifier.safetensors"] {
        let bytes = try Data(contentsOf: sample.folder.appendingPathComponent(file))
        for secret in ["secret.png", "/home", parent.path] {
          #expect(bytes.range(of: Data(secret.utf8)) == nil, "\(secret) in \(file)")
        }
        for (name, tensor) in sample.victim.network.namedParameters
        where tensor.shape.count > 1 {
          #expect(try bytes.range(of: Data(tensor.bytes().prefix(64))) == nil, "\(name)")
        }
      }
    }
  }

  @Test func heldOutImagesAreMarkedOnesOfEveryClass() throws {
    try withTemporaryDirectory { parent in
      let sample = try SampleClaim(in: parent)
      let heldOut = sample.claim.heldOut
      #expect(Set(heldOut.labels) == Set(0..<10))
      for index in heldOut.indices {
        let source = try #require(
          sample.marked.indices.first { sample.marked[$0] == heldOut[index] }
        )
        #expect(sample.marked.labels[source] == heldOut.labels[index])
      }
    }
  }

  @Test func sameInputsGiveTheSameClaim() throws {
    try withTemporaryDirectory { parent in
      let first = try SampleClaim(in: parent, name: "a")
      let second = try SampleClaim(in: parent, name: "b")
      #expect(first.claim.digest == second.claim.digest)
      var settings = SampleClaim.settings
      settings.metaClassifier.seed = 9
      #expect(
        try SampleClaim(in: parent, name: "c", settings: settings).claim.digest
          != first.claim.digest
      )
    }
  }

  @Test func canBeMoved() throws {
    try withTemporaryDirectory { parent in
      let sample = try SampleClaim(in: parent)
      let suspect = parent.appendingPathComponent("suspect.safetensors")
      try sample.victim.write(to: suspect)
      let before = try runPublishedTest(on: suspect, against: sample.claim)
      let elsewhere = parent.appendingPathComponent("elsewhere")
      try FileManager.default.moveItem(at: sample.folder, to: elsewhere)
      #expect(try runPublishedTest(on: suspect, against: Claim(contentsOf: elsewhere)) == before)
    }
  }

  @Test func interruptedMakingLeavesNothing() throws {
    struct Interruption: Error {}
    try withTemporaryDirectory { parent throws in
      let (victim, benign) = (try Samples.classifier(seed: 1), try Samples.classifier(seed: 2))
      let marked = try Samples.images(80)
      #expect(throws: Interruption.self) {
        try Claim.make(
          in: parent.appendingPathComponent("claim"),
          victim: victim,
          benign: benign,
          marked: marked,
          inputs: SampleClaim.inputs,
          settings: SampleClaim.settings
        ) { progress in
          if case .metaClassifier = progress { throw Interruption() }
        }
      }
      let left = try FileManager.default.contentsOfDirectory(atPath: parent.path)
      #expect(left.isEmpty)
    }
  }

  @Test func neverOverwrites() throws {
    try withTemporaryDirectory { parent in
      let folder = parent.appendingPathComponent("claim")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try Data("mine".utf8).write(to: folder.appendingPathComponent("notes.txt"))
      let error = #expect(throws: VerificationError.self) { try SampleClaim(in: parent) }
      #expect(error?.description.contains("is there already") == true)
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["notes.txt"]
      )
    }
  }

  @Test func refusesModelsAndImagesThatDoNotFit() throws {
    let classifier = try Samples.classifier(seed: 1)
    func message(
      benign: Classifier,
      marked: ImageSet? = nil,
      settings: ClaimSettings = SampleClaim.settings
    ) throws -> String? {
      try withTemporaryDirectory { parent in
        let marked = try marked ?? Samples.images(80)
        return #expect(throws: VerificationError.self) {
          try Claim.make(
            in: parent.appendingPathComponent("claim"),
            victim: classifier,
            benign: benign,
            marked: marked,
            inputs: SampleClaim.inputs,
            settings: settings
          )
        }?.description
      }
    }
    let wide = try Samples.classifier(.wideResNet(depth: 10, width: 2), seed: 2)
    #expect(try message(benign: wide)?.contains("benign: wrn-10-2") == true)
    let large = try Samples.classifier(side: 12, seed: 2)
    #expect(try message(benign: large)?.contains("benign: 12x12") == true)
    let benign = try Samples.classifier(seed: 2)
    #expect(
      try message(benign: benign, marked: Samples.images(80, side: 9))?
        .contains("pictures: 9x9") == true
    )
    #expect(
      try message(benign: benign, marked: Samples.images(12))
        == "m is 5, expected at most the 3 images that the claim holds out: choose a smaller --m, or make a claim of more"
    )
    var settings = SampleClaim.settings
    settings.heldOutShare = 1
    #expect(
      try message(benign: benign, settings: settings)
        == "held_out_share is 1.0, expected a share in (0, 1)"
    )
  }
}
