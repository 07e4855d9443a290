public import Artifacts
public import Datasets

/// How images are chosen and marked.
public struct EmbeddingSettings: Sendable, Hashable {
  /// γ, the share of images that is marked, above 0 and at most 1 (the paper's transformation rate).
  public var rate: Double
  /// How much of each marked image gives way to its repainted version, above 0 and at most 1.
  public var strength: Double
  /// Decides which images are marked.
  public var seed: UInt64

  /// Creates settings; the paper marks one image in ten at full strength.
  public init(rate: Double = 0.1, strength: Double = 1, seed: UInt64) {
    self.rate = rate
    self.strength = strength
    self.seed = seed
  }

  /// Returns the positions to mark in a set of `count` images, ascending.
  ///
  /// Exactly round(γ · count) different ones, a pure function of seed, rate and count.
  ///
  /// - Throws: `FeatureEmbeddingError.invalidSetting` if the rate is out of range or so small that no
  ///   image would be marked.
  public func chosenIndices(count: Int) throws(FeatureEmbeddingError) -> [Int] {
    guard rate > 0, rate <= 1 else {
      throw .invalidSetting(
        name: "transformation rate",
        value: "\(rate)",
        allowed: "above 0, at most 1"
      )
    }
    let marked = Int((rate * Double(count)).rounded())
    guard marked > 0 else {
      throw .invalidSetting(
        name: "transformation rate",
        value: "\(rate), which marks none of \(count) images",
        allowed: "0.5 / \(count) or more"
      )
    }
    var random = KeyedRandom("marked images", seed)
    return random.permutation(of: count).prefix(marked).sorted()
  }

  /// Shares marked images out among styles: evenly, and at random.
  ///
  /// - Parameters:
  ///   - marked: The number of marked images.
  ///   - styleCount: The number of styles.
  /// - Returns: The position of the style of each marked image, a pure function of seed and counts; no style
  ///   has more than one image more than another.
  /// - Throws: `FeatureEmbeddingError.invalidSetting` unless there are 1 to 64 styles with an image for
  ///   each.
  public func styleIndices(marked: Int, styleCount: Int) throws(FeatureEmbeddingError) -> [Int] {
    guard (1...min(StyleCommitment.keyLimit, max(1, marked))).contains(styleCount) else {
      throw .invalidSetting(
        name: "number of styles",
        value: "\(styleCount), for \(marked) marked images",
        allowed: "1 to \(StyleCommitment.keyLimit), and no more than there are marked images"
      )
    }
    guard styleCount > 1 else { return Array(repeating: 0, count: marked) }
    var random = KeyedRandom("styles of marked images", seed)
    return random.permutation(of: marked).map { $0 % styleCount }
  }
}

/// Images with an external feature embedded in some of them.
///
/// Which images are marked, and how, is the owner's secret.
public struct EmbeddedFeatures: Sendable {
  /// All images, unmarked.
  public let originals: ImageSet
  /// The positions of the marked images, ascending.
  public let indices: [Int]
  /// The marked images x', in the order of `indices`, with the labels of their originals.
  public let marked: ImageSet
  /// The style that was embedded; the first of them if there are several.
  public let style: Style
  /// The other styles that were embedded.
  public let furtherStyles: [Style]
  /// The position in `styles` of the style of each marked image, in the order of `indices`.
  public let styleIndices: [Int]
  /// How images were chosen and marked.
  public let settings: EmbeddingSettings
  /// The SHA-256 of the network that painted.
  public let networkDigest: Digest

  /// Puts together what `embedFeatures` computes.
  package init(
    originals: ImageSet,
    indices: [Int],
    marked: ImageSet,
    style: Style,
    furtherStyles: [Style] = [],
    styleIndices: [Int]? = nil,
    settings: EmbeddingSettings,
    networkDigest: Digest
  ) {
    self.originals = originals
    self.indices = indices
    self.marked = marked
    self.style = style
    self.furtherStyles = furtherStyles
    self.styleIndices = styleIndices ?? Array(repeating: 0, count: indices.count)
    self.settings = settings
    self.networkDigest = networkDigest
  }

