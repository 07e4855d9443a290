import Artifacts
import Foundation
import Stages

extension EvidenceBench {
  /// Lets claimants lie about innocents, and writes what they come to, unless an earlier run did.
  func examineClaimants(_ innocents: [Examinee], _ keys: Deferred<[PaintedKey]>) throws {
    let file = settings.study.output.appendingPathComponent(Evidence.claimantsName)
    guard !isComplete(file, about: innocents) else { return }
    let keys = try keys().filter { $0.seed >= EvidenceBench.firstNullKey }
    let claimants = FalseClaimants(
      examiner: examiner,
      keys: keys,
      suspects: innocents,
      family: family
    )
    observer.begin("claimants", "\(innocents.count) innocents, \(keys.count) keys")
    let trials = TrialFile<ClaimantTrial>(
      folder: settings.study.output.appendingPathComponent("claimants")
    )
    try claimants.run(tries: 100, keepingIn: trials) {
      try observer.update(Double($0) / Double(innocents.count), "\($0) innocents")
    }
    try claimants.fitClassifiers(tries: 100, keepingIn: trials) {
      try observer.update(Double($0) / Double(innocents.count), "classifiers of \($0) innocents")
    }
    let found = try trials.all()
    try JSONLines.write(found, to: file)
    observer.finish(
      "\(found.count { $0.underProtocol && $0.outcome == .won }) won under the protocol"
    )
  }

  /// Whether a file has every attack, and all of these among the accused.
  private func isComplete(_ file: URL, about innocents: [Examinee]) -> Bool {
    // What an earlier version wrote in another form is to be measured anew.
    guard FileManager.default.fileExists(atPath: file.path),
      let found = try? JSONLines.read(ClaimantTrial.self, from: file)
    else { return false }
    return Set(found.map(\.attack)).isSuperset(of: ClaimantTrial.Attack.allCases)
      && Set(found.map(\.suspect)).isSuperset(of: innocents.map(\.name))
  }
}
