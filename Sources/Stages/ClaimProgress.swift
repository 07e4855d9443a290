public import OwnershipVerification

extension RunObserver {
  /// Shows how far the making of a claim is: a fifth for gradients, the rest for the meta-classifier.
  ///
  /// - Parameters:
  ///   - progress: Where it stands.
  ///   - settings: What it is made by.
  /// - Throws: What the observer throws to end the run.
  public func update(_ progress: Claim.Progress, of settings: ClaimSettings) throws {
    switch progress {
    case .victimSigns(let done, let total):
      try update(0.1 * Double(done) / Double(total), "gradients of the victim")
    case .benignSigns(let done, let total):
      try update(0.1 + 0.1 * Double(done) / Double(total), "gradients of the benign model")
    case .metaClassifier(let report):
      try update(
        0.2 + 0.8 * Double(report.epoch) / Double(settings.metaClassifier.epochs),
        "epoch \(report.epoch)/\(settings.metaClassifier.epochs)"
      )
    }
  }
}
