// A conformance of a public type to a public protocol is public, even in an executable, and so must
// be the imports it rests on.
public import ArgumentParser
public import Experiments
public import FeatureEmbedding
public import ModelStealing
public import Networks
public import OwnershipVerification

extension TrainingSetExport: ExpressibleByArgument {}

extension Preset: ExpressibleByArgument {}

extension GradientFeatures: ExpressibleByArgument {}

extension HypothesisTest.Method: ExpressibleByArgument {}

extension AnswerForm: ExpressibleByArgument {
  /// Reads a form of answer from the command line.
  public init?(argument: String) {
    try? self.init(argument)
  }

  /// The name, as the help shows a default.
  public var defaultValueDescription: String { description }
}

extension PixelScale: ExpressibleByArgument {}

extension PixelLayout: ExpressibleByArgument {}

extension ScoreMeaning: ExpressibleByArgument {}

extension TrainedLayers: ExpressibleByArgument {}

extension Precision: ExpressibleByArgument {}

extension Architecture: ExpressibleByArgument {
  /// Reads an architecture's name from the command line.
  public init?(argument: String) {
    try? self.init(argument)
  }

  /// The name, as the help shows a default.
  public var defaultValueDescription: String { description }
}
