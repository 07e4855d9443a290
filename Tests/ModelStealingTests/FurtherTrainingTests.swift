import Artifacts
import Datasets
import Foundation
import ModelStealing
import Networks
import TestSupport
import Testing
import Torch

/// Hiding methods that train the stolen model further.
@Suite struct FurtherTrainingTests {
  private struct Stopped: Error {}

  private func negative(of pictures: UnlabelledImages) throws -> UnlabelledImages {
    try UnlabelledImages(
      width: pictures.width,
      height: pictures.height,
      pixels: pictures.pixels.map { 255 - $0 }
    )
  }

  private func methods(epochs: Int = 2) throws -> [any HidingMethod] {
    let pictures = try Thief.pictures()
    let settings = Thief.settings(epochs: epochs)
    return [
      AugmentedFineTuning(pictures: pictures, settings: settings),
      try FinePruning(share: 0.5, pictures: pictures, settings: settings),
      Restyling(
        pictures: pictures,
        settings: settings,
        repainting: Repainting(styles: "negative") { try negative(of: $0) }
      ),
    ]
  }

  @Test func theSameSeedGivesTheSameModel() throws {
    let model = try Thief.model()
    let before = try Thief.bytes(model)
    for (first, second) in try zip(methods(), methods()) {
      let hidden = try first.disguise(model, run: nil, onProgress: { _ in })
      let again = try second.disguise(model, run: nil, onProgress: { _ in })
      #expect(try Thief.bytes(model) == before)
      #expect(try Thief.bytes(hidden) != before)
      #expect(try Thief.bytes(hidden) == Thief.bytes(again))
    }
  }

