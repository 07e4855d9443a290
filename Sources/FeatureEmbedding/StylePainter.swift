public import Datasets
internal import Torch

/// Repaints pictures of any size in one style.
///
/// A picture goes through floats in [0, 1], is enlarged as `PaintingGeometry` says, repainted, averaged
/// back to its own size, blended with the original and rounded to bytes. `strength` s blends pixels:
/// x' = (1 - s)·x + s·T(x), so pictures approach the originals as s approaches 0. (Blending style
/// vectors instead would leave a repainted look at s = 0.)
public struct StylePainter {
  /// The style it paints in.
  public let style: Style
  private let transformer: StyleTransformer
  private let brush: StyleBrush

  /// Prepares the network for one style.
  ///
  /// - Parameters:
  ///   - style: The style to paint in.
  ///   - weights: The pretrained network.
  /// - Throws: `FeatureEmbeddingError` if the weights are of another network.
  public init(style: Style, weights: StyleWeights) throws {
    self.style = style
    transformer = try StyleTransformer(weights)
    brush = try transformer.brush(for: style)
  }

  private init(style: Style, transformer: StyleTransformer) throws {
    self.style = style
    self.transformer = transformer
    brush = try transformer.brush(for: style)
  }

  /// Returns a painter in another style that shares this one's network, which makes it cheap.
  ///
  /// - Throws: `TorchError` if there is no memory.
  public func painter(in style: Style) throws -> StylePainter {
    try StylePainter(style: style, transformer: transformer)
  }

  /// Repaints images.
  ///
  /// The result for an image does not depend on which others are painted along with it, save for the
  /// last bit of a byte now and then.
  ///
  /// - Parameters:
  ///   - images: Where the images are.
  ///   - indices: Which of them to repaint, in the order of the result; all unless told.
  ///   - strength: Above 0, at most 1: how much of the original gives way.
  ///   - progress: Is told after each batch how many images are done, and of how many; may throw to
  ///     stop.
  /// - Returns: The repainted images with their labels.
  /// - Throws: `FeatureEmbeddingError.invalidSetting` for another strength; `DatasetError` if a
  ///   position is outside the set or images are too large; what `progress` throws.
  public func repaint(
    _ images: ImageSet,
    at indices: [Int]? = nil,
    strength: Double = 1,
    progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
  ) throws -> ImageSet {
    guard strength > 0, strength <= 1 else {
      throw FeatureEmbeddingError.invalidSetting(
        name: "strength",
        value: "\(strength)",
        allowed: "above 0, at most 1"
      )
    }
    let geometry = try PaintingGeometry(width: images.width, height: images.height)
    let indices = indices ?? Array(images.indices)
    let step = max(1, StylePainter.pixelsAtOnce / geometry.paintedPixels)
    var painted: [UInt8] = []
    painted.reserveCapacity(indices.count * images.bytesPerImage)
    for start in stride(from: 0, to: indices.count, by: step) {
      let batch = Array(indices[start..<min(start + step, indices.count)])
      let shape = [batch.count, 3, images.height, images.width]
      let pixels = try Tensor(images.pixels(at: batch), shape: shape)
      painted += try repaint(pixels, geometry, strength: strength)
      try progress(start + batch.count, indices.count)
    }
    return try ImageSet(
      width: images.width,
      height: images.height,
      pixels: painted,
      labels: indices.map { images.labels[$0] },
      classNames: images.classNames
    )
  }

  /// A megapixel between two calls of `progress`.
  private static let pixelsAtOnce = 64 * 128 * 128

  private func repaint(
    _ bytes: Tensor,
    _ geometry: PaintingGeometry,
    strength: Double
  ) throws -> [UInt8] {
    try withoutGradients {
      let originals = try bytes.to(.float32) / 255
      let painted = try shrink(
        transformer.repaint(enlarge(originals, geometry), with: brush),
        geometry
      )
      let blended =
        strength == 1 ? painted : try originals * (1 - strength) + painted * strength
      return try (blended * 255 + 0.5).clamped(to: 0...255).to(.uint8).elements()
    }
  }

  private func enlarge(_ pictures: Tensor, _ geometry: PaintingGeometry) throws -> Tensor {
    let enlarged =
      geometry.factor == 1 ? pictures : try pictures.upsampledNearest(by: geometry.factor)
    guard geometry.addedColumns + geometry.addedRows > 0 else { return enlarged }
    return try enlarged.padded(
      left: 0,
      right: geometry.addedColumns,
      top: 0,
      bottom: geometry.addedRows,
      .replicate
    )
  }

  private func shrink(_ painted: Tensor, _ geometry: PaintingGeometry) throws -> Tensor {
    let cut = try painted.narrowed(2, to: 0..<geometry.enlargedHeight)
      .narrowed(3, to: 0..<geometry.enlargedWidth)
    return geometry.factor == 1
      ? cut : try cut.averagePooled(kernel: geometry.factor, stride: geometry.factor)
  }
}

@available(*, unavailable)
extension StylePainter: Sendable {}
