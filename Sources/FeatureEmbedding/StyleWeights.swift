public import Artifacts
internal import CStyleWeights
public import Foundation
internal import SafeTensors
package import Torch

/// The tensors of the pretrained style network, by name, in float32.
///
/// The network is that of Ghiasi, Lee, Kudlur, Dumoulin and Shlens, "Exploring the structure of a
/// real-time, arbitrary neural artistic stylization network", BMVC 2017. `StylePredictor` and
/// `StyleTransformer` say which tensors they take. Kernels are `[out, in / groups, height, width]`.
public struct StyleWeights {
  /// What the weights are called in errors: a path, or "the built-in style network".
  public let source: String
  /// The SHA-256 of the safetensors file.
  public let digest: Digest
  private let tensors: [String: Tensor]

  /// Loads the weights compiled into the product, which are rounded to float16.
  ///
  /// - Throws: `SafeTensorsError` or `TorchError` if the build was damaged.
  public static func builtIn() throws -> StyleWeights {
    let file = UnsafeRawBufferPointer(
      start: hallmark_style_weights(),
      count: hallmark_style_weights_length()
    )
    let name = "the built-in style network"
    let contents = try SafeTensorsBytes(file, named: name)
    var tensors: [String: Tensor] = [:]
    for entry in contents.entries {
      tensors[entry.name] = try Tensor(
        bytes: contents.bytes(of: entry),
        dtype: .float16,
        shape: entry.shape
      ).to(.float32)
    }
    return StyleWeights(source: name, digest: Digest(of: Array(file)), tensors: tensors)
  }

  /// Loads weights from a safetensors file of any floating-point type.
  ///
  /// - Throws: `SafeTensorsError` if the file is malformed; `FeatureEmbeddingError` if a tensor is
  ///   larger than those of a style network can be.
  public init(contentsOf file: URL) throws {
    let contents = try SafeTensorsFile(contentsOf: file)
    var tensors: [String: Tensor] = [:]
    for entry in contents.entries {
      guard entry.byteCount <= StyleWeights.tensorLimit else {
        throw FeatureEmbeddingError.unsuitableWeights(
          source: file.path,
          tensor: entry.name,
          found: "\(entry.byteCount) bytes",
          expected: "\(StyleWeights.tensorLimit) at most"
        )
      }
      tensors[entry.name] = try contents.load(entry.name).to(.float32)
    }
    self.init(source: file.path, digest: try contents.digest(), tensors: tensors)
  }

  private init(source: String, digest: Digest, tensors: [String: Tensor]) {
    self.source = source
    self.digest = digest
    self.tensors = tensors
  }

  /// The largest tensor of the network, 1280 × 320 floats, takes a tenth of this.
  private static let tensorLimit = 16 << 20

  /// Returns a tensor after checking its shape.
  ///
  /// - Throws: `FeatureEmbeddingError.unsuitableWeights` if it is missing or has another shape.
  package func tensor(_ name: String, shape: [Int]) throws -> Tensor {
    guard let tensor = tensors[name], tensor.shape == shape else {
      throw FeatureEmbeddingError.unsuitableWeights(
        source: source,
        tensor: name,
        found: tensors[name].map { "\($0.shape)" } ?? "missing",
        expected: "\(shape)"
      )
    }
    return tensor
  }
}

// Explicit non-conformance to Sendable: tensors are used from one thread at a time.
@available(*, unavailable)
extension StyleWeights: Sendable {}
