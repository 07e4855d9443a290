public import Networks

/// Is told how a long run goes, stage by stage.
public protocol RunObserver: AnyObject {
  /// A stage starts, for example `train` of `victim   wrn-16-1`.
  func begin(_ stage: String, _ title: String)
  /// The stage has come so far, a share in 0...1. What this throws ends the run.
  func update(_ share: Double, _ detail: String) throws
  /// The stage has made a step of training. What this throws ends the run.
  func update(_ progress: TrainingProgress) throws
  /// The stage is done, and came to this.
  func finish(_ result: String)
}

/// Is told, and tells nobody.
public final class SilentObserver: RunObserver {
  /// Creates an observer.
  public init() {}

  /// Does nothing.
  public func begin(_ stage: String, _ title: String) {}
  /// Does nothing.
  public func update(_ share: Double, _ detail: String) {}
  /// Does nothing.
  public func update(_ progress: TrainingProgress) {}
  /// Does nothing.
  public func finish(_ result: String) {}
}
