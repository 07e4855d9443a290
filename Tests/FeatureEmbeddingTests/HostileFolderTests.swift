import Artifacts
import Datasets
import FeatureEmbedding
import Foundation
import TestSupport
import Testing

/// Folders that someone else has changed: each change, and what the message must mention.
@Suite struct HostileFolderTests {
  struct Edit: Sendable, CustomTestStringConvertible {
    let field: String
    let mention: String
    let change: @Sendable (inout Manifest) -> Void
    var testDescription: String { "\(field): \(mention)" }

    init(_ field: String, _ value: JSONValue?, mentions mention: String) {
      self.field = field
      self.mention = mention
      change = { $0.settings[field] = value }
    }

    init(
      _ field: String,
      mentions mention: String,
      _ change: @escaping @Sendable (inout Manifest) -> Void
    ) {
      self.field = field
      self.mention = mention
      self.change = change
    }
  }

  static let edits: [Edit] = [
    Edit("indices", [0, 8], mentions: "8 is no position in 8 images"),
    Edit("indices", [-1, 3], mentions: "-1 is no position"),
    Edit("indices", [3, 3], mentions: "3 is there twice"),
    Edit("indices", [4, 3], mentions: "3 follows 4"),
    Edit("indices", [3], mentions: "2 labels for 1 indices"),
    Edit("indices", [], mentions: "there are none"),
    Edit("indices", [0.5, 3], mentions: "another type"),
    Edit("indices", "all", mentions: "another type"),
    Edit("indices", nil, mentions: "missing"),
    Edit("labels", [0, 3], mentions: "3 is none of the 3 classes"),
    Edit("labels", [-1, 0], mentions: "-1 is none"),
    Edit("class_names", ["ant", "bee", "../../etc"], mentions: "'../../etc' cannot be"),
    Edit("class_names", ["ant", "bee", "bee"], mentions: "twice"),
    Edit("class_names", ["ant", "", "cat"], mentions: "cannot be"),
    Edit("width", 0, mentions: "0 x 8"),
    Edit("width", 4_000_000_000, mentions: "4000000000 x 8"),
    Edit("height", 9_223_372_036_854_775_807, mentions: "allowed are"),
    Edit("width", 9, mentions: "8 x 8 pixels, the manifest says 9 x 8"),
    Edit("height", 4, mentions: "8 x 8 pixels, the manifest says 8 x 4"),
    Edit("image_count", -5, mentions: "no position in -5"),
    Edit("rate", 0, mentions: "rate"),
    Edit("rate", "NaN", mentions: "rate"),
    Edit("strength", 1.5, mentions: "strength"),
    Edit("style_vector", [1, 2, 3], mentions: "it has 3 numbers"),
    Edit("style_vector", .array(Array(repeating: 1e30, count: 100)), mentions: "outside -1000"),
    Edit("marked_sha256", "abc", mentions: "marked_sha256"),
    Edit(
      "marked_sha256",
      .string(String(repeating: "0", count: 64)),
      mentions: "have SHA-256"
    ),
    Edit("inputs.images", mentions: "inputs.images: it is missing") { $0.inputs["images"] = nil },
    Edit("seeds", mentions: "seeds.marked_images: it is missing") { $0.seeds = [:] },
    Edit("kind", mentions: "'model' where 'embed' is needed") { $0.kind = .model },
  ]

  @Test(arguments: edits)
  func refusesAChangedManifest(edit: Edit) throws {
    try withEmbeddedFolder { folder, _ in
      var manifest = try Manifest.read(from: folder)
      edit.change(&manifest)
      try manifest.write(to: folder)
      try expectRefusal(of: folder, mentioning: edit.mention)
    }
  }

  @Test func refusesAMissingManifest() throws {
    try withEmbeddedFolder { folder, _ in
      try FileManager.default.removeItem(at: folder.appendingPathComponent("manifest.json"))
      try expectRefusal(of: folder, mentioning: "holds no manifest.json")
    }
  }

  @Test func refusesAMissingPicture() throws {
    try withEmbeddedFolder { folder, picture in
      try FileManager.default.removeItem(at: picture)
      try expectRefusal(of: folder, mentioning: picture.path)
    }
  }

  @Test func refusesAPictureThatIsNone() throws {
    try withEmbeddedFolder { folder, picture in
      try Data("GIF89a".utf8).write(to: picture)
      try expectRefusal(of: folder, mentioning: "not a PNG or JPEG")
    }
  }

  @Test func refusesAPictureThatIsAFolder() throws {
    try withEmbeddedFolder { folder, picture in
      try FileManager.default.removeItem(at: picture)
      try FileManager.default.createDirectory(at: picture, withIntermediateDirectories: false)
      try expectRefusal(of: folder, mentioning: "a folder")
    }
  }

  @Test func refusesAPictureOfAnotherSize() throws {
    try withEmbeddedFolder { folder, picture in
      try Image(width: 4000, height: 3000, filledWith: (1, 2, 3)).writePNG(to: picture)
      try expectRefusal(of: folder, mentioning: "4000 x 3000 pixels, the manifest says 8 x 8")
    }
  }

  @Test func refusesAnotherPictureOfTheSameSize() throws {
    try withEmbeddedFolder { folder, picture in
      try Image(width: 8, height: 8, filledWith: (1, 2, 3)).writePNG(to: picture)
      try expectRefusal(of: folder, mentioning: "They were changed after they were written")
    }
  }

  /// A label that was changed consistently passes until the originals are at hand.
  @Test func refusesALabelThatTheOriginalDoesNotHave() throws {
    try withEmbeddedFolder { folder, picture in
      let before = try EmbeddedFolder(contentsOf: folder)
      var manifest = try Manifest.read(from: folder)
      let label = before.marked.labels[0]
      let other = (label + 1) % 3
      let target = folder.appendingPathComponent("marked")
        .appendingPathComponent(before.marked.classNames[other])
      try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
      try FileManager.default.moveItem(
        at: picture,
        to: target.appendingPathComponent(picture.lastPathComponent)
      )
      let labels = [other] + before.marked.labels[1...]
      manifest.settings["labels"] = .array(labels.map { .integer(Int128($0)) })
      let relabelled = try before.marked.relabelled(labels)
      manifest.settings["marked_sha256"] = .string("\(relabelled.digest)")
      try manifest.write(to: folder)
      let changed = try EmbeddedFolder(contentsOf: folder)
      #expect(
        throws: FeatureEmbeddingError.differentSource(
          folder: folder.path,
          what: "label of image \(before.indices[0])",
          found: "\(label)",
          expected: "\(other)"
        )
      ) { try changed.trainingSet(from: Samples.images(8)) }
    }
  }

  /// Writes a good folder with two marked images, and names the first one's file.
  private func withEmbeddedFolder(
    _ body: (_ folder: URL, _ picture: URL) throws -> Void
  ) throws {
    try withTemporaryDirectory { root in
      let folder = root.appendingPathComponent("embedded")
      let features = try Samples.features(of: Samples.images(8))
      try EmbeddedFolder.write(features, to: folder)
      let name = features.marked.classNames[features.marked.labels[0]]
      try body(
        folder,
        folder.appendingPathComponent("marked/\(name)/\(features.indices[0]).png")
      )
    }
  }

  private func expectRefusal(of folder: URL, mentioning text: String) throws {
    #expect {
      try EmbeddedFolder(contentsOf: folder)
    } throws: { error in
      let message = "\(error)"
      return (error is FeatureEmbeddingError || error is ArtifactError)
        && message.contains(folder.path) && message.contains(text)
    }
  }
}
