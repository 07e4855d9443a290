import Artifacts
import Datasets
import FeatureEmbedding
import Foundation
import OwnershipVerification
import Stages

/// What a claimant who lies came to: a line of `claimants.jsonl`.
public struct ClaimantTrial: Sendable, Hashable, Codable {
  /// How the claimant tries to convict an innocent.
  public enum Attack: String, Sendable, Codable, CaseIterable {
    /// Takes the best of many styles for this suspect.
    case chosenKey = "key chosen after seeing the suspect"
    /// Takes the best of many nonces before the beacon is known; without a beacon each gives a style.
    case groundNonces = "nonces ground against the suspect"
    /// Commits twenty times, each commitment dated before the last, so that each is the first.
    case backdated = "backdated commitments, the best of 20"
    /// Names no moment for the beacon, and takes the best of twenty values.
    case pulses = "the best of 20 values of an undated beacon"
    /// Takes the pictures that suit best.
    case chosenPictures = "cherry-picked pictures"
    /// Takes the benign models that suit best.
    case chosenBenign = "cherry-picked benign models"
    /// Trains the published test's classifier on the accused.
    case fittedClassifier = "a meta-classifier fitted to the accused"
  }

  /// What happened.
  public enum Outcome: String, Sendable, Codable {
    /// The innocent was called stolen.
    case won
    /// The test did not reject.
    case notShown = "not-shown"
    /// The registration was refused.
    case refused
  }

  /// How the claimant tries.
  public let attack: Attack
  /// Whether commitment, beacon and the examiner's randomness are in force.
  public let underProtocol: Bool
  /// The accused, who is innocent.
  public let suspect: String
  /// The key that an honest claimant would have had.
  public let key: String
  /// What happened.
  public let outcome: Outcome
  /// The p-value, corrected as a first registration's is, where a test was run.
  public let pValue: Double?

  enum CodingKeys: String, CodingKey {
    case attack, suspect, key, outcome
    case underProtocol = "under_protocol"
    case pValue = "corrected_p_value"
  }
}

/// Claimants who lie, against innocents whose scores are known.
///
/// Candidates for a key are the first half of the decoys, which are draws from the same family; the second half
/// stay decoys. Without the protocol the claimant takes the candidate on which the suspect scores best: of a
/// quarter of all decoys for a chosen key and for ground nonces, each another quarter, of 20 where 20 are tried.
/// Under it a nonce, a date or a value that does not fit is refused, by the same checks that `examine` makes;
/// what cannot be refused, such as grinding before the beacon is known, leaves the key a fresh draw, and the
/// pictures and benign models are the examiner's.
struct FalseClaimants {
  let examiner: Examiner
  let keys: [EvidenceBench.PaintedKey]
  let suspects: [Examinee]
  let family: StyleFamily

  private var candidateCount: Int { examiner.decoys.styleCount / 2 }

  /// What trials depend on beside suspect and key: the attacks there are, and the innocents, who stand for each
  /// other's benign models.
  private var coverage: String {
    let names = ClaimantTrial.Attack.allCases.map(\.rawValue) + suspects.map(\.name).sorted()
    return String("\(Digest(of: KeyDerivation.framed(names)))".prefix(8))
  }

  /// Runs every attack on pairs of innocents and keys of nobody.
  ///
  /// - Parameters:
  ///   - tries: How many pairs, at least, of each attack.
  ///   - file: Keeps the trials, two for each attack and pair, without and with the protocol, in files for
  ///     each innocent.
  ///   - onProgress: Called after every innocent.
  /// - Throws: What the models' answers throw.
  func run(
    tries: Int,
    keepingIn file: TrialFile<ClaimantTrial>,
    onProgress: (Int) throws -> Void
  ) throws {
    let perSuspect = max(1, (tries + suspects.count - 1) / max(1, suspects.count))
    for (index, suspect) in suspects.enumerated() {
      // Every suspect meets other keys, so that no key decides for all.
      let own = (0..<perSuspect).map { keys[(index * perSuspect + $0) % keys.count] }
      try file.keep(
        "chosen-\(suspect.name)",
        covering: coverage,
        of: [suspect],
        for: own.map(\.name)
      ) {
        try own.flatMap { try chosenKeys(suspect, $0) + chosenBenign(suspect, $0) }
      }
      try onProgress(index + 1)
    }
    for suspect in suspects.prefix(2) {
      let own = keys.prefix((tries + 1) / 2)
      try file.keep("pictures-\(suspect.name)", of: [suspect], for: own.map(\.name)) {
        let parts = try PictureParts(of: suspect, examiner)
        return try own.flatMap { try chosenPictures(suspect, $0, parts) }
      }
    }
  }

