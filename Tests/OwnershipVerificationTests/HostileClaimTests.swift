import Artifacts
import Datasets
import Foundation
import Networks
import OwnershipVerification
import TestSupport
import Testing
import Torch

/// A way to damage a claim, and what the error must say.
private struct Attack {
  let name: String
  let says: [String]
  let damage: (URL) throws -> Void

  init(_ name: String, says: String..., damage: @escaping (URL) throws -> Void) {
    self.name = name
    self.says = says
    self.damage = damage
  }

  /// Changes the manifest's settings.
  static func settings(
    _ name: String,
    says: String...,
    change: @escaping (inout [String: JSONValue]) -> Void
  ) -> Attack {
    Attack(name, says: says) { folder in
      var manifest = try Manifest.read(from: folder)
      change(&manifest.settings)
      try manifest.write(to: folder)
    }
  }

  private init(_ name: String, says: [String], damage: @escaping (URL) throws -> Void) {
    self.name = name
    self.says = says
    self.damage = damage
  }
}

@Suite struct HostileClaimTests {
  @Test func everyDamageHasItsError() throws {
    try withTemporaryDirectory { parent in
      let sample = try SampleClaim(in: parent, name: "whole")
      for (index, attack) in (files + digests + manifests).enumerated() {
        let folder = parent.appendingPathComponent("claim-\(index)")
        try copy(sample.folder, to: folder)
        try attack.damage(folder)
        let error = #expect(throws: (any Error).self, "\(attack.name)") {
          try Claim(contentsOf: folder)
        }
        let message = error.map { "\($0)" } ?? ""
        for words in attack.says {
          #expect(message.contains(words), "\(attack.name)")
        }
        try FileManager.default.removeItem(at: folder)
      }
      #expect(throws: Never.self) { try Claim(contentsOf: sample.folder) }
    }
  }

  /// Copies small files and links the large one, which no attack changes in place.
  private func copy(_ source: URL, to target: URL) throws {
    try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
    for name in ["manifest.json", "benign.safetensors", "held-out"] {
      try FileManager.default.copyItem(
        at: source.appendingPathComponent(name),
        to: target.appendingPathComponent(name)
      )
    }
    let large = "meta-classifier.safetensors"
    try FileManager.default.linkItem(
      at: source.appendingPathComponent(large),
      to: target.appendingPathComponent(large)
    )
  }

  /// Damage to files.
  private var files: [Attack] {
    let parts = ["manifest.json", "benign.safetensors", "meta-classifier.safetensors", "held-out"]
    let missing = parts.map { part in
      Attack("no \(part)", says: part) {
        try FileManager.default.removeItem(at: $0.appendingPathComponent(part))
      }
    }
    return missing + [
      Attack("another benign model", says: "benign.safetensors", "is not what was registered") {
        try Samples.classifier(seed: 7).write(to: $0.appendingPathComponent("benign.safetensors"))
      },
      Attack("a changed picture", says: "held-out' is not what was registered") {
        let picture = $0.appendingPathComponent("held-out/class 3")
        let name = try FileManager.default.contentsOfDirectory(atPath: picture.path)[0]
        try Samples.images(1, seed: 5)[0].writePNG(to: picture.appendingPathComponent(name))
      },
      Attack("a picture under another label", says: "held-out' is not what was registered") {
        let from = $0.appendingPathComponent("held-out/class 3")
        let name = try FileManager.default.contentsOfDirectory(atPath: from.path)[0]
        try FileManager.default.moveItem(
          at: from.appendingPathComponent(name),
          to: $0.appendingPathComponent("held-out/class 4/\(name)")
        )
      },
      Attack("an extra picture", says: "held-out' is not what was registered") {
        try Samples.images(1)[0].writePNG(
          to: $0.appendingPathComponent("held-out/class 0/99.png")
        )
      },
      Attack("a file for a folder", says: "held-out") {
        try FileManager.default.removeItem(at: $0.appendingPathComponent("held-out"))
        try Data().write(to: $0.appendingPathComponent("held-out"))
      },
    ]
  }

  /// Damage whose author also corrected the digests.
  private var digests: [Attack] {
    func resealed(_ folder: URL) throws {
      var manifest = try Manifest.read(from: folder)
      let held = try Digest(ofFolderAt: folder.appendingPathComponent("held-out"))
      var files = ["held-out": JSONValue.string("\(held)")]
      for name in ["benign.safetensors", "meta-classifier.safetensors"] {
        let digest = try Digest(ofFileAt: folder.appendingPathComponent(name))
        files[name] = .string("\(digest)")
      }
      manifest.settings["files"] = .object(files)
      try manifest.write(to: folder)
    }
    func benign(_ classifier: Classifier, _ folder: URL) throws {
      try classifier.write(to: folder.appendingPathComponent("benign.safetensors"))
      try resealed(folder)
    }
    return [
      Attack("another architecture", says: "settings.architecture", "wrn-10-1", "wrn-10-2") {
        try benign(Samples.classifier(.wideResNet(depth: 10, width: 2)), $0)
      },
      Attack("another picture size", says: "settings.picture_size", "8x8", "12x12") {
        try benign(Samples.classifier(side: 12), $0)
      },
      Attack("other classes", says: "settings.class_names") {
        try benign(Samples.classifier(classNames: (0..<10).map { "kind \($0)" }), $0)
      },
      Attack("a meta-classifier for other features", says: "not for 11440 features") {
        let rows = try MetaClassifierTests.rows(4, model: 1)
        try MetaClassifier.train(victim: rows, benign: rows, settings: .init(epochs: 1))
          .write(to: $0.appendingPathComponent("meta-classifier.safetensors"))
        try resealed($0)
      },
      Attack("a class that is none", says: "class X") {
        let folder = $0.appendingPathComponent("held-out")
        try FileManager.default.moveItem(
          at: folder.appendingPathComponent("class 3"),
          to: folder.appendingPathComponent("class X")
        )
        try resealed($0)
      },
      Attack("a picture of another size", says: "held-out/class 0/", "9 x 9") {
        try Samples.images(1, side: 9)[0].writePNG(
          to: $0.appendingPathComponent("held-out/class 0/0000.png")
        )
        try resealed($0)
      },
      Attack("a broken picture", says: "held-out/class 0/0000.png") {
        try Data("no picture".utf8).write(
          to: $0.appendingPathComponent("held-out/class 0/0000.png")
        )
        try resealed($0)
      },
      Attack("fewer pictures", says: "settings.held_out", "it is 20, but there are") {
        try FileManager.default.removeItem(at: $0.appendingPathComponent("held-out/class 0"))
        try resealed($0)
      },
    ]
  }

  /// Damage to the manifest.
  private var manifests: [Attack] {
    [
      Attack("no JSON", says: "manifest.json", "not valid JSON") {
        try Data("{".utf8).write(to: $0.appendingPathComponent("manifest.json"))
      },
      Attack("another kind", says: "manifest.json", "'model'", "'claim'") {
        var manifest = try Manifest.read(from: $0)
        manifest.kind = .model
        try manifest.write(to: $0)
      },
      Attack("no victim", says: "inputs.victim") {
        var manifest = try Manifest.read(from: $0)
        manifest.inputs["victim"] = nil
        try manifest.write(to: $0)
      },
      Attack("another seed", says: "seeds.draws") {
        var manifest = try Manifest.read(from: $0)
        manifest.seeds["draws"] = 99
        try manifest.write(to: $0)
      },
      .settings("no features", says: "settings.features: it is missing") { $0["features"] = nil },
      .settings("unknown features", says: "settings.features") { $0["features"] = "all" },
      .settings("m as text", says: "settings.test.m") { Self.set(&$0, "test", "m", "ten") },
      .settings("m of 1", says: "m: it is 1") { Self.set(&$0, "test", "m", 1) },
      .settings("m above the images", says: "m: it is 21, expected at most the 20 images") {
        Self.set(&$0, "test", "m", 21)
      },
      .settings("no repeats", says: "repeats: it is 0") { Self.set(&$0, "test", "repeats", 0) },
      .settings("too many repeats", says: "repeats: it is 1000000000") {
        Self.set(&$0, "test", "repeats", 1_000_000_000)
      },
      .settings("α of 0", says: "alpha: it is 0.0") { Self.set(&$0, "test", "alpha", 0) },
      .settings("α of 2", says: "alpha: it is 2.0") { Self.set(&$0, "test", "alpha", 2) },
      .settings("another meta-classifier", says: "settings.meta_classifier") {
        Self.set(&$0, "meta_classifier", "epochs", 99)
      },
      .settings("no deviation", says: "std") { Self.set(&$0, "normalization", "std", [0, 1, 1]) },
      .settings("another layer", says: "settings.layers", "conv1.weight") {
        $0["layers"] = [["name": "conv1.weight", "shape": [16, 3, 5, 5]]]
      },
      .settings("a digest that is none", says: "'abc' is not a SHA-256") {
        Self.set(&$0, "files", "benign.safetensors", "abc")
      },
      .settings("no digest", says: "settings.files.held-out") {
        Self.set(&$0, "files", "held-out", nil)
      },
      .settings("a count of another sign", says: "m: it is 5, expected at most the -1 images") {
        $0["held_out"] = -1
      },
    ]
  }

  private static func set(
    _ settings: inout [String: JSONValue],
    _ group: String,
    _ field: String,
    _ value: JSONValue?
  ) {
    guard case .object(var fields) = settings[group] else { return }
    fields[field] = value
    settings[group] = .object(fields)
  }
}
