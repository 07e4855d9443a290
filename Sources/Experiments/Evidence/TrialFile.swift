import Artifacts
import Foundation

/// A trial that says whom and what it is about.
protocol SuspectTrial: Codable, Equatable {
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

  private func file(_ subject: String, _ coverage: String?) -> URL {
    folder.appendingPathComponent(subject + (coverage.map { ".\($0)" } ?? "") + ".jsonl")
  }

  /// Finds the trials of a subject and writes them, unless an earlier run did.
  ///
  /// - Parameters:
  ///   - subject: Names the file, without a dot.
  ///   - coverage: What the trials cover, as a part of the file's name, where that may change from version to
  ///     version: trials of the subject that cover something else make way for these.
  ///   - suspects: Whom the trials must be about, at least; nil takes any.
  ///   - keys: The names of the keys that they must be for, at least, each suspect for each.
  ///   - find: Runs the tests.
  /// - Throws: What the tests throw; `ArtifactError` if the disk fails.
  func keep(
    _ subject: String,
    covering coverage: String? = nil,
    of suspects: [Examinee]? = nil,
    for keys: [String] = [],
    _ find: () throws -> [Trial]
  ) throws {
    let file = file(subject, coverage)
    if coverage != nil { try removeTrials(of: subject, but: file) }
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
    try write(trials.filter { !anew.contains([$0.suspect, $0.key]) } + found, to: file)
  }

  /// Writes the trials of a subject in the place of those that are there, unless they are the same.
  func write(_ subject: String, _ trials: [Trial]) throws {
    let file = file(subject, nil)
    let exists = FileManager.default.fileExists(atPath: file.path)
    guard try trials != (exists ? JSONLines.read(Trial.self, from: file) : []) else { return }
    try write(trials, to: file)
  }

  private func write(_ trials: [Trial], to file: URL) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try JSONLines.write(trials, to: file)
  }

  private func removeTrials(of subject: String, but file: URL) throws {
    for name in names where name.hasPrefix("\(subject).") && name != file.lastPathComponent {
      try FileManager.default.removeItem(at: folder.appendingPathComponent(name))
    }
  }

  private var names: [String] {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return all.filter { $0.hasSuffix(".jsonl") }.sorted()
  }

  /// All trials that are there, subject by subject in alphabetical order.
  func all() throws -> [Trial] {
    try names
      .flatMap { try JSONLines.read(Trial.self, from: folder.appendingPathComponent($0)) }
  }
}