  private func trial(
    _ attack: ClaimantTrial.Attack,
    _ suspect: Examinee,
    _ key: EvidenceBench.PaintedKey,
    underProtocol: Bool,
    _ secret: Double,
    _ decoys: [Double]
  ) throws -> ClaimantTrial {
    let result = try StyleKeyTest().run([secret], against: decoys)
    return ClaimantTrial(
      attack: attack,
      underProtocol: underProtocol,
      suspect: suspect.name,
      key: key.name,
      outcome: result.rejects ? .won : .notShown,
      pValue: result.correctedPValue
    )
  }

  /// Keys chosen or ground for.
  private func chosenKeys(
    _ suspect: Examinee,
    _ key: EvidenceBench.PaintedKey
  ) throws -> [ClaimantTrial] {
    let all = try examiner.decoyExcess(of: suspect)
    let decoys = Array(all.dropFirst(candidateCount))
    var random = KeyedRandom("claimant's candidates", key.seed)
    let candidates = random.permutation(of: candidateCount)
    func best(of range: Range<Int>) -> Double { candidates[range].map { all[$0] }.max() ?? 0 }
    let (half, few) = (candidateCount / 2, min(20, candidateCount / 4))
    let honest = try examiner.scores(of: suspect, on: key.secrets)
      .excess(over: key.benign, .margin)[0]
    let ranges: [(ClaimantTrial.Attack, Range<Int>)] = [
      (.chosenKey, 0..<half), (.groundNonces, half..<candidateCount), (.backdated, 0..<few),
      (.pulses, few..<2 * few),
    ]
    return try ranges.map { attack, range in
      try trial(attack, suspect, key, underProtocol: false, best(of: range), decoys)
    } + [
      attempt(.chosenKey, suspect, key) { try openWithAnotherNonce(key.seed) },
      // The nonce was the best before the beacon; with it the key is a fresh draw.
      trial(.groundNonces, suspect, key, underProtocol: true, honest, decoys),
      attempt(.backdated, suspect, key) { try commitBackwards(key.seed, few) },
      attempt(.pulses, suspect, key) { try openWithoutMoment(key.seed) },
    ]
  }

  /// Something that the protocol must refuse; what it lets pass counts as won.
  private func attempt(
    _ attack: ClaimantTrial.Attack,
    _ suspect: Examinee,
    _ key: EvidenceBench.PaintedKey,
    _ cheat: () throws -> Void
  ) throws -> ClaimantTrial {
    var outcome = ClaimantTrial.Outcome.won
    do {
      try cheat()
    } catch FeatureEmbeddingError.commitmentNotOpened {
      outcome = .refused
    } catch FeatureEmbeddingError.wrongBeaconDate, FeatureEmbeddingError.wrongAttempt {
      outcome = .refused
    } catch StageError.claimRefused {
      outcome = .refused
    }
    return ClaimantTrial(
      attack: attack,
      underProtocol: true,
      suspect: suspect.name,
      key: key.name,
      outcome: outcome,
      pValue: nil
    )
  }

  /// Opens a commitment with a nonce that was found later.
  private func openWithAnotherNonce(_ seed: UInt64) throws {
    let honest = try ExperimentKeys.registration(count: 1, seed: seed, family: family)
    _ = try StyleRegistration(
      opening: honest.commitment,
      nonce: ExperimentKeys.bytes("claimant's nonce", seed),
      beacon: honest.beacon
    )
  }

  /// Registers the last of many commitments, each of which says that it is the first and dates itself before
  /// the one before.
  private func commitBackwards(_ seed: UInt64, _ count: Int) throws {
    let honest = try ExperimentKeys.registration(count: 1, seed: seed, family: family)
    let beacon = honest.commitment.beacon
    let commitments = try (1...count).map { step in
      try StyleCommitment(
        to: honest.nonce,
        owner: honest.commitment.owner,
        subject: honest.commitment.subject,
        family: family,
        beacon: beacon,
        date: honest.commitment.date.addingTimeInterval(-60 * Double(step))
      )
    }
    let last = try StyleRegistration(
      opening: commitments[count - 1],
      nonce: honest.nonce,
      beacon: honest.beacon
    )
    try last.checkAttempt(among: commitments)
  }

