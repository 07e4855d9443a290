// A conformance of a public type to a public protocol is public, even in an executable, and so must
// be the imports it rests on.
public import ArgumentParser
public import Experiments
public import FeatureEmbedding
public import ModelStealing
public import Networks
public import OwnershipVerification
public import Stages

extension TrainingSetExport: ExpressibleByArgument {}

extension Preset: ExpressibleByArgument {}

extension GradientFeatures: ExpressibleByArgument {}

extension HypothesisTest.Method: ExpressibleByArgument {}

extension OtherStyles.Source: ExpressibleByArgument {}

extension PixelScale: ExpressibleByArgument {}

extension PixelLayout: ExpressibleByArgument {}

extension ScoreMeaning: ExpressibleByArgument {}

extension HidingName: ExpressibleByArgument {}

extension TrainedLayers: ExpressibleByArgument {}

extension Precision: ExpressibleByArgument {}
