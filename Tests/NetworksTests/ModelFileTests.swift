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

  /// Each case changes a good file; the message must name what is wrong.
  @Test(
    arguments: [
      ("its metadata says nothing of 'architecture'", { $0.metadata["architecture"] = nil }),
      ("architecture = 'wrn-9-1'", { $0.metadata["architecture"] = "wrn-9-1" }),
      ("classes = '[\"a\"]'", { $0.metadata["classes"] = #"["a"]"# }),
      ("classes = '[\"a\",\"a\"]'", { $0.metadata["classes"] = #"["a","a"]"# }),
      ("classes = 'frog'", { $0.metadata["classes"] = "frog" }),
      (
        "normalization = '{\"mean\":[0,0,0],\"std\":[0,1,1]}'",
        { $0.metadata["normalization"] = #"{"mean":[0,0,0],"std":[0,1,1]}"# }
      ),
      ("nothing of 'normalization'", { $0.metadata["normalization"] = nil }),
      ("picture_size = '8'", { $0.metadata["picture_size"] = "8" }),
      ("picture_size = '99999x8'", { $0.metadata["picture_size"] = "99999x8" }),
      ("pictures of 2x2 are too small", { $0.metadata["picture_size"] = "2x2" }),
      (
        "conv1.weight: found [16, 3, 3, 3], expected [64, 3, 7, 7]",
        {
          $0.metadata["architecture"] = "resnet-18"
          $0.metadata["picture_size"] = "32x32"
        }
      ),
      ("fc.bias: found absent, expected [10]", { $0.tensors.removeAll { $0.0 == "fc.bias" } }),
      (
        "extra: found [1], expected absent",
        { $0.tensors.append(("extra", try Tensor([Float(1)], shape: [1]))) }
      ),
      (
        "tensor 'fc.bias' holds infinities or NaN",
        {
          $0.tensors.removeAll { $0.0 == "fc.bias" }
          $0.tensors.append(
            ("fc.bias", try Tensor([Float](repeating: .nan, count: 10), shape: [10]))
          )
        }
      ),
      (
        "tensor 'fc.bias' holds infinities or NaN",
        {
          $0.tensors.removeAll { $0.0 == "fc.bias" }
          $0.tensors.append(
            ("fc.bias", try Tensor([Float](repeating: .infinity, count: 10), shape: [10]))
          )
        }
      ),
    ] as [(String, @Sendable (inout ModelFile) throws -> Void)]
  )
  func brokenFilesAreExplained(
    message: String,
    change: @Sendable (inout ModelFile) throws -> Void
  ) throws {
    try withTemporaryDirectory { folder in
      let file = folder.appendingPathComponent("suspect.safetensors")
      try classifier().write(to: file)
      var contents = try ModelFile(reading: file)
      try change(&contents)
      try contents.write(to: file)
      let error = #expect(throws: NetworkError.self) { try Classifier(contentsOf: file) }
      let description = error?.description ?? ""
      #expect(description.contains(message), "\(description)")
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
