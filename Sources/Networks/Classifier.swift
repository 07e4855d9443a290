public import Artifacts
public import Datasets
public import Torch

/// A network with all that is needed to classify pictures: classes, normalisation, picture size.
public final class Classifier {
  /// How many classes a classifier can have.
  public static let classCounts = 2...10_000

  /// The network's structure.
  public let architecture: Architecture
  /// The network, with its weights.
  public let network: any Module
  /// The names of the classes, in the order of the logits.
  public let classNames: [String]
  /// How pixels become what the network sees.
  public let normalization: Normalization
  /// Height and width of the pictures that it was made for.
  public let pictureSize: PictureSize
  /// How the model was made: settings, seeds and digests, as its maker states them.
  public var origin: JSONValue
  /// Where the weights live.
  public let device: Device

  /// Height and width in pixels.
  public struct PictureSize: Hashable, Sendable, CustomStringConvertible {
    /// Rows.
    public let height: Int
    /// Columns.
    public let width: Int

    /// Creates a size.
    public init(height: Int, width: Int) {
      self.height = height
      self.width = width
    }

    /// Height × width.
    public var description: String { "\(height)x\(width)" }
  }

  /// Creates a classifier with fresh weights.
  ///
  /// - Parameters:
  ///   - architecture: The network's structure.
  ///   - classNames: One name a class.
  ///   - normalization: How pixels become what the network sees.
  ///   - pictureSize: The size of the pictures it is for.
  ///   - dropout: The probability of dropout in training, in [0, 1).
  ///   - seed: Determines the weights.
  ///   - device: Where the weights shall live.
  /// - Throws: `NetworkError.picturesDoNotFit` if the pictures are too small for the network.
  public init(
    _ architecture: Architecture,
    classNames: [String],
    normalization: Normalization,
    pictureSize: PictureSize,
    dropout: Double = 0,
    seed: UInt64,
    device: Device = .cpu
  ) throws {
    try architecture.check(pictureSize)
    guard (0..<1).contains(dropout) else {
      throw NetworkError.badSetting(
        name: "dropout",
        value: "\(dropout)",
        expected: "a probability in [0, 1)"
      )
    }
    self.architecture = architecture
    network = try architecture.makeNetwork(
      classCount: classNames.count,
      dropout: dropout,
      seed: seed
    )
    self.classNames = classNames
    self.normalization = normalization
    self.pictureSize = pictureSize
    self.device = device
    origin = .null
    try network.settle(on: device)
  }
}

// Explicit non-conformance to Sendable: a classifier holds tensors.
@available(*, unavailable)
extension Classifier: Sendable {}

extension Module {
  /// Moves every tensor's storage to a device and lays kernels out as NHWC, in place.
  ///
  /// Convolutions over pictures laid out as NHWC are the fastest in float32 and in bfloat16.
  package func settle(on device: Device) throws {
    for (_, tensor) in namedState {
      if device != .cpu { try tensor.setDeviceInPlace(device) }
      if tensor.shape.count == 4 { try tensor.setChannelsLastInPlace() }
    }
  }
}

extension Classifier {
  /// Turns stored pictures into a batch of numbers.
  ///
  /// - Parameters:
  ///   - pixels: Planar RGB bytes, `[count, 3, height, width]`.
  ///   - count: The number of pictures.
  /// - Returns: Shape `[count, 3, height, width]` in [0, 1], float32, on the classifier's device.
  /// - Throws: `TorchError` if the bytes are not as many as the pictures take.
  public func images(fromPixels pixels: [UInt8], count: Int) throws -> Tensor {
    let shape = [count, 3, pictureSize.height, pictureSize.width]
    return try Tensor(pixels, shape: shape, device: device).to(.float32) / 255
  }

  /// Computes logits.
  ///
  /// - Parameters:
  ///   - images: RGB in [0, 1], shape `[N, 3, H, W]`, float32.
  ///   - pass: Training or evaluation mode, and what to record.
  /// - Returns: Shape `[N, classes]`.
  /// - Throws: `TorchError` if the shapes do not fit.
  public func logits(_ images: Tensor, _ pass: ForwardPass = ForwardPass()) throws -> Tensor {
    try network.forward(normalization.applied(to: images).channelsLast(), pass)
  }

  /// Computes the logits of all pictures, batch by batch, in evaluation mode and float32.
  ///
  /// - Parameters:
  ///   - collection: Pictures of the classifier's size.
  ///   - batchSize: How many at a time.
  /// - Returns: Shape `[N, classes]`, on the processor.
  /// - Throws: `NetworkError.picturesDoNotFit` if the sizes differ.
  public func logits(
    of collection: some PictureCollection,
    batchSize: Int = 256
  ) throws -> Tensor {
    try check(collection)
    return try withoutGradients { () throws in
      let parts = try Batches(inOrder: collection, size: batchSize).map { batch in
        try logits(images(fromPixels: batch.pixels, count: batch.count)).to(.cpu)
      }
      guard !parts.isEmpty else {
        return try Tensor(repeating: 0, shape: [0, classNames.count])
      }
      return try Tensor.concatenating(parts)
    }
  }

  /// Returns the most likely class of every picture.
  public func predictions(on collection: some PictureCollection) throws -> [Int] {
    try logits(of: collection).argmax(over: 1).elements(as: Int64.self).map { Int($0) }
  }

  /// Returns the share of pictures whose most likely class is their label, in [0, 1].
  ///
  /// - Throws: `NetworkError.picturesDoNotFit` if sizes or classes differ, or there is no picture.
  public func accuracy(on images: ImageSet) throws -> Double {
    try check(images)
    try checkClasses(of: images)
    guard images.count > 0 else {
      throw NetworkError.picturesDoNotFit("there is no picture to measure accuracy on")
    }
    let correct = try zip(predictions(on: images), images.labels).count { $0 == $1 }
    return Double(correct) / Double(images.count)
  }

  /// Checks that pictures have the size that the model takes.
  ///
  /// - Parameters:
  ///   - collection: The pictures.
  ///   - name: What they are called in the error.
  /// - Throws: `NetworkError.picturesDoNotFit` if they do not.
  public func check(_ collection: some PictureCollection, named name: String = "pictures") throws {
    let found = PictureSize(height: collection.height, width: collection.width)
    guard found == pictureSize else {
      throw NetworkError.picturesDoNotFit(
        """
        \(name) of \(found) do not fit a model for pictures of \(pictureSize)
          Take pictures of that size; those of a folder are resized by --picture-size \(pictureSize.height).
        """
      )
    }
  }

  /// Checks that labelled pictures have the model's classes, in the same order.
  ///
  /// - Throws: `NetworkError.picturesDoNotFit` if they do not.
  public func checkClasses(of images: ImageSet) throws {
    guard images.classNames == classNames else {
      throw NetworkError.picturesDoNotFit(
        """
        the pictures' classes are not the model's
          pictures: \(images.classNames.joined(separator: ", ").printable(limit: 400))
          model: \(classNames.joined(separator: ", ").printable(limit: 400))
        """
      )
    }
  }
}
