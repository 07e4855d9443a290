import Artifacts
import Datasets
import FeatureEmbedding
import Foundation
import OwnershipVerification

/// What a claimant who lies came to: a line of `claimants.jsonl`.
public struct ClaimantTrial: Sendable, Hashable, Codable {
  /// How the claimant tries to convict an innocent.
  public enum Attack: String, Sendable, Codable, CaseIterable {
    /// Takes the best of many styles for this suspect.
    case chosenKey = "key chosen after seeing the suspect"
    /// Takes the best of many nonces, each of which gives a style.
    case groundNonces = "nonces ground against the suspect"
    /// Takes the pictures that suit best.
    case chosenPictures = "cherry-picked pictures"
    /// Takes the benign models that suit best.
    case chosenBenign = "cherry-picked benign models"
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
/// Candidates for a chosen key or nonce are the first half of the decoys, which are draws from the same family; the
/// second half stay decoys. Without the protocol the claimant takes the candidate on which the suspect scores
/// best. Under it the key is what nonce and beacon give: another nonce does not open the commitment, and
/// whatever was ground before the beacon was known gives another key.
struct FalseClaimants {
  let examiner: Examiner
  let keys: [EvidenceBench.PaintedKey]
  let suspects: [Examinee]
  let family: StyleFamily

  private var candidateCount: Int { examiner.decoys.styleCount / 2 }

  /// Runs every attack on pairs of innocents and keys of nobody.
  ///
  /// - Parameters:
  ///   - tries: How many pairs, at least, of each attack.
  ///   - onProgress: Called after every innocent.
  /// - Returns: Two trials for each attack and pair: without and with the protocol.
  /// - Throws: What the models' answers throw.
  func run(tries: Int, onProgress: (Int) throws -> Void) throws -> [ClaimantTrial] {
    let perSuspect = max(1, (tries + suspects.count - 1) / max(1, suspects.count))
    var found: [ClaimantTrial] = []
    for (index, suspect) in suspects.enumerated() {
      // Every suspect meets other keys, so that no key decides for all.
      let own = (0..<perSuspect).map { keys[(index * perSuspect + $0) % keys.count] }
      for key in own { found += try chosenKeys(suspect, key) + chosenBenign(suspect, key) }
      try onProgress(index + 1)
    }
    for suspect in suspects.prefix(2) {
      let parts = try PictureParts(of: suspect, examiner)
      for key in keys.prefix((tries + 1) / 2) { found += try chosenPictures(suspect, key, parts) }
    }
    return found
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

  /// The key chosen, and the nonces ground.
  private func chosenKeys(
    _ suspect: Examinee,
    _ key: EvidenceBench.PaintedKey
  ) throws -> [ClaimantTrial] {
    let all = try examiner.decoyExcess(of: suspect)
    let decoys = Array(all.dropFirst(candidateCount))
    // A stretch of the candidates for each key, so that tries differ.
    var random = KeyedRandom("claimant's candidates", key.seed)
    let candidates = random.permutation(of: candidateCount).prefix(candidateCount / 2)
    let best = candidates.max { all[$0] < all[$1] } ?? 0
    let honest = try examiner.scores(of: suspect, on: key.secrets)
      .excess(over: key.benign, .margin)[0]
    return [
      try trial(.chosenKey, suspect, key, underProtocol: false, all[best], decoys),
      registrationWithAnotherNonce(suspect, key),
      try trial(.groundNonces, suspect, key, underProtocol: false, all[best], decoys),
      // The nonce was the best before the beacon; with it the key is a fresh draw.
      try trial(.groundNonces, suspect, key, underProtocol: true, honest, decoys),
    ]
  }

  /// A claimant who opens the commitment with the nonce that suits the suspect.
  private func registrationWithAnotherNonce(
    _ suspect: Examinee,
    _ key: EvidenceBench.PaintedKey
  ) -> ClaimantTrial {
    var outcome = ClaimantTrial.Outcome.refused
    do {
      let honest = try ExperimentKeys.registration(count: 1, seed: key.seed, family: family)
      _ = try StyleRegistration(
        opening: honest.commitment,
        nonce: ExperimentKeys.bytes("claimant's nonce", key.seed),
        beacon: honest.beacon
      )
      outcome = .won
    } catch {}
    return ClaimantTrial(
      attack: .chosenKey,
      underProtocol: true,
      suspect: suspect.name,
      key: key.name,
      outcome: outcome,
      pValue: nil
    )
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
      try examiner.excess(of: suspect, examiner.decoys, part: part, of: Self.count)
    }
  }

  func secrets(
    of suspect: Examinee,
    _ key: EvidenceBench.PaintedKey,
    _ examiner: Examiner
  ) throws -> [Double] {
    try (0..<Self.count).map { part in
      try examiner.excess(of: suspect, key.secrets, part: part, of: Self.count)[0]
    }
  }
}
