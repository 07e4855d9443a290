import Artifacts
import FeatureEmbedding
import Foundation
import TestSupport
import Testing

/// The owner's files.
@Suite struct StyleKeyFolderTests {
  private let nonce = KeyDerivation.randomBytes()
  private let made = Date(timeIntervalSince1970: 1_795_000_000)

  private func commitment(attempt: Int = 1, data: Digest? = nil) throws -> StyleCommitment {
    try StyleCommitment(
      to: nonce,
      owner: "Acme",
      subject: "birds",
      attempt: attempt,
      family: .builtIn(),
      data: data,
      beacon: BeaconPlan(source: "dice", date: nil),
      date: made
    )
  }

  private func beacon(after seconds: Double = 60) throws -> Beacon {
    try Beacon(value: "0123456789abcdef", date: made + seconds)
  }

  private func mode(_ folder: URL, _ name: String) throws -> Int {
    let path = folder.appendingPathComponent(name).path
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return try #require((attributes[.posixPermissions] as? NSNumber)?.intValue) & 0o77
  }

  @Test func whatIsWrittenCanBeOpened() throws {
    try withTemporaryDirectory { parent in
      let place = parent.appendingPathComponent("key")
      let data = Digest(of: [1])
      let key = try StyleKeyFolder.create(
        at: place,
        commitment: commitment(data: data),
        nonce: nonce
      )
      let registration = try StyleKeyFolder(contentsOf: place).register(beacon(), now: made + 60)
      #expect(registration.commitment == key.commitment)
      #expect(registration.commitment.data == data)
      let file = place.appendingPathComponent(StyleKeyFolder.registrationFile)
      #expect(try StyleRegistration(contentsOf: file) == registration)
      #expect(try mode(place, StyleKeyFolder.nonceFile) == 0)
      #expect(try mode(place, StyleKeyFolder.registrationFile) == 0)
      #expect(try mode(parent, "key") == 0)
      let published = try Data(contentsOf: place.appendingPathComponent("commitment.json"))
      let secret = try String(
        contentsOf: place.appendingPathComponent(StyleKeyFolder.nonceFile),
        encoding: .utf8
      ).trimmingCharacters(in: .newlines)
      #expect(secret.count == 64)
      #expect(published.range(of: Data(secret.utf8)) == nil)
    }
  }

  /// Data are part of what is committed to.
  @Test func dataCannotBeChangedAfterwards() throws {
    let honest = try commitment(data: Digest(of: [1]))
    var json = try JSONValue(encoding: honest)
    guard case .object(var fields) = json else { return }
    for other in [JSONValue.string("\(Digest(of: [2]))"), nil] {
      fields["data"] = other
      json = .object(fields)
      let changed = try json.decode(as: StyleCommitment.self)
      let beacon = try beacon()
      #expect(throws: FeatureEmbeddingError.self) {
        try StyleRegistration(opening: changed, nonce: nonce, beacon: beacon)
      }
    }
  }

  @Test func nothingIsOverwritten() throws {
    try withTemporaryDirectory { parent in
      let place = parent.appendingPathComponent("key")
      let commitment = try commitment()
      let key = try StyleKeyFolder.create(at: place, commitment: commitment, nonce: nonce)
      #expect(throws: FeatureEmbeddingError.holdsNonce(folder: place.path)) {
        try StyleKeyFolder.create(at: place, commitment: commitment, nonce: nonce)
      }
      _ = try key.register(beacon(), now: made + 60)
      let before = try Digest(ofFolderAt: place)
      let later = try beacon(after: 70)
      #expect(throws: ArtifactError.self) { try key.register(later, now: made + 99) }
      #expect(try Digest(ofFolderAt: place) == before)
    }
  }

  @Test func refusesBeaconsOfTheFutureAndOtherNonces() throws {
    try withTemporaryDirectory { parent in
      let place = parent.appendingPathComponent("key")
      let commitment = try commitment()
      #expect(throws: FeatureEmbeddingError.self) {
        try StyleKeyFolder.create(at: place, commitment: commitment, nonce: [UInt8](1..<33))
      }
      #expect(!FileManager.default.fileExists(atPath: place.path))
      let key = try StyleKeyFolder.create(at: place, commitment: commitment, nonce: nonce)
      let beacon = try beacon()
      #expect(throws: FeatureEmbeddingError.self) { try key.register(beacon, now: made + 59) }
      for text in ["", "xyz", String(repeating: "0", count: 64)] {
        try Data(text.utf8).write(to: place.appendingPathComponent(StyleKeyFolder.nonceFile))
        #expect(throws: FeatureEmbeddingError.self) { try key.register(beacon, now: made + 60) }
      }
      #expect(
        !FileManager.default.fileExists(
          atPath: place.appendingPathComponent(StyleKeyFolder.registrationFile).path
        )
      )
    }
  }

  /// A record that cannot be read is an error, not one commitment less.
  @Test func readsAllRecordsOrNone() throws {
    try withTemporaryDirectory { folder in
      for attempt in 1...3 {
        try AtomicFile.write(
          JSONValue(encoding: commitment(attempt: attempt)).prettyBytes,
          to: folder.appendingPathComponent("\(attempt).json")
        )
      }
      #expect(try StyleCommitment.read(from: [folder]).map(\.attempt) == [1, 2, 3])
      let one = folder.appendingPathComponent("2.json")
      #expect(try StyleCommitment.read(from: [one, one]).map(\.attempt) == [2, 2])
      for text in ["", "{}", #"{"format":1}"#, "[]"] {
        try Data(text.utf8).write(to: folder.appendingPathComponent("4.json"))
        #expect(throws: FeatureEmbeddingError.self) { try StyleCommitment.read(from: [folder]) }
      }
    }
  }
}