  /// Registers with a value that was chosen among many, the commitment naming no moment.
  private func openWithoutMoment(_ seed: UInt64) throws {
    let honest = try ExperimentKeys.registration(count: 1, seed: seed, family: family)
    let commitment = try StyleCommitment(
      to: honest.nonce,
      owner: honest.commitment.owner,
      subject: honest.commitment.subject,
      family: family,
      beacon: BeaconPlan(source: honest.commitment.beacon.source, date: nil),
      date: honest.commitment.date
    )
    let chosen = try StyleRegistration(
      opening: commitment,
      nonce: honest.nonce,
      beacon: Beacon(
        value: "\(Digest(of: ExperimentKeys.bytes("pulse", seed)))",
        date: honest.beacon.date.addingTimeInterval(3_600)
      )
    )
    try chosen.checkBeaconPlan(beaconIsForCommitment: false)
  }

  /// Three of the other innocents serve as benign models: those that are worst on the key.
  private func chosenBenign(
    _ suspect: Examinee,
    _ key: EvidenceBench.PaintedKey
  ) throws -> [ClaimantTrial] {
    let others = try suspects.filter { $0.name != suspect.name }.map { model in
      (
        secret: try examiner.scores(of: model, on: key.secrets),
        decoys: try examiner.decoyScores(of: model).decoys
      )
    }
    let standing = try others.map { model in
      try StyleKeyTest().run(model.secret.margins ?? [], against: model.decoys.margins ?? []).effect
    }
    let worst = others.indices.sorted { standing[$0] < standing[$1] }.prefix(3).map { others[$0] }
    let own = try examiner.scores(of: suspect, on: key.secrets)
    let decoys = try examiner.decoyScores(of: suspect).decoys
    return [
      try trial(
        .chosenBenign,
        suspect,
        key,
        underProtocol: false,
        own.excess(over: worst.map(\.secret), .margin)[0],
        decoys.excess(over: worst.map(\.decoys), .margin)
      ),
      try trial(
        .chosenBenign,
        suspect,
        key,
        underProtocol: true,
        own.excess(over: key.benign, .margin)[0],
        examiner.decoyExcess(of: suspect)
      ),
    ]
  }

  /// The three tenths of the pictures on which the suspect does best in the key's style.
  private func chosenPictures(
    _ suspect: Examinee,
    _ key: EvidenceBench.PaintedKey,
    _ parts: PictureParts
  ) throws -> [ClaimantTrial] {
    let secrets = try parts.secrets(of: suspect, key, examiner)
    let standing = secrets.indices.map { part in
      secrets[part] - parts.decoys[part].reduce(0, +) / Double(parts.decoys[part].count)
    }
    let best = secrets.indices.sorted { standing[$0] > standing[$1] }.prefix(3)
    let decoys = (0..<examiner.decoys.styleCount).map { style in
      best.reduce(0) { $0 + parts.decoys[$1][style] } / 3
    }
    return [
      try trial(
        .chosenPictures,
        suspect,
        key,
        underProtocol: false,
        best.reduce(0) { $0 + secrets[$1] } / 3,
        decoys
      ),
      try trial(
        .chosenPictures,
        suspect,
        key,
        underProtocol: true,
        examiner.scores(of: suspect, on: key.secrets).excess(over: key.benign, .margin)[0],
        examiner.decoyExcess(of: suspect)
      ),
    ]
  }
}

/// T by tenths of the held-out pictures.
private struct PictureParts {
  /// T of the decoys for each tenth.
  let decoys: [[Double]]
  private static let count = 10

  init(of suspect: Examinee, _ examiner: Examiner) throws {
    decoys = try (0..<Self.count).map { part in
      try examiner.decoyExcess(of: suspect, pictures: examiner.part(part, of: Self.count))
    }
  }

  func secrets(
    of suspect: Examinee,
    _ key: EvidenceBench.PaintedKey,
    _ examiner: Examiner
  ) throws -> [Double] {
    try (0..<Self.count).map { part in
      try examiner.excess(
        of: suspect,
        key.secrets,
        pictures: examiner.part(part, of: Self.count)
      )[0]
    }
  }
}
