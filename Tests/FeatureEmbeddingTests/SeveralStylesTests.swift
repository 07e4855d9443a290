import Artifacts
import Datasets
import FeatureEmbedding
import Foundation
import TestSupport
import Testing

@Suite struct SeveralStylesTests {
  private static let styleCount = 3

  private static func styles() throws -> [Style] {
    let decoys = try StyleDecoys(
      seed: Array(repeating: 3, count: 32),
      family: StyleFamily.builtIn()
    )
    return try (0..<styleCount).map { try decoys.style(at: $0) }
  }

  @Test(arguments: [(100, 1), (100, 3), (7, 3), (64, 64)])
  func imagesAreSharedOutEvenly(marked: Int, styleCount: Int) throws {
    let settings = EmbeddingSettings(seed: 5)
    let shares = try settings.styleIndices(marked: marked, styleCount: styleCount)
    let counts = (0..<styleCount).map { style in shares.count { $0 == style } }
    #expect(shares.count == marked)
    #expect(counts.reduce(0, +) == marked)
    let (most, fewest) = (try #require(counts.max()), try #require(counts.min()))
    #expect(most - fewest <= 1)
    #expect(shares == (try settings.styleIndices(marked: marked, styleCount: styleCount)))
    guard styleCount > 1 else { return }
    let other = EmbeddingSettings(seed: 6)
    #expect(shares != (try other.styleIndices(marked: marked, styleCount: styleCount)))
    // At random, not one after the other.
    #expect(shares != (0..<marked).map { $0 % styleCount })
  }

  @Test(arguments: [(10, 0), (10, 11), (100, 65), (10, -1)])
  func refusesNumbersOfStylesThatDoNotFit(marked: Int, styleCount: Int) {
    #expect(throws: FeatureEmbeddingError.self) {
      try EmbeddingSettings(seed: 5).styleIndices(marked: marked, styleCount: styleCount)
    }
  }

  @Test func eachImageIsPaintedInItsStyle() throws {
    let images = try Samples.images(20)
    let settings = EmbeddingSettings(rate: 0.35, seed: 3)
    let styles = try Self.styles()
    var last = [0, 0]
    let features = try embedFeatures(in: images, styles: styles, settings: settings) {
      last = [$0, $1]
    }
    #expect(last == [7, 7])
    #expect(features.styles == styles)
    #expect(try features.indices == settings.chosenIndices(count: 20))
    #expect(Set(features.styleIndices) == [0, 1, 2])
    let weights = try StyleWeights.builtIn()
    for (place, index) in features.indices.enumerated() {
      let style = styles[features.styleIndices[place]]
      let alone = try StylePainter(style: style, weights: weights).repaint(images, at: [index])
      let differences = zip(alone[0].pixels, features.marked[place].pixels).map {
        abs(Int($0) - Int($1))
      }
      // The last bit may depend on which images are painted together.
      #expect(differences.allSatisfy { $0 <= 1 })
      #expect(features.marked.labels[place] == images.labels[index])
    }
    #expect(try features.trainingSet().count == 20)
  }

  @Test func oneOfOneIsTheSameAsOne() throws {
    let images = try Samples.images(12)
    let settings = EmbeddingSettings(rate: 0.25, seed: 3)
    let style = try Samples.style()
    let one = try embedFeatures(in: images, style: style, settings: settings)
    let list = try embedFeatures(in: images, styles: [style], settings: settings)
    #expect(one.marked == list.marked)
    #expect(list.furtherStyles.isEmpty)
    #expect(list.styleIndices == [0, 0, 0])
  }

  /// Marked images of three styles, without the cost of painting.
  private func withFolder(_ body: (URL, EmbeddedFeatures) throws -> Void) throws {
    try withTemporaryDirectory { root in
      let plain = try Samples.features(of: Samples.images(20))
      let styles = try Self.styles()
      let features = try EmbeddedFeatures(
        originals: plain.originals,
        indices: plain.indices,
        marked: plain.marked,
        style: styles[0],
        furtherStyles: Array(styles.dropFirst()),
        styleIndices: plain.settings.styleIndices(marked: plain.indices.count, styleCount: 3),
        settings: plain.settings,
        networkDigest: plain.networkDigest
      )
      let folder = root.appendingPathComponent("embedded")
      try EmbeddedFolder.write(features, to: folder)
      try body(folder, features)
    }
  }

  @Test func theFolderRecordsWhichPictureHasWhichStyle() throws {
    try withFolder { folder, features in
      let read = try EmbeddedFolder(contentsOf: folder)
      #expect(read.styles == features.styles)
      #expect(read.styleIndices == features.styleIndices)
      #expect(read.marked == features.marked)
    }
  }

  /// Folders of one style have the form that they had before there were several.
  @Test func foldersOfOneStyleStayAsTheyWere() throws {
    try withTemporaryDirectory { root in
      let folder = root.appendingPathComponent("embedded")
      try EmbeddedFolder.write(Samples.features(of: Samples.images(20)), to: folder)
      let settings = try Manifest.read(from: folder).settings
      #expect(
        Set(settings.keys) == [
          "rate", "strength", "width", "height", "class_names", "image_count", "indices", "labels",
          "style", "style_vector", "marked_sha256",
        ]
      )
      let read = try EmbeddedFolder(contentsOf: folder)
      #expect(read.furtherStyles.isEmpty)
      #expect(read.styleIndices == [0, 0, 0, 0, 0])
    }
  }

  static let wrongStyle: JSONValue = [
    "name": "short", "vector": [1, 2], "sha256": .string(String(repeating: "0", count: 64)),
  ]

  @Test(
    arguments: [
      ("style_indices", [0, 1, 2, 0], "4 style indices for 5 pictures"),
      ("style_indices", [0, 1, 2, 0, 3], "3 is none of 3 styles"),
      ("style_indices", [0, 1, 2, 0, -1], "-1 is none of 3 styles"),
      ("style_indices", nil, "2 styles and 0 style indices"),
      ("further_styles", nil, "0 styles and 5 style indices"),
      ("further_styles", [], "0 styles and 5 style indices"),
      ("further_styles", [wrongStyle, wrongStyle], "it has 2 numbers"),
      ("further_styles", .array(Array(repeating: wrongStyle, count: 64)), "64 styles"),
      ("further_styles", ["name"], "another type"),
    ] as [(String, JSONValue?, String)]
  )
  func refusesAChangedManifest(field: String, value: JSONValue?, mention: String) throws {
    try withFolder { folder, _ in
      var manifest = try Manifest.read(from: folder)
      manifest.settings[field] = value
      try manifest.write(to: folder)
      #expect {
        try EmbeddedFolder(contentsOf: folder)
      } throws: { error in
        error is FeatureEmbeddingError && "\(error)".contains(mention)
      }
    }
  }
}