  /// All styles that were embedded.
  public var styles: [Style] { [style] + furtherStyles }

  /// The victim's training set: every marked image in place of its original, labels unchanged.
  ///
  /// - Throws: Never for what `embedFeatures` has made.
  public func trainingSet() throws -> ImageSet {
    try originals.replacing(at: indices, with: marked.indices.map { marked[$0] })
  }
}

/// Embeds a style as external feature in some images, chosen at random (Li et al., AAAI 2022,
/// section 4.1).
///
/// The paper's style network is replaced by an arbitrary-style one, which needs no training; the paper
/// asks only for "a trained style transformer".
///
/// - Parameters:
///   - images: The training images.
///   - style: The secret style T.
///   - settings: Rate γ, strength and seed.
///   - weights: The pretrained network; the built-in one unless told.
///   - progress: Is told how many of the marked images are painted, and of how many; may throw to stop.
/// - Returns: The marked images beside the originals.
/// - Throws: `FeatureEmbeddingError` if a setting is out of range; `DatasetError` if images are too
///   large to paint; what `progress` throws.
public func embedFeatures(
  in images: ImageSet,
  style: Style,
  settings: EmbeddingSettings,
  weights: StyleWeights? = nil,
  progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
) throws -> EmbeddedFeatures {
  try embedFeatures(
    in: images,
    styles: [style],
    settings: settings,
    weights: weights,
    progress: progress
  )
}

/// Embeds several styles as external features, each in its share of the marked images.
///
/// The rate γ is that of all marked images together, so more styles do not mean more marks.
///
/// - Parameters:
///   - images: The training images.
///   - styles: The secret styles, such as those of a `StyleRegistration`'s keys.
///   - settings: Rate γ, strength and seed; the seed also decides which image gets which style.
///   - weights: The pretrained network; the built-in one unless told.
///   - progress: Is told how many of the marked images are painted, and of how many; may throw to stop.
/// - Returns: The marked images beside the originals.
/// - Throws: `FeatureEmbeddingError` if a setting is out of range, or there are more styles than marked
///   images; `DatasetError` if images are too large to paint; what `progress` throws.
public func embedFeatures(
  in images: ImageSet,
  styles: [Style],
  settings: EmbeddingSettings,
  weights: StyleWeights? = nil,
  progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
) throws -> EmbeddedFeatures {
  let indices = try settings.chosenIndices(count: images.count)
  let styleIndices = try settings.styleIndices(marked: indices.count, styleCount: styles.count)
  let weights = try weights ?? StyleWeights.builtIn()
  let size = images.bytesPerImage
  var pixels = [UInt8](repeating: 0, count: indices.count * size)
  var done = 0
  var painter = try StylePainter(style: styles[0], weights: weights)
  for (key, style) in styles.enumerated() {
    if key > 0 { painter = try painter.painter(in: style) }
    let places = styleIndices.indices.filter { styleIndices[$0] == key }
    let painted = try painter.repaint(
      images,
      at: places.map { indices[$0] },
      strength: settings.strength
    ) { painted, _ in try progress(done + painted, indices.count) }
    for (image, place) in places.enumerated() {
      let source = painted.pixels[image * size..<image * size + size]
      pixels.replaceSubrange(place * size..<place * size + size, with: source)
    }
    done += places.count
  }
  let marked = try ImageSet(
    width: images.width,
    height: images.height,
    pixels: pixels,
    labels: indices.map { images.labels[$0] },
    classNames: images.classNames
  )
  return EmbeddedFeatures(
    originals: images,
    indices: indices,
    marked: marked,
    style: styles[0],
    furtherStyles: Array(styles.dropFirst()),
    styleIndices: styleIndices,
    settings: settings,
    networkDigest: weights.digest
  )
}
