import Artifacts
import Datasets
import FeatureEmbedding
import Foundation
import TestSupport
import Testing

@Suite struct EmbeddedFolderTests {
  @Test func comesBackAsItWasWritten() throws {
    try withTemporaryDirectory { root in
      let features = try Samples.features(of: Samples.images(20))
      let folder = root.appendingPathComponent("embedded")
      try EmbeddedFolder.write(features, to: folder)
      let read = try EmbeddedFolder(contentsOf: folder)
      #expect(read.indices == features.indices)
      #expect(read.marked == features.marked)
      #expect(read.style == features.style)
      #expect(read.settings == features.settings)
      #expect(read.originalCount == 20)
      #expect(try read.trainingSet(from: features.originals) == features.trainingSet())
    }
  }

  @Test func holdsTheMarkedPicturesASheetAndNothingElse() throws {
    try withTemporaryDirectory { root in
      let features = try Samples.features(of: Samples.images(20))
      let folder = root.appendingPathComponent("embedded")
      try EmbeddedFolder.write(features, to: folder)
      let expected = zip(features.indices, features.marked.labels).map {
        "marked/\(features.marked.classNames[$1])/\($0).png"
      }
      let found = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
        .filter { $0.contains(".") }
      #expect(Set(found) == Set(expected + ["contact-sheet.png", "manifest.json"]))
      #expect(try FileManager.default.contentsOfDirectory(atPath: root.path) == ["embedded"])

      let sheet = try Image(contentsOf: folder.appendingPathComponent("contact-sheet.png"))
      #expect(sheet.width == 5 * (96 + 4) + 4)
      #expect(sheet.height == 2 * (96 + 4) + 4)
    }
  }

  @Test func onlyItsOwnerMayReadIt() throws {
    try withTemporaryDirectory { root in
      let folder = root.appendingPathComponent("embedded")
      try EmbeddedFolder.write(Samples.features(of: Samples.images(8)), to: folder)
      let attributes = try FileManager.default.attributesOfItem(atPath: folder.path)
      #expect(attributes[.posixPermissions] as? Int == 0o700)
    }
  }

  @Test func theSameFeaturesGiveTheSameBytes() throws {
    try withTemporaryDirectory { root in
      let features = try Samples.features(of: Samples.images(8))
      let folders = ["a", "b"].map(root.appendingPathComponent)
      for folder in folders { try EmbeddedFolder.write(features, to: folder) }
      #expect(try Digest(ofFolderAt: folders[0]) == Digest(ofFolderAt: folders[1]))
    }
  }

  @Test func doesNotWriteOverAnything() throws {
    try withTemporaryDirectory { root in
      let features = try Samples.features(of: Samples.images(8))
      let folder = root.appendingPathComponent("taken")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
      let file = folder.appendingPathComponent("file")
      try Data().write(to: file)
      for place in [folder, file] {
        #expect(throws: FeatureEmbeddingError.occupied(folder: place.path)) {
          try EmbeddedFolder.write(features, to: place)
        }
      }
      try FileManager.default.removeItem(at: file)
      try EmbeddedFolder.write(features, to: folder)
      #expect(try EmbeddedFolder(contentsOf: folder).indices == features.indices)
    }
  }

  @Test(arguments: ["../escape", ".hidden", "a/b"])
  func leavesNothingBehindWhenAClassNameIsUnusable(name: String) throws {
    try withTemporaryDirectory { root in
      let images = try Samples.images(8)
      let renamed = try ImageSet(
        width: 8,
        height: 8,
        pixels: images.pixels,
        labels: images.labels,
        classNames: ["ant", "bee", name]
      )
      #expect(throws: DatasetError.self) {
        try EmbeddedFolder.write(
          Samples.features(of: renamed),
          to: root.appendingPathComponent("embedded")
        )
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: root.path).isEmpty)
    }
  }

  /// What an owner who gives the wrong data set must be told.
  @Test func joinsOnlyTheImagesItWasMadeFrom() throws {
    try withTemporaryDirectory { root in
      let images = try Samples.images(8)
      let folder = root.appendingPathComponent("embedded")
      try EmbeddedFolder.write(Samples.features(of: images), to: folder)
      let read = try EmbeddedFolder(contentsOf: folder)
      var onePixel = images.pixels
      onePixel[0] ^= 1
      let altered = try ImageSet(
        width: 8,
        height: 8,
        pixels: onePixel,
        labels: images.labels,
        classNames: images.classNames
      )
      let others = [
        try Samples.images(9), try Samples.images(8, width: 16), altered,
        try images.subset(images.indices.reversed()),
        try images.relabelled([1] + images.labels[1...]),
      ]
      for other in others {
        #expect {
          try read.trainingSet(from: other)
        } throws: { error in
          guard case .differentSource = error as? FeatureEmbeddingError else { return false }
          return true
        }
      }
    }
  }

  @Test(arguments: TrainingSetExport.allCases)
  func exportsTheTrainingSet(form: TrainingSetExport) throws {
    try withTemporaryDirectory { root in
      let features = try Samples.features(of: Samples.images(9, width: 32, height: 32))
      let folder = root.appendingPathComponent("export")
      let training = try features.trainingSet()
      try form.write(training, to: folder)
      let read =
        switch form {
        case .imageFolder: try ImageFolder.load(folder)
        case .cifarBinary: try CIFARBinary.load(.train, from: folder)
        }
      // Image folders come back class by class.
      func sorted(_ set: ImageSet) -> [[UInt8]] {
        set.indices.map { [UInt8(set.labels[$0])] + set[$0].pixels }.sorted {
          $0.lexicographicallyPrecedes($1)
        }
      }
      #expect(sorted(read) == sorted(training))
    }
  }
}