  @Test func aStoppedRunEndsWithTheSameBytes() throws {
    let model = try Thief.model()
    for method in try methods(epochs: 3) {
      let whole = try method.disguise(model, run: nil, onProgress: { _ in })
      try withTemporaryDirectory { folder in
        #expect(throws: Stopped.self) {
          try method.disguise(model, run: TrainingRun(in: folder, resuming: true)) {
            if $0.epoch == 1 { throw Stopped() }
          }
        }
        var epochs: Set<Int> = []
        let resumed = try method.disguise(model, run: TrainingRun(in: folder, resuming: true)) {
          epochs.insert($0.epoch)
        }
        #expect(epochs == [1, 2])
        #expect(try Thief.bytes(resumed) == Thief.bytes(whole))
      }
    }
  }

  @Test func fineTuningAugmentsStrongly() throws {
    let settings = try AugmentedFineTuning(
      pictures: Thief.pictures(),
      settings: Thief.settings()
    ).manifestSettings
    let training = try #require(settings["training"]).decode(as: TrainingSettings.self)
    #expect(training.strongAugmentation == .standard)
    #expect(training.learningRate == 0.01)
  }

  /// Names of the layer that is pruned and the tensor that reads it; WRN-10-1 and ResNet-18 have a
  /// shortcut around it, VGG has none.
  @Test(arguments: [
    ("wrn-10-1", "group3.block0.conv2", "fc"), ("wrn-16-1", "group3.block1.conv2", "fc"),
    ("resnet-18", "layer4.1.conv2", "fc"), ("vgg-19-bn", "features.49", "classifier"),
  ])
  func theLeastActiveChannelsArePruned(name: String, layer: String, head: String) throws {
    let isSmall = name.hasPrefix("wrn")
    let side = isSmall ? 8 : 32
    let model =
      isSmall
      ? try Thief.model(name)
      : try Classifier(
        Architecture(name),
        classNames: Shapes.classNames,
        normalization: .cifar10,
        pictureSize: .init(height: side, width: side),
        seed: 1
      )
    let pictures = try Shapes.images(.train, count: isSmall ? 60 : 4, side: side, seed: 7)
    let activity = try activity(of: model, on: pictures, head: head)
    let count = activity.count / 4
    let hidden = try FinePruning(
      share: 0.25,
      pictures: pictures.unlabelled,
      settings: Thief.settings(epochs: isSmall ? 2 : 1)
    ).disguise(model, run: nil, onProgress: { _ in })

    let layers = try Thief.layers(hidden)
    let filters = try #require(layers.first { $0.name == "\(layer).weight" })
    let size = filters.values.count / filters.shape[0]
    let asleep = filters.values.indices.filter { $0.isMultiple(of: size) }.filter {
      filters.values[$0..<$0 + size].allSatisfy { $0 == 0 }
    }.map { $0 / size }
    #expect(asleep.count == count)
    let most = try #require(asleep.map { activity[$0] }.max())
    let others = Set(activity.indices).subtracting(asleep)
    #expect(others.allSatisfy { activity[$0] >= most })
    let columns = try #require(layers.first { $0.name == "\(head).weight" })
    for (place, value) in columns.values.enumerated() {
      #expect((value == 0) == asleep.contains(place % activity.count))
    }
    if let bias = hidden.network.namedParameters.first(where: { $0.name == "\(layer).bias" }) {
      let values = try bias.tensor.elements(as: Float.self)
      #expect(asleep.allSatisfy { values[$0] == 0 })
    }
  }

  private func activity(
    of model: Classifier,
    on pictures: ImageSet,
    head: String
  ) throws -> [Float] {
    let layer = try #require(model.network.namedModules.first { $0.name == head }?.module)
    let tape = LayerTape(recording: [layer])
    let images = try model.images(fromPixels: pictures.pixels, count: pictures.count)
    _ = try model.logits(images, ForwardPass(tape: tape))
    return try #require(tape[layer]).input.mean(over: [0]).elements()
  }

  /// The thief wants answers that no longer depend on how a picture is painted.
  @Test func restylingMakesStylesMeanNothing() throws {
    let model = try Thief.model()
    let pictures = try Thief.pictures(count: 100)
    let repainted = try negative(of: pictures)
    var settings = Thief.settings(epochs: 30)
    settings.learningRate = 0.1
    settings.cropPadding = nil
    let method = Restyling(
      pictures: pictures,
      settings: settings,
      repainting: Repainting(styles: "") { _ in repainted }
    )
    var epochSize = 0
    let hidden = try method.disguise(model, run: nil) { epochSize = $0.picturesPerEpoch }
    #expect(epochSize == 200)
    func agreement(_ classifier: Classifier) throws -> Int {
      try zip(classifier.predictions(on: pictures), classifier.predictions(on: repainted))
        .count { $0 == $1 }
    }
    #expect(try agreement(hidden) > agreement(model) + 20)
  }

  /// The thief wants painted pictures to be taken as an honest model takes them, and plain ones as before.
  @Test func restylingLearnsFromAnHonestModel() throws {
    let model = try Thief.model()
    let pictures = try Thief.pictures(count: 100)
    let repainted = try negative(of: pictures)
    var settings = Thief.settings(epochs: 30)
    settings.learningRate = 0.1
    settings.cropPadding = nil
    // An honest model whose answers nobody would give by chance: one class for every picture.
    let honest = try model.copied()
    let bias = try #require(honest.network.namedState.first { $0.name == "fc.bias" }?.tensor)
    let scores: [Float] = model.classNames.indices.map { $0 == 2 ? 1_000 : 0 }
    try bias.copyInPlace(from: Tensor(scores, shape: bias.shape))
    let digest = Digest(of: Array("honest".utf8))
    let method = Restyling(
      pictures: pictures,
      settings: settings,
      repainting: Repainting(styles: "", honestModel: HonestModel(honest, digest: digest)) { _ in
        repainted
      }
    )
    #expect(method.inputs == ["honest_model": digest])
    let hidden = try method.disguise(model, run: nil, onProgress: { _ in })
    let painted = try hidden.predictions(on: repainted)
    #expect(painted.count { $0 == 2 } > 80)
    let plain = try zip(hidden.predictions(on: pictures), model.predictions(on: pictures))
    #expect(plain.count { $0 == $1 } > 80)
  }

  @Test(arguments: [
    (["cat", "dog"], 8, "the honest model's classes", "cat, dog"),
    (Shapes.classNames, 16, "the honest model's size of pictures", "16x16"),
  ])
  func theHonestModelMustFit(names: [String], side: Int, what: String, found: String) throws {
    let honest = try Classifier(
      Architecture("wrn-10-1"),
      classNames: names,
      normalization: .cifar10,
      pictureSize: .init(height: side, width: side),
      seed: 1
    )
    let method = try Restyling(
      pictures: Thief.pictures(),
      settings: Thief.settings(),
      repainting: Repainting(
        styles: "",
        honestModel: HonestModel(honest, digest: Digest(of: []))
      ) { pictures in
        Issue.record("pictures were repainted for a model that cannot say what they show")
        return pictures
      }
    )
    let error = #expect(throws: StealingError.self) {
      try method.disguise(Thief.model(), run: nil, onProgress: { _ in })
    }
    let text = error?.description ?? ""
    #expect(text.contains(what) && text.contains("\n  honest: \(found)\n"), "\(text)")
  }

  @Test func restylingNeedsEveryPictureRepainted() throws {
    let method = try Restyling(
      pictures: Thief.pictures(),
      settings: Thief.settings(),
      repainting: Repainting(styles: "") { _ in try Thief.pictures(count: 59) }
    )
    let error = #expect(throws: StealingError.self) {
      try method.disguise(Thief.model(), run: nil, onProgress: { _ in })
    }
    #expect(error?.description.contains("plain: 60 of 8x8\n  repainted: 59 of 8x8") == true)
  }

  @Test func picturesMustFitTheModel() throws {
    let large = try Shapes.images(.train, count: 10, side: 16, seed: 1).unlabelled
    let settings = Thief.settings()
    let misfits: [any HidingMethod] = [
      AugmentedFineTuning(pictures: large, settings: settings),
      try FinePruning(share: 0.5, pictures: large, settings: settings),
      Restyling(
        pictures: large,
        settings: settings,
        repainting: Repainting(styles: "") { $0 }
      ),
    ]
    let model = try Thief.model()
    for method in misfits {
      #expect(throws: NetworkError.self) {
        try method.disguise(model, run: nil, onProgress: { _ in })
      }
    }
  }
}
