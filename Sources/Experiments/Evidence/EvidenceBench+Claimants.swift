import Artifacts
import Foundation

extension EvidenceBench {
  /// Lets claimants lie about innocents, and writes what they come to.
  func examineClaimants(_ innocents: [Examinee], _ keys: [PaintedKey]) throws {
    let claimants = FalseClaimants(
      examiner: examiner,
      keys: keys,
      suspects: innocents,
      family: family
    )
    observer.begin("claimants", "\(innocents.count) innocents, \(keys.count) keys")
    var found = try claimants.run(tries: 100) {
      try observer.update(Double($0) / Double(innocents.count), "\($0) innocents")
    }
    let fitted = TrialFile<ClaimantTrial>(
      folder: settings.study.output.appendingPathComponent("claimants")
    )
    try claimants.fitClassifiers(tries: 100, keepingIn: fitted) {
      try observer.update(Double($0) / Double(innocents.count), "classifiers of \($0) innocents")
    }
    found += try fitted.all()
    let lines = try found.map { try JSONValue(encoding: $0).compactText + "\n" }
    let file = settings.study.output.appendingPathComponent(Evidence.claimantsName)
    try AtomicFile.write(Array(lines.joined().utf8), to: file)
    observer.finish(
      "\(found.count { $0.underProtocol && $0.outcome == .won }) won under the protocol"
    )
  }
}
