import Artifacts
import Foundation
import TestSupport
import Testing

@Suite struct DigestTests {
  // FIPS 180-4 examples, and the digest of nothing.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ])
  func publishedExamples(text: String, expected: String) throws {
    #expect(Digest(of: Array(text.utf8)).description == expected)
    try withTemporaryDirectory { folder in
      let url = folder.appendingPathComponent("file")
      try AtomicFile.write(Array(text.utf8), to: url)
      #expect(try Digest(ofFileAt: url).description == expected)
    }
  }

  @Test func fileLargerThanOneChunk() throws {
    try withTemporaryDirectory { folder in
      let bytes = (0..<3_000_001).map { UInt8(truncatingIfNeeded: $0 &* 31) }
      let url = folder.appendingPathComponent("large")
      try AtomicFile.write(bytes, to: url)
      #expect(try Digest(ofFileAt: url) == Digest(of: bytes))
    }
  }

  @Test func folderDependsOnNamesAndContentsAlone() throws {
    try withTemporaryDirectory { root in
      let first = try makeFolder("first", in: root, ["a/1.png": "x", "b/2.png": "y"])
      let second = try makeFolder("second", in: root, ["b/2.png": "y", "a/1.png": "x"])
      let renamed = try makeFolder("renamed", in: root, ["a/1.png": "x", "b/3.png": "y"])
      let changed = try makeFolder("changed", in: root, ["a/1.png": "x", "b/2.png": "z"])
      let digest = try Digest(ofFolderAt: first)
      #expect(try Digest(ofFolderAt: second) == digest)
      #expect(try Digest(ofFolderAt: renamed) != digest)
      #expect(try Digest(ofFolderAt: changed) != digest)
      try AtomicFile.write([1], to: first.appendingPathComponent(".1.png.tmp-77-1"))
      #expect(try Digest(ofFolderAt: first) == digest)
    }
  }

  @Test func folderWithLinkToFolderIsRefused() throws {
    try withTemporaryDirectory { root in
      let folder = try makeFolder("images", in: root, ["a.png": "x"])
      try FileManager.default.createSymbolicLink(
        at: folder.appendingPathComponent("loop"),
        withDestinationURL: folder
      )
      let loop = folder.appendingPathComponent("loop").path
      #expect(throws: ArtifactError.notARegularFile(path: loop, found: "a folder")) {
        try Digest(ofFolderAt: folder)
      }
    }
  }

  @Test func pipesAreRefusedWithoutWaiting() throws {
    try withTemporaryDirectory { root in
      let pipe = root.appendingPathComponent("pipe")
      #expect(mkfifo(pipe.path, 0o600) == 0)
      #expect(throws: ArtifactError.notARegularFile(path: pipe.path, found: "a pipe")) {
        try Digest(ofFileAt: pipe)
      }
    }
  }

  @Test func codableAsText() throws {
    let digest = Digest(of: [1, 2, 3])
    let json = try JSONEncoder().encode([digest])
    #expect(String(decoding: json, as: UTF8.self) == "[\"\(digest)\"]")
    #expect(try JSONDecoder().decode([Digest].self, from: json) == [digest])
  }

  @Test(arguments: [
    "", "abc", String(repeating: "g", count: 64), String(repeating: "0", count: 65),
    String(repeating: "0", count: 63) + "é", String(repeating: "0", count: 62) + "é",
  ])
  func malformedText(text: String) {
    #expect(throws: ArtifactError.malformedDigest(text)) { try Digest(hexadecimal: text) }
  }

  private func makeFolder(_ name: String, in root: URL, _ files: [String: String]) throws -> URL {
    let folder = root.appendingPathComponent(name)
    for (path, text) in files {
      let url = folder.appendingPathComponent(path)
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(),
        withIntermediateDirectories: true
      )
      try AtomicFile.write(Array(text.utf8), to: url)
    }
    return folder
  }
}
