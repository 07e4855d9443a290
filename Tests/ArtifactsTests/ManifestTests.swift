import Artifacts
import Foundation
import TestSupport
import Testing

@Suite struct ManifestTests {
  private struct Settings: Encodable {
    var rate = 0.1
    var images = 200
    var style = "seurat"
  }

  private static let digest = Digest(of: [])

  private func sample() throws -> Manifest {
    try Manifest(
      kind: .embed,
      encoding: Settings(),
      seeds: ["choice": .max, "style": 7],
      inputs: ["images": ManifestTests.digest]
    )
  }

  @Test func comesBackAsWritten() throws {
    try withTemporaryDirectory { folder in
      let manifest = try sample()
      try manifest.write(to: folder)
      #expect(try Manifest.read(from: folder) == manifest)
      #expect(try Manifest.read(from: folder, kind: .embed) == manifest)
      #expect(manifest.toolVersion == hallmarkVersion)
    }
  }

  @Test func bytesAreFixed() throws {
    #expect(
      String(decoding: try sample().fileBytes, as: UTF8.self) == """
        {
          "format": 1,
          "hallmark": "\(hallmarkVersion)",
          "inputs": {
            "images": "\(ManifestTests.digest)"
          },
          "kind": "embed",
          "seeds": {
            "choice": 18446744073709551615,
            "style": 7
          },
          "settings": {
            "images": 200,
            "rate": 0.1,
            "style": "seurat"
          }
        }

        """
    )
  }

  @Test func codableLikeTheFile() throws {
    let manifest = try sample()
    let data = try JSONEncoder().encode(manifest)
    #expect(try JSONDecoder().decode(Manifest.self, from: data) == manifest)
  }

  @Test func settingsMustBeAnObject() {
    #expect(throws: EncodingError.self) { try Manifest(kind: .embed, encoding: [1, 2]) }
  }

  @Test func missing() throws {
    try withTemporaryDirectory { folder in
      #expect(throws: ArtifactError.missingManifest(folder: folder.path)) {
        try Manifest.read(from: folder)
      }
    }
  }

  @Test func wrongKind() throws {
    try withTemporaryDirectory { folder in
      try sample().write(to: folder)
      let path = folder.appendingPathComponent("manifest.json").path
      #expect(throws: ArtifactError.wrongKind(path: path, expected: "claim", found: "embed")) {
        try Manifest.read(from: folder, kind: .claim)
      }
    }
  }

  @Test func tooLarge() throws {
    try withTemporaryDirectory { folder in
      let url = folder.appendingPathComponent("manifest.json")
      try AtomicFile.write([], to: url)
      let size = Manifest.sizeLimit + 1
      #expect(truncate(url.path, size) == 0)
      #expect(
        throws: ArtifactError.tooLarge(path: url.path, bytes: size, limit: Manifest.sizeLimit)
      ) {
        try Manifest.read(from: folder)
      }
    }
  }

  /// One field of a sound manifest replaced, and a word that the message must hold.
  @Test(
    arguments: [
      ("format", nil, "lacks the field 'format'"),
      ("format", 2, "has format 2"),
      ("format", "1", "has format \"1\""),
      ("kind", nil, "lacks the field 'kind'"),
      ("kind", 3, "'kind' must be a string but is an integer"),
      ("hallmark", true, "'hallmark' must be a string but is true or false"),
      ("settings", [], "'settings' must be an object but is an array"),
      ("seeds", nil, "lacks the field 'seeds'"),
      ("seeds", ["a": -1], "'seeds.a' must be an integer in 0 ..< 2^64 but is -1"),
      ("seeds", ["a": 0.5], "'seeds.a' must be an integer in 0 ..< 2^64 but is 0.5"),
      ("inputs", ["a": "b"], "'inputs.a' must be 64 hexadecimal digits but is \"b\""),
      ("inputs", 1.5, "'inputs' must be an object but is a number"),
    ] as [(String, JSONValue?, String)]
  )
  func wrongField(name: String, value: JSONValue?, message: String) throws {
    try withTemporaryDirectory { folder in
      var json = try #require(try JSONValue(parsing: sample().fileBytes).objectFields)
      json[name] = value
      let url = folder.appendingPathComponent("manifest.json")
      try AtomicFile.write(JSONValue.object(json).prettyBytes, to: url)
      let error = #expect(throws: ArtifactError.self) { try Manifest.read(from: folder) }
      #expect(error?.description.contains(message) == true, "\(String(describing: error))")
      #expect(error?.description.contains(url.path) == true)
    }
  }

  @Test(arguments: ["", "[]", "null", "{", "{\"format\":1,\"format\":1}", "\u{FEFF}{}", "hello"])
  func notAManifest(text: String) throws {
    try withTemporaryDirectory { folder in
      try AtomicFile.write(Array(text.utf8), to: folder.appendingPathComponent("manifest.json"))
      #expect(throws: ArtifactError.self) { try Manifest.read(from: folder) }
    }
  }
}

extension JSONValue {
  fileprivate var objectFields: [String: JSONValue]? {
    if case .object(let fields) = self { fields } else { nil }
  }
}
