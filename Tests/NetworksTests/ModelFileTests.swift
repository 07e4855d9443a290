import Artifacts
import Datasets
import Foundation
import Networks
import SafeTensors
import TestSupport
import Testing
import Torch

@Suite struct ModelFileTests {
  private func classifier() throws -> Classifier {
    let classifier = try Classifier(
      Architecture("wrn-10-1"),
      classNames: Shapes.classNames,
      normalization: .cifar10,
      pictureSize: .init(height: 8, width: 8),
      seed: 1
    )
    classifier.origin = ["made": "by a test"]
    return classifier
  }

  @Test func comesBackAsItWas() throws {
    try withTemporaryDirectory { folder in
      let file = folder.appendingPathComponent("model.safetensors")
      let original = try classifier()
      try original.write(to: file)
      let loaded = try Classifier(contentsOf: file)

      #expect(loaded.architecture == original.architecture)
      #expect(loaded.classNames == original.classNames)
      #expect(loaded.normalization == original.normalization)
      #expect(loaded.origin == original.origin)
      let images = try Shapes.images(.test, count: 10, side: 8, seed: 1)
      #expect(
        try loaded.logits(of: images).elements(as: Float.self)
          == original.logits(of: images).elements(as: Float.self)
      )
    }
  }

  /// A change to a good file, and what the error must say of it.
  struct Damage: Sendable, CustomTestStringConvertible {
    let message: String
    let apply: @Sendable (inout ModelFile) throws -> Void
    var testDescription: String { message }

    init(_ message: String, _ apply: @escaping @Sendable (inout ModelFile) throws -> Void) {
      self.message = message
      self.apply = apply
    }

    static func metadata(_ key: String, _ value: String?, _ message: String) -> Damage {
      Damage(message) { $0.metadata[key] = value }
    }

    static func bias(_ value: Float) -> Damage {
      Damage("tensor 'fc.bias' holds infinities or NaN") { file in
        file.tensors.removeAll { $0.0 == "fc.bias" }
        file.tensors.append(
          ("fc.bias", try Tensor([Float](repeating: value, count: 10), shape: [10]))
        )
      }
    }
  }

  static let damages: [Damage] = [
    .metadata("architecture", nil, "its metadata says nothing of 'architecture'"),
    .metadata("architecture", "wrn-9-1", "architecture = 'wrn-9-1'"),
    .metadata("classes", #"["a"]"#, #"classes = '["a"]'"#),
    .metadata("classes", #"["a","a"]"#, "2 to 10,000 different names"),
    .metadata("classes", "frog", "classes = 'frog'"),
    .metadata(
      "normalization",
      #"{"mean":[0,0,0],"std":[0,1,1]}"#,
      "three means and three deviations"
    ),
    // Positive as a double, and 0 or infinite as a float.
    .metadata(
      "normalization",
      #"{"mean":[0,0,0],"std":[1e-300,1,1]}"#,
      "three means and three deviations"
    ),
    .metadata(
      "normalization",
      #"{"mean":[1e300,0,0],"std":[1,1,1]}"#,
      "three means and three deviations"
    ),
    .metadata(
      "classes",
      #"["a","\#(String(repeating: "b", count: 5_000))"]"#,
      "2 to 10,000 different names"
    ),
    Damage("tensor 'bn.running_var' holds negative variances") { file in
      let shape = file.tensors.first { $0.0 == "bn.running_var" }?.1.shape ?? []
      file.tensors.removeAll { $0.0 == "bn.running_var" }
      file.tensors.append(("bn.running_var", try Tensor(repeating: -3, shape: shape)))
    },
    .metadata("normalization", nil, "nothing of 'normalization'"),
    .metadata("picture_size", "8", "picture_size = '8'"),
    .metadata("picture_size", "99999x8", "HEIGHTxWIDTH with 1 to 4096 pixels each"),
    .metadata("picture_size", "2x2", "pictures of 2x2 are too small for wrn-10-1, which needs 4x4"),
    .metadata("architecture", "wrn-100-20", "a network of at most the"),
    .metadata("architecture", "resnet-18", "a network of at most the"),
    Damage("conv1.weight: found [8, 3, 3, 3], expected [16, 3, 3, 3]") { file in
      file.tensors.removeAll { $0.0 == "conv1.weight" }
      file.tensors.append(("conv1.weight", try Tensor(repeating: 0, shape: [8, 3, 3, 3])))
    },
    .metadata("architecture", "wrn\u{1B}[2J", "architecture = 'wrn\\u{1B}[2J'"),
    Damage("fc.bias: found absent, expected [10]") { file in
      file.tensors.removeAll { $0.0 == "fc.bias" }
    },
    Damage("extra: found [1], expected absent") {
      $0.tensors.append(("extra", try Tensor([Float(1)], shape: [1])))
    },
    .bias(.nan), .bias(.infinity),
  ]

  @Test(arguments: damages)
  func brokenFilesAreExplained(damage: Damage) throws {
    try withTemporaryDirectory { folder in
      let file = folder.appendingPathComponent("suspect.safetensors")
      try classifier().write(to: file)
      var contents = try ModelFile(reading: file)
      try damage.apply(&contents)
      try contents.write(to: file)
      let error = #expect(throws: NetworkError.self) { try Classifier(contentsOf: file) }
      let description = error?.description ?? ""
      #expect(description.contains(damage.message), "\(description)")
    }
  }

  @Test func batchCountsMayBeMissing() throws {
    try withTemporaryDirectory { folder in
      let file = folder.appendingPathComponent("model.safetensors")
      try classifier().write(to: file)
      var contents = try ModelFile(reading: file)
      contents.tensors.removeAll { $0.0.hasSuffix("num_batches_tracked") }
      try contents.write(to: file)
      #expect(try Classifier(contentsOf: file).classNames == Shapes.classNames)
    }
  }

  @Test func normalizationIsMeasured() throws {
    // Red alternates between 0 and 255, green is 51 throughout, blue is 0 or 255 three to one.
    var pixels = [UInt8](repeating: 0, count: 2 * 3 * 4)
    for image in 0..<2 {
      pixels.replaceSubrange(
        image * 12..<image * 12 + 12,
        with: [0, 255, 0, 255, 51, 51, 51, 51, 255, 0, 0, 0]
      )
    }
    let set = try ImageSet(
      width: 2,
      height: 2,
      pixels: pixels,
      labels: [0, 1],
      classNames: ["a", "b"]
    )
    let measured = Normalization.measured(on: set)
    #expect(measured.mean == [0.5, 0.2, 0.25])
    #expect(measured.deviation == [0.5, 1, 0.433])
  }
}

/// The parts of a model file, to be bent.
struct ModelFile {
  var metadata: [String: String]
  var tensors: [(String, Tensor)]

  init(reading file: URL) throws {
    let source = try SafeTensorsFile(contentsOf: file)
    metadata = source.metadata
    tensors = try source.tensorNames.map { ($0, try source.load($0)) }
  }

  func write(to file: URL) throws {
    var writer = SafeTensorsWriter(metadata: metadata)
    for (name, tensor) in tensors { writer.add(name, tensor) }
    try writer.write(to: file)
  }
}
