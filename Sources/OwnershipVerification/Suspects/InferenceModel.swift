internal import Artifacts
internal import Networks

/// What a model on an inference server takes and gives: its metadata and the caller's choices together.
///
/// Source: Open Inference Protocol, version 2 (KServe), "HTTP/REST": model metadata and inference.
struct InferenceModel {
  /// The most pictures in one question.
  let batchSize: Int
  let input: Tensor
  let outputName: String?
  let layout: PixelLayout
  let size: Classifier.PictureSize
  /// The text of each of the 256 levels of a pixel, with a comma.
  let levelTexts: [[UInt8]]

  /// A tensor, as metadata describes it.
  struct Tensor {
    let name: String
    let datatype: String
    let shape: [Int]
  }

  /// Reads the metadata.
  ///
  /// - Throws: `AnswerProblem` if pictures cannot be put to the model.
  init(
    metadata: JSONValue,
    size: Classifier.PictureSize,
    settings: InferenceServerSuspect.Settings
  ) throws(AnswerProblem) {
    let inputs = try Self.tensors(metadata, "inputs")
    let outputs = try Self.tensors(metadata, "outputs")
    input = try Self.choose(inputs, named: settings.inputName, what: "input")
    // A server that says nothing of its outputs still says their names when it answers.
    outputName =
      outputs.isEmpty
      ? settings.outputName
      : try Self.choose(outputs, named: settings.outputName, what: "output").name
    layout = try Self.layout(of: input, size: size, chosen: settings.layout)
    levelTexts = try Self.levelTexts(datatype: input.datatype, scale: settings.pixelScale)
    let most = input.shape[0]
    batchSize = most > 0 ? min(most, settings.batchSize) : settings.batchSize
    self.size = size
  }

  static func tensors(
    _ metadata: JSONValue,
    _ field: String
  ) throws(AnswerProblem) -> [Tensor] {
    guard case .object(let fields) = metadata else {
      throw AnswerProblem(found: metadata.typeName, expected: "metadata, an object")
    }
    let list = try (fields[field] ?? .array([])).asList(of: field)
    return try list.map { value throws(AnswerProblem) in
      guard case .object(let fields) = value, case .string(let name)? = fields["name"],
        case .string(let datatype)? = fields["datatype"]
      else {
        throw AnswerProblem(
          found: "\(field) described as \(value.compactText)",
          expected: "objects with name, datatype and shape"
        )
      }
      let shape = try (fields["shape"] ?? .null).asList(of: "sides")
        .map { side throws(AnswerProblem) in try side.asInteger() }
      return Tensor(name: name, datatype: datatype, shape: shape)
    }
  }

  static func choose(
    _ tensors: [Tensor],
    named name: String?,
    what: String
  ) throws(AnswerProblem) -> Tensor {
    let matches = tensors.filter { name == nil || $0.name == name }
    guard matches.count == 1, let match = matches.first else {
      let names = tensors.map { "'\($0.name)'" }.joined(separator: ", ")
      throw AnswerProblem(
        found: "\(tensors.count) \(what)s in its metadata\(names.isEmpty ? "" : ": \(names)")",
        expected: name.map { "one with the name '\($0)'" }
          ?? "one \(what), or the name of one chosen"
      )
    }
    return match
  }

  private static func layout(
    of input: Tensor,
    size: Classifier.PictureSize,
    chosen: PixelLayout?
  ) throws(AnswerProblem) -> PixelLayout {
    func shape(_ layout: PixelLayout) -> [Int] {
      layout.shape(count: -1, height: size.height, width: size.width)
    }
    let fitting = PixelLayout.allCases.filter { layout in
      let sides = zip(input.shape, shape(layout)).dropFirst()
      return input.shape.count == 4 && sides.allSatisfy { $0 == -1 || $0 == $1 }
    }
    let possible = fitting.filter { chosen == nil || $0 == chosen }
    guard let layout = possible.first else {
      let layouts = chosen.map { [$0] } ?? PixelLayout.allCases
      throw AnswerProblem(
        found: "the input '\(input.name)' of shape \(input.shape)",
        expected: layouts.map { "\(shape($0))" }.joined(separator: " or ") + ", -1 being any number"
      )
    }
    guard possible.count == 1 else {
      throw AnswerProblem(
        found: "the input '\(input.name)' of shape \(input.shape), which fits both layouts",
        expected: "a layout chosen, \(PixelLayout.channelsFirst) or \(PixelLayout.channelsLast)"
      )
    }
    return layout
  }

  private static func levelTexts(
    datatype: String,
    scale: PixelScale?
  ) throws(AnswerProblem) -> [[UInt8]] {
    switch (datatype, scale) {
    case ("UINT8", nil), ("UINT8", .byte), ("FP32", .byte):
      return (0...255).map { Array("\($0),".utf8) }
    case ("FP32", .unit):
      return (0...255).map { Array("\(Float($0) / 255),".utf8) }
    case ("FP32", nil):
      throw AnswerProblem(
        found: "FP32 pixels, whose scale no metadata tells",
        expected:
          "a pixel scale chosen, \(PixelScale.unit) for 0...1 or \(PixelScale.byte) for 0...255"
      )
    default:
      throw AnswerProblem(
        found: "\(datatype) pixels\(scale.map { ", with the scale \($0) chosen" } ?? "")",
        expected: "FP32, or UINT8 in 0...255"
      )
    }
  }
}
