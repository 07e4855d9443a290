import Artifacts
import Foundation

/// A trial that says whom and what it is about.
protocol SuspectTrial: Codable {
  /// The model's name.
  var suspect: String { get }
  /// The key's name.
  var key: String { get }
}

extension EvidenceTrial: SuspectTrial {}
extension ClaimantTrial: SuspectTrial {}

/// The trials of a measurement, in files of one subject each, so that a run which was killed loses no more
/// than the subject at hand.
struct TrialFile<Trial: SuspectTrial> {
  let folder: URL

  private func file(_ subject: String) -> URL {
    folder.appendingPathComponent("\(subject).jsonl")
  }

  /// Finds the trials of a subject and writes them, unless an earlier run did.
  ///
  /// - Parameters:
  ///   - subject: Names the file.
  ///   - suspects: Whom the trials must be about, at least; nil takes any.
  ///   - keys: The names of the keys that they must be for, at least, each suspect for each.
  ///   - find: Runs the tests.
  /// - Throws: What the tests throw; `ArtifactError` if the disk fails.
  func keep(
    _ subject: String,
    of suspects: [Examinee]? = nil,
    for keys: [String] = [],
    _ find: () throws -> [Trial]
  ) throws {
    let file = file(subject)
    var trials: [Trial] = []
    if FileManager.default.fileExists(atPath: file.path) {
      guard let suspects else { return }
      trials = try JSONLines.read(Trial.self, from: file)
      let kept = Set(trials.map { [$0.suspect, $0.key] })
      let isComplete = suspects.allSatisfy { suspect in
        keys.allSatisfy { kept.contains([suspect.name, $0]) }
      }
      if isComplete { return }
    }
    // What an earlier run found about others stays.
    let found = try find()
    let anew = Set(found.map { [$0.suspect, $0.key] })
    try write(subject, trials.filter { !anew.contains([$0.suspect, $0.key]) } + found)
  }

  /// Writes the trials of a subject in the place of those that are there.
  func write(_ subject: String, _ trials: [Trial]) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let lines = try trials.map { try JSONValue(encoding: $0).compactText + "\n" }
    try AtomicFile.write(Array(lines.joined().utf8), to: file(subject))
  }

  /// All trials that are there, subject by subject in alphabetical order.
  func all() throws -> [Trial] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return try names.filter { $0.hasSuffix(".jsonl") }.sorted()
      .flatMap { try JSONLines.read(Trial.self, from: folder.appendingPathComponent($0)) }
  }
}
