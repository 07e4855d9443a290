import Artifacts
public import Datasets
public import Networks
public import Torch

/// A deployed classifier: it answers questions, in the form its owner chose, and counts them.
///
/// Nothing else of the model is to be seen from outside.
public final class Oracle {
  private let model: Classifier
  private let precision: Precision
  /// How much an answer tells.
  public let form: AnswerForm
  /// How many pictures have been asked about.
  public private(set) var queryCount = 0
  private var knownNoiseSeed: UInt64?
  /// Called with that number after every answer; what it throws ends the questions.
  public var onAnswer: (Int) throws -> Void = { _ in }

  /// Deploys a model.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - form: How much an answer tells.
  ///   - precision: The number format in which it computes.
  public init(
    _ model: Classifier,
    form: AnswerForm = .probabilities,
    precision: Precision = .float32
  ) {
    self.model = model
    self.form = form
    self.precision = precision
  }

  /// The classes of the answers.
  public var classNames: [String] { model.classNames }

  /// The size of the pictures that it takes.
  public var pictureSize: Classifier.PictureSize { model.pictureSize }

  /// How pixels are normalised; customary values that a thief may be assumed to guess.
  public var normalization: Normalization { model.normalization }

  /// Where the model computes, and where a thief's student will.
  public var device: Device { model.device }

  /// Answers questions about pictures.
  ///
  /// - Parameters:
  ///   - pixels: Planar RGB bytes, `[count, 3, height, width]`.
  ///   - count: The number of pictures.
  /// - Returns: What is told, shape `[count, classes]`: a probability for every class, 0 where nothing
  ///   is told, and 1 for the class of an answer that is but a label. Rows of rounded or incomplete
  ///   answers do not sum to 1.
  /// - Throws: `TorchError` if the bytes are not as many as the pictures take; what `onAnswer` throws.
  public func answers(toPixels pixels: [UInt8], count: Int) throws -> Tensor {
    let probabilities = try withoutGradients { () throws in
      let images = try model.images(fromPixels: pixels, count: count)
      return try withAutocast(to: precision.computeType(on: device), on: device) {
        try model.logits(images)
      }.to(.float32).softmax(over: 1)
    }
    queryCount += count
    try onAnswer(queryCount)
    guard form != .probabilities else { return probabilities }
    let width = classNames.count
    var told: [Float] = try probabilities.to(.cpu).elements()
    let seed = try noiseSeed
    for row in 0..<count {
      let picture = pixels[row * pixels.count / count..<(row + 1) * pixels.count / count]
      told.withUnsafeMutableBufferPointer {
        form.censor(&$0[row * width..<(row + 1) * width], of: picture, noiseSeed: seed)
      }
    }
    return try Tensor(told, shape: [count, width], device: device)
  }

  /// Returns the likeliest class of each picture by what is told, the first of equal ones.
  ///
  /// - Parameters:
  ///   - pictures: Pictures of the size that the model takes.
  ///   - batchSize: How many are asked about at a time.
  /// - Returns: One class a picture.
  /// - Throws: `NetworkError.picturesDoNotFit` if the sizes differ.
  public func predictions(
    on pictures: some PictureCollection,
    batchSize: Int = 256
  ) throws -> [Int] {
    try check(pictures)
    return try Batches(inOrder: pictures, size: batchSize).flatMap { batch in
      let told: [Float] = try answers(toPixels: batch.pixels, count: batch.count).to(.cpu)
        .elements()
      let width = classNames.count
      return (0..<batch.count).map { row in
        let values = told[row * width..<(row + 1) * width]
        return (values.indices.max { values[$0] < values[$1] } ?? 0) - row * width
      }
    }
  }

  /// Decides the noise of answers, together with the picture: a number that nobody without the weights knows.
  private var noiseSeed: UInt64 {
    get throws {
      guard case .noisy = form else { return 0 }
      if let knownNoiseSeed { return knownNoiseSeed }
      let digest = try Digest(of: Array(model.network.stateDigest.utf8))
      let seed = digest.bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
      knownNoiseSeed = seed
      return seed
    }
  }

  /// Which answers it gives: the digest of its weights, and their form.
  var fingerprint: String {
    get throws { "\(try model.network.stateDigest), \(form), \(precision)" }
  }

  /// Checks that pictures have the size that the model takes.
  ///
  /// - Throws: `NetworkError.picturesDoNotFit` if they do not.
  public func check(_ pictures: some PictureCollection) throws {
    try model.check(pictures)
  }
}

@available(*, unavailable)
extension Oracle: Sendable {}

extension AnswerForm {
  /// Takes away from the probabilities of one picture what is not told.
  fileprivate func censor(
    _ row: inout Slice<UnsafeMutableBufferPointer<Float>>,
    of picture: ArraySlice<UInt8>,
    noiseSeed: UInt64
  ) {
    switch self {
    case .probabilities: return
    case .rounded(let digits):
      let scale = Self.powersOfTen[min(max(digits, 0), 7)]
      for place in row.indices { row[place] = (row[place] * scale).rounded() / scale }
    case .top(let count):
      let kept = Set(row.indices.sorted { row[$0] > row[$1] }.prefix(max(count, 1)))
      for place in row.indices where !kept.contains(place) { row[place] = 0 }
    case .label:
      let best = row.indices.max { row[$0] < row[$1] }
      for place in row.indices { row[place] = place == best ? 1 : 0 }
    case .noisy(let deviation):
      var random = KeyedRandom("answer noise", Self.key(of: picture), noiseSeed)
      for place in row.indices {
        row[place] = max(0, row[place] + Float(deviation * random.normal()))
      }
      let sum = row.reduce(0, +)
      for place in row.indices { row[place] = sum > 0 ? row[place] / sum : 1 / Float(row.count) }
    }
  }

  private static let powersOfTen: [Float] = [1, 10, 100, 1_000, 10_000, 1e5, 1e6, 1e7]

  /// A number that two different pictures hardly share (64-bit FNV-1a).
  private static func key(of picture: ArraySlice<UInt8>) -> UInt64 {
    picture.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
  }
}
