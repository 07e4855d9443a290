import Networks
import Testing
import Torch

@Suite struct ArchitectureTests {
  /// Counts from methods.md 1.3, torchvision, and the paper's code.
  @Test(arguments: [
    ("wrn-16-1", 10, 175_626), ("wrn-28-10", 10, 36_489_290), ("resnet-18", 1000, 11_689_512),
    ("resnet-34", 1000, 21_797_672), ("vgg-19-bn", 10, 20_040_522),
  ])
  func hasThePublishedNumberOfParameters(name: String, classes: Int, count: Int) throws {
    let network = try Architecture(name).makeNetwork(classCount: classes, seed: 1)
    #expect(network.parameterCount == count)
    #expect(try Architecture(name).parameterCount(classCount: classes) == count)
  }

  @Test func namesAreTorchvisions() throws {
    let network = try Architecture("resnet-18").makeNetwork(classCount: 20, seed: 1)
    let names = network.namedState.map(\.name)
    #expect(
      names.prefix(7) == [
        "conv1.weight", "bn1.weight", "bn1.bias", "bn1.running_mean", "bn1.running_var",
        "bn1.num_batches_tracked", "layer1.0.conv1.weight",
      ]
    )
    #expect(names.contains("layer2.0.downsample.1.running_var"))
    #expect(names.count == 122)
    #expect(names.suffix(2) == ["fc.weight", "fc.bias"])
  }

  @Test func vggNumbersItsLayersAsTorchvision() throws {
    let network = try Architecture("vgg-19-bn").makeNetwork(classCount: 10, seed: 1)
    let shapes = Dictionary(
      uniqueKeysWithValues: network.namedParameters.map { ($0.name, $0.tensor.shape) }
    )
    #expect(shapes["features.7.weight"] == [128, 64, 3, 3])
    #expect(shapes["features.49.weight"] == [512, 512, 3, 3])
    #expect(shapes["features.50.weight"] == [512])
  }

  @Test(arguments: ["wrn-16-1", "WRN-28-10", "resnet-34", "vgg-19-bn"])
  func readsItsOwnName(name: String) throws {
    #expect(try Architecture(name).description == name.lowercased())
  }

  @Test(arguments: [
    "", "wrn", "wrn-16", "wrn-15-1", "wrn-4-1", "wrn-16-0", "wrn-16-1-1", "resnet-50", "vgg-19",
    "wrn-999999999999999999999-1", "wrn--16-1",
  ])
  func refusesOtherNames(name: String) {
    #expect(throws: NetworkError.self) { try Architecture(name) }
  }

  @Test func seedsDecideTheFirstWeights() throws {
    let weights = { (seed: UInt64) in
      try Architecture("wrn-10-1").makeNetwork(classCount: 10, seed: seed)
        .namedParameters.flatMap { try $0.tensor.elements(as: Float.self) }
    }
    #expect(try weights(1) == weights(1))
    #expect(try weights(1) != weights(2))
  }

  @Test(arguments: ["wrn-10-1", "resnet-18", "vgg-19-bn"])
  func givesALogitForEveryClass(name: String) throws {
    let network = try Architecture(name).makeNetwork(classCount: 7, seed: 1)
    let images = try Generator(seed: 1).normal(shape: [2, 3, 32, 32])
    #expect(try network.forward(images, ForwardPass()).shape == [2, 7])
  }
}
