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
  /// The style that was embedded.
  public let style: Style
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
    settings: EmbeddingSettings,
    networkDigest: Digest
  ) {
    self.originals = originals
    self.indices = indices
    self.marked = marked
    self.style = style
    self.settings = settings
    self.networkDigest = networkDigest
  }

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
  let indices = try settings.chosenIndices(count: images.count)
  let weights = try weights ?? StyleWeights.builtIn()
  let painter = try StylePainter(style: style, weights: weights)
  let marked = try painter.repaint(
    images,
    at: indices,
    strength: settings.strength,
    progress: progress
  )
  return EmbeddedFeatures(
    originals: images,
    indices: indices,
    marked: marked,
    style: style,
    settings: settings,
    networkDigest: weights.digest
  )
}
