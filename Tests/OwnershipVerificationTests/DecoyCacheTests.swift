import Artifacts
import Datasets
import Foundation
import OwnershipVerification
import TestSupport
import Testing

@Suite struct DecoyCacheTests {
  private struct Interruption: Error {}

  @Test func holdsEveryStyle() throws {
    try withTemporaryDirectory { root in
      var done: [Int] = []
      let folder = root.appendingPathComponent("decoys")
      let made = try StyleSamples.cache(in: folder, count: 5) { done.append($0) }
      #expect(done == [1, 2, 3, 4, 5])
      let cache = try DecoyCache(contentsOf: folder)
      #expect(cache.digest == made.digest)
      #expect(cache.styleCount == 5)
      #expect(try cache.originals == StyleSamples.originals().digest)
      #expect(cache.source == StyleSamples.source)
      for index in 0..<5 {
        #expect(try cache.pictures(inStyle: index) == StyleSamples.pictures(style: index + 1))
      }
      for index in [-1, 5] {
        #expect(throws: VerificationError.self) { try cache.pictures(inStyle: index) }
      }
    }
  }

  /// Kills after each number of styles, also in the middle of writing one; the result is the same.
  @Test(arguments: [0, 1, 3, 5], [0, 1, 71])
  func goesOnWhereItStopped(styles: Int, extraBytes: Int) throws {
    try withTemporaryDirectory { root in
      let straight = try StyleSamples.cache(in: root.appendingPathComponent("straight"), count: 6)
      let folder = root.appendingPathComponent("killed")
      #expect(throws: Interruption.self) {
        try StyleSamples.cache(in: folder, count: 6) { if $0 > styles { throw Interruption() } }
      }
      #expect(throws: ArtifactError.self) { try DecoyCache(contentsOf: folder) }
      let pictures = folder.appendingPathComponent("decoys.bin")
      let bytes = try Data(contentsOf: pictures)
      #expect(bytes.count == (styles + 1) * 72)
      try (bytes + Data(repeating: 9, count: extraBytes)).write(to: pictures)
      var first: Int?
      let resumed = try StyleSamples.cache(in: folder, count: 6) { first = first ?? $0 }
      #expect(first == styles + 1)
      #expect(resumed.digest == straight.digest)
      let whole = try Data(contentsOf: straight.folder.appendingPathComponent("decoys.bin"))
      #expect(try Data(contentsOf: pictures) == whole)
    }
  }

  @Test func picturesThatWereLostArePaintedAgain() throws {
    try withTemporaryDirectory { root in
      let folder = root.appendingPathComponent("decoys")
      #expect(throws: Interruption.self) {
        try StyleSamples.cache(in: folder, count: 6) { if $0 == 4 { throw Interruption() } }
      }
      let pictures = folder.appendingPathComponent("decoys.bin")
      try Data(contentsOf: pictures).prefix(100).write(to: pictures)
      let cache = try StyleSamples.cache(in: folder, count: 6)
      #expect(try cache.pictures(inStyle: 1) == StyleSamples.pictures(style: 2))
    }
  }

  @Test func refusesAPlaceOfSomethingElse() throws {
    try withTemporaryDirectory { root in
      let folder = root.appendingPathComponent("decoys")
      _ = try StyleSamples.cache(in: folder, count: 3)
      for make in [
        { try StyleSamples.cache(in: folder, count: 4) },
        { try StyleSamples.cache(in: folder, count: 3, originals: StyleSamples.originals(5)) },
        { try StyleSamples.cache(in: folder, count: 3, source: Digest(of: [1])) },
      ] {
        #expect {
          try make()
        } throws: {
          "\($0)".contains("for other pictures or decoys")
        }
      }
      let other = root.appendingPathComponent("other")
      try FileManager.default.createDirectory(at: other, withIntermediateDirectories: true)
      try Data().write(to: other.appendingPathComponent("holiday.jpg"))
      #expect {
        try StyleSamples.cache(in: other)
      } throws: {
        "\($0)".contains("something else is there")
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: other.path) == ["holiday.jpg"])
    }
  }

  @Test func refusesAPainterThatPaintsOtherPictures() throws {
    try withTemporaryDirectory { root in
      #expect(throws: VerificationError.self) {
        try DecoyCache.make(
          in: root.appendingPathComponent("decoys"),
          originals: StyleSamples.originals(),
          count: 2,
          source: StyleSamples.source
        ) { try StyleSamples.pictures(style: $0, count: 5) }
      }
    }
  }

  @Test func refusesPicturesThatWereChanged() throws {
    try withTemporaryDirectory { folder in
      _ = try StyleSamples.cache(in: folder, count: 3)
      let pictures = folder.appendingPathComponent("decoys.bin")
      var bytes = try Data(contentsOf: pictures)
      bytes[80] ^= 1
      try bytes.write(to: pictures)
      let cache = try DecoyCache(contentsOf: folder)
      #expect(try cache.pictures(inStyle: 0) == StyleSamples.pictures(style: 1))
      #expect {
        try cache.pictures(inStyle: 1)
      } throws: {
        "\($0)".contains("decoy 1 were changed")
      }
      try bytes.dropLast().write(to: pictures)
      #expect {
        try DecoyCache(contentsOf: folder)
      } throws: {
        "\($0)".contains("it has 215 bytes, the manifest says 216")
      }
    }
  }

  @Test func refusesDigestsThatWereChanged() throws {
    try withTemporaryDirectory { folder in
      _ = try StyleSamples.cache(in: folder, count: 3)
      let digests = folder.appendingPathComponent("digests.jsonl")
      try (Data(contentsOf: digests) + Data("\n".utf8)).write(to: digests)
      let error = #expect(throws: VerificationError.self) { try DecoyCache(contentsOf: folder) }
      #expect(error?.description.contains("digests.jsonl' cannot serve as decoys") == true)
    }
  }

  @Test(
    arguments: [
      ("decoys", 0), ("decoys", 4), ("decoys", 9_000_000_000_000_000_000), ("width", -2),
      ("width", 4_000_000_000_000), ("height", 1), ("labels", []), ("labels", "many"),
      ("labels", nil),
    ] as [(String, JSONValue?)]
  )
  func refusesManifestsThatDoNotFit(field: String, value: JSONValue?) throws {
    try withTemporaryDirectory { folder in
      _ = try StyleSamples.cache(in: folder, count: 3)
      var manifest = try Manifest.read(from: folder)
      manifest.settings[field] = value
      try manifest.write(to: folder)
      #expect(throws: VerificationError.self) { try DecoyCache(contentsOf: folder) }
    }
  }

  @Test func scoresOfAModelAreKept() throws {
    try withTemporaryDirectory { folder in
      let cache = try StyleSamples.cache(in: folder, count: 30)
      let clean = try StyleSamples.originals(9)
      let suspect = StyleSamples.model { style, picture in Float(style % 5) - Float(picture) / 4 }
      let model = Digest(of: [1])
      let first = try cache.scores(of: suspect, model: model, clean: clean)
      #expect(suspect.pictureCount == 9 + 30 * 6)
      let reopened = try DecoyCache(contentsOf: folder)
      #expect(try reopened.scores(of: suspect, model: model, clean: clean) == first)
      #expect(suspect.pictureCount == 9 + 30 * 6)
      // Another model, setting or clean set is asked anew, and so is one without a file.
      _ = try cache.scores(of: suspect, model: Digest(of: [2]), clean: clean)
      _ = try cache.scores(of: suspect, model: model, settings: "bfloat16", clean: clean)
      _ = try cache.scores(of: suspect, model: nil, clean: clean)
      _ = try cache.scores(of: suspect, model: nil, clean: clean)
      #expect(suspect.pictureCount == 5 * (9 + 30 * 6))
      let other = try StyleSamples.originals(8)
      _ = try cache.scores(of: suspect, model: model, clean: other)
      #expect(suspect.pictureCount == 5 * (9 + 30 * 6) + 8 + 30 * 6)
    }
  }

  @Test func damagedScoresAreComputedAgain() throws {
    try withTemporaryDirectory { folder in
      let cache = try StyleSamples.cache(in: folder, count: 4)
      let clean = try StyleSamples.originals(9)
      let suspect = StyleSamples.model { style, _ in Float(style) - 2 }
      let first = try cache.scores(of: suspect, model: Digest(of: [1]), clean: clean)
      let scores = folder.appendingPathComponent("scores")
      let name = try #require(
        try FileManager.default.contentsOfDirectory(atPath: scores.path).first
      )
      try Data("{}".utf8).write(to: scores.appendingPathComponent(name))
      #expect(try cache.scores(of: suspect, model: Digest(of: [1]), clean: clean) == first)
      #expect(suspect.pictureCount == 2 * (9 + 4 * 6))
    }
  }
}
