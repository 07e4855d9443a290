import Datasets
import Experiments
import OwnershipVerification
import Testing

/// Made-up alignments: whoever knows a key is 0.2 ahead on it, and styles differ in what they leave.
@Suite struct SeveralSeedsTests {
  private static let keys = ["victim-1", "victim-2", "victim-3"]
  private static let innocents = (0..<9).map { "innocent-\($0)" }

  private static func record(
    _ suspect: String,
    _ role: AlignmentRecord.Role,
    _ key: String,
    ahead: Double = 0,
    layers: Int = 3
  ) -> AlignmentRecord {
    let number = "\(suspect) \(key)".utf8.reduce(UInt64(7)) { $0 &* 31 &+ UInt64($1) }
    var random = KeyedRandom("made-up alignment", number)
    let ease = Double(keys.firstIndex(of: key) ?? 0) * 0.3
    return AlignmentRecord(
      suspect: suspect,
      attack: "\(role)",
      role: role,
      seed: 1,
      key: key,
      pictures: 50,
      cosines: (0..<layers).map { _ in ease + ahead + 0.02 * random.normal() }
    )
  }

  private static let records = keys.flatMap { key in
    [
      record("benign-1", .benign, key), record("benign-2", .benign, key),
      record("of \(key)", .victim, key, ahead: 0.2),
      record("thief of \(key)", .thief, key, ahead: 0.15),
      record("failed thief of \(key)", .thief, key),
    ] + innocents.map { record($0, .innocent, key) }
  }

  @Test func findsThievesOfAVictimItHasNotSeen() throws {
    let trials = try SeveralSeeds.trials(Self.records)
    for key in Self.keys {
      let own = trials.filter { $0.key == key }
      // The victim, two thieves, and the four innocents at odd places.
      #expect(own.count == 7)
      let innocents = own.filter(\.innocent)
      #expect(innocents.map(\.suspect) == [1, 3, 5, 7].map { "innocent-\($0)" })
      let best = innocents.map(\.statistic).max() ?? .infinity
      for thief in own where ["of \(key)", "thief of \(key)"].contains(thief.suspect) {
        #expect(thief.statistic > best)
        #expect(thief.pValue == 0.2)
      }
      #expect(innocents.map(\.pValue).sorted() == [0.25, 0.5, 0.75, 1])
      #expect(own.allSatisfy { !$0.exact && $0.settings.variant == .severalSeeds })
    }
  }

  /// A victim's and its thieves' own numbers decide nobody else's score.
  @Test func neverLearnsFromTheVictimLeftOut() throws {
    let other = Self.records.map { record in
      record.key == "victim-1" && ["of victim-1", "thief of victim-1"].contains(record.suspect)
        ? Self.record(record.suspect, record.role, record.key, ahead: -0.5) : record
    }
    func innocents(_ records: [AlignmentRecord]) throws -> [String: Double] {
      let trials = try SeveralSeeds.trials(records)
        .filter { $0.key == "victim-1" && $0.innocent }
      return Dictionary(trials.map { ($0.suspect, $0.statistic) }) { $1 }
    }
    #expect(try innocents(other) == innocents(Self.records))
    #expect(try innocents(Self.records).count == 4)

    let changed = Self.records.map { record in
      record.key == "victim-1" && record.role != .benign && record.suspect != "of victim-1"
        ? Self.record(record.suspect, record.role, record.key, ahead: -0.5) : record
    }
    func score(_ records: [AlignmentRecord]) throws -> Double? {
      try SeveralSeeds.trials(records).first { $0.suspect == "of victim-1" }?.statistic
    }
    #expect(try score(changed) == score(Self.records))
    #expect(try score(Self.records) != nil)
  }

  @Test func oneVictimOrNoBenignModelGiveNothing() throws {
    let one = Self.records.filter { $0.key == "victim-1" }
    #expect(try SeveralSeeds.trials(one).isEmpty)
    #expect(try SeveralSeeds.trials(Self.records.filter { $0.role != .benign }).isEmpty)
    #expect(try SeveralSeeds.trials([]).isEmpty)
    let seen = Self.records.filter { $0.role != .innocent || $0.suspect == "innocent-0" }
    #expect(try SeveralSeeds.trials(seen).isEmpty)
  }

  @Test func otherLayersAreRefused() {
    let other = Self.record("a thief", .thief, "victim-1", layers: 2)
    #expect(throws: VerificationError.self) { try SeveralSeeds.trials(Self.records + [other]) }
  }
}
