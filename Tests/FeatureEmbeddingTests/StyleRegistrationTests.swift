import Artifacts
import FeatureEmbedding
import Foundation
import Testing

/// What a dishonest owner might hand in, and what must be said of it.
@Suite struct StyleRegistrationTests {
  @Test func recordsComeBackAsTheyWere() throws {
    let registration = try Registrations.registration()
    #expect(try Registrations.reread(registration) == registration)
    #expect(try Registrations.reread(registration.commitment) == registration.commitment)
    let unplanned = try Registrations.commitment(beaconDate: nil)
    #expect(try Registrations.reread(unplanned) == unplanned)
  }

  @Test func theCommitmentDoesNotShowTheNonce() throws {
    let bytes = try JSONValue(encoding: Registrations.commitment()).prettyBytes
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(text.contains("CIFAR-10 classifier"))
    #expect(!text.contains("000102030405"))
  }

  @Test func refusesAnotherNonce() throws {
    let commitment = try Registrations.commitment()
    let other = [UInt8](1..<33)
    #expect(
      throws: FeatureEmbeddingError.commitmentNotOpened(
        found: "\(try Registrations.commitment(nonce: other).digest)",
        expected: "\(commitment.digest)"
      )
    ) {
      try StyleRegistration(opening: commitment, nonce: other, beacon: Registrations.beacon())
    }
  }

  /// An owner who wants other keys than the committed ones tries nonces, and numbers of keys and attempt.
  @Test func grindingOpensNothing() throws {
    let registration = try Registrations.registration()
    let opened = try (0..<500).count { attempt in
      let record = try Registrations.reread(registration.commitment) {
        if attempt % 3 == 1 { $0["keys"] = .integer(Int128(4 + attempt % 50)) }
        if attempt % 3 == 2 { $0["attempt"] = .integer(Int128(3 + attempt)) }
      }
      let result = try? StyleRegistration(
        opening: record,
        nonce: attempt % 3 == 0 ? KeyDerivation.randomBytes() : registration.nonce,
        beacon: registration.beacon
      )
      return result != nil
    }
    #expect(opened == 0)
  }

  /// A field that was changed after the commitment opens nothing.
  @Test(
    arguments: [
      ("owner", "Eve"), ("subject", "other"), ("attempt", 1), ("keys", 1),
      ("family", .string(String(repeating: "0", count: 64))), ("date", "2026-11-24T11:08:54Z"),
      ("beacon_source", "my dice"), ("beacon_date", nil),
    ] as [(String, JSONValue?)]
  )
  func refusesAChangedRecord(field: String, value: JSONValue?) throws {
    let registration = try Registrations.registration()
    let changed = try Registrations.reread(registration.commitment) { $0[field] = value }
    #expect {
      try StyleRegistration(
        opening: changed,
        nonce: registration.nonce,
        beacon: registration.beacon
      )
    } throws: { error in
      guard case .commitmentNotOpened = error as? FeatureEmbeddingError else { return false }
      return "\(error)".contains("\(registration.commitment.digest)")
    }
  }

  @Test(arguments: ["2026-11-24T11:08:55Z", "2026-11-24T11:08:54Z", "2020-01-01T00:00:00Z"])
  func refusesABeaconThatIsNotLater(date: String) throws {
    let commitment = try Registrations.commitment(beaconDate: nil)
    let error = FeatureEmbeddingError.beaconTooEarly(
      beacon: date,
      commitment: Registrations.committed
    )
    #expect("\(error)".contains(date) && "\(error)".contains(Registrations.committed))
    #expect(throws: error) {
      try StyleRegistration(
        opening: commitment,
        nonce: Registrations.nonce,
        beacon: Registrations.beacon(on: date)
      )
    }
    #expect(throws: error) { try Registrations.commitment(beaconDate: date) }
  }

  /// Of many values the owner could pick one that suits, so the plan binds.
  @Test func refusesABeaconOfAnotherMoment() throws {
    #expect(
      throws: FeatureEmbeddingError.wrongBeaconDate(
        found: "2026-11-25T00:01:00Z",
        expected: "\(Registrations.drawn), which the commitment names"
      )
    ) {
      try StyleRegistration(
        opening: Registrations.commitment(),
        nonce: Registrations.nonce,
        beacon: Registrations.beacon(on: "2026-11-25T00:01:00Z")
      )
    }
  }

  @Test func spellingGivesNoChoice() throws {
    let spellings = ["00ffABcd12", " 00FFABCD12\n", "0x00ffabcd12", "0X00FFabCD12"]
    let more = ["ffabcd12", "00:ff:AB-cd 12", String(repeating: "0", count: 900) + "ffabcd12"]
    let value = String(repeating: "0", count: 56) + "ffabcd12"
    #expect(Set(try (spellings + more).map { try Registrations.beacon($0).value }) == [value])
    #expect(try Registrations.beacon("0xffabcd12").shown == "ffabcd12")
    // What sources publish at full width stays as it is published.
    for digits in [64, 128, 1_024] {
      let published = "0" + String(repeating: "c", count: digits - 1)
      #expect(try Registrations.beacon(published).value == published)
    }
    // The letters of the last but two are Cyrillic and look like Latin ones.
    for value in [
      "", "1234567", String(repeating: "1", count: 5_000), "00ffabcd12\u{430}", "Lottery: 3 9 12",
      "00ff٣٤cd12",
    ] {
      #expect(throws: FeatureEmbeddingError.self) { try Registrations.beacon(value) }
    }
  }

  @Test func longValuesAreShownByTheirDigest() throws {
    let short = String(repeating: "ab", count: 128)
    #expect(try Registrations.beacon(short).shown == short)
    let long = [1, 2].map { String(repeating: "ab", count: 512) + "\($0)" }
    let shown = try long.map { try Registrations.beacon($0).shown }
    #expect(shown[0] != shown[1] && shown.allSatisfy { $0.contains("1025 digits") })
  }

  @Test func refusesAnotherFamily() throws {
    let registration = try Registrations.registration()
    let other = try StyleFamily.builtIn()
    #expect(
      throws: FeatureEmbeddingError.registrationDiffers(
        what: "style family",
        found: "\(other.digest)",
        expected: "\(registration.commitment.family)"
      )
    ) { try registration.keys(from: other) }
  }

  @Test func refusesAWrongAttemptNumber() throws {
    let registration = try Registrations.registration()
    let first = try Registrations.commitment(attempt: 1, date: "2026-11-20T00:00:00Z")
    let more = try Registrations.commitment(attempt: 2, date: "2026-11-21T00:00:00Z")
    let later = try Registrations.commitment(attempt: 3, beaconDate: nil, date: Registrations.drawn)
    let foreign = [
      try Registrations.commitment(owner: "Eve", date: "2026-11-20T00:00:00Z"),
      try Registrations.commitment(subject: "other", date: "2026-11-20T00:00:00Z"),
    ]
    try registration.checkAttempt(among: [first, later, registration.commitment, first] + foreign)
    for (others, expected) in [
      ([], "1, after 0 on record"), ([first, more], "3, after 2 on record"),
    ] {
      #expect(
        throws: FeatureEmbeddingError.wrongAttempt(
          what: "attempt number",
          found: "2",
          expected: expected
        )
      ) { try registration.checkAttempt(among: others + foreign) }
    }
    let disorder = try Registrations.commitment(
      attempt: 3,
      beaconDate: nil,
      date: "2026-11-19T00:00:00Z"
    )
    #expect(
      throws: FeatureEmbeddingError.wrongAttempt(
        what: "date of attempt 3",
        found: "2026-11-19T00:00:00Z",
        expected: "\(Registrations.committed) or later, as attempt 2 has"
      )
    ) { try registration.checkAttempt(among: [first, disorder]) }
    // Each dated before the last, each said to be the first.
    let backdated = try Registrations.commitment(attempt: 1, date: "2026-11-19T00:00:00Z")
    #expect(throws: FeatureEmbeddingError.self) {
      try registration.checkAttempt(among: [first, backdated])
    }
  }

  /// Another name, or one with a look-alike letter, for the very same data is no other case to whoever looks.
  @Test func otherNamesForTheSameDataAreSeen() throws {
    let mine = try Registrations.commitment(data: Digest(of: [1]))
    let record = try [
      Registrations.commitment(data: Digest(of: [1])),
      Registrations.commitment(owner: "\u{410}da", data: Digest(of: [1])),
      Registrations.commitment(owner: "Eve", data: Digest(of: [1])),
      Registrations.commitment(owner: "Eve", data: Digest(of: [2])),
      Registrations.commitment(owner: "Eve"),
    ]
    #expect(mine.sameDataElsewhere(in: record).map(\.owner).sorted() == ["Eve", "\u{410}da"])
    #expect(try Registrations.commitment().sameDataElsewhere(in: record).isEmpty)
  }

  /// Capitals, spaces and signs make no other subject, and so no first attempt.
  @Test func namesCountAsTheyAreMeant() throws {
    let registration = try Registrations.registration()
    let commitment = registration.commitment
    let first = try Registrations.commitment(
      owner: commitment.owner.uppercased() + " ",
      subject: commitment.subject.uppercased() + ".",
      attempt: 1,
      date: "2026-11-20T00:00:00Z"
    )
    #expect(first.subject != commitment.subject)
    // This one is numbered 2: it needs the first, however that one is spelled.
    try registration.checkAttempt(among: [first])
  }

  @Test(arguments: [
    ("", 1, 1), (String(repeating: "ä", count: 201), 1, 1), ("Ada", 0, 1), ("Ada", -3, 1),
    ("Ada", 1_000_001, 1), ("Ada", 1, 0), ("Ada", 1, 65),
  ])
  func refusesWhatIsOutOfRange(owner: String, attempt: Int, keyCount: Int) throws {
    func expectRefusal(_ body: () throws -> Void) {
      #expect {
        try body()
      } throws: { error in
        guard case .invalidSetting = error as? FeatureEmbeddingError else { return false }
        return true
      }
    }
    expectRefusal {
      _ = try Registrations.commitment(owner: owner, attempt: attempt, keyCount: keyCount)
    }
    expectRefusal {
      _ = try Registrations.reread(Registrations.commitment()) {
        $0["owner"] = .string(owner)
        $0["attempt"] = .integer(Int128(attempt))
        $0["keys"] = .integer(Int128(keyCount))
      }
    }
  }

  @Test(
    arguments: [
      ("format", "hallmark style commitment v2"), ("date", "yesterday"),
      ("date", "2026-11-24T11:08:55+01:00"), ("date", "2026-11-24T11:08:5Z"), ("digest", "00"),
      ("owner", nil), ("attempt", "two"),
    ] as [(String, JSONValue?)]
  )
  func refusesRecordsThatAreNone(field: String, value: JSONValue?) throws {
    let commitment = try Registrations.commitment()
    #expect(throws: (any Error).self) {
      try Registrations.reread(commitment) { $0[field] = value }
    }
  }
}
