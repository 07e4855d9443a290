internal import Artifacts
import Networks

extension InferenceModel {
  /// The body of a question.
  ///
  /// - Parameters:
  ///   - pixels: Pictures, `[N, 3, H, W]`.
  ///   - count: Their number, N.
  /// - Returns: JSON.
  func question(about pixels: [UInt8], count: Int) -> [UInt8] {
    let shape = layout.shape(count: count, height: size.height, width: size.width)
    var body = Array(#"{"inputs":[{"name":"#.utf8) + JSONValue.string(input.name).compactBytes
    body += #","datatype":"\#(input.datatype)","shape":\#(shape),"data":["#.utf8
    body.reserveCapacity(body.count + pixels.count * (levelTexts[1].count + 1))
    for level in layout.arranged(pixels, height: size.height, width: size.width) {
      body += levelTexts[Int(level)]
    }
    if body.last == UInt8(ascii: ",") { body.removeLast() }
    body += "]}]".utf8
    if let outputName {
      body += #","outputs":[{"name":"#.utf8
      body += JSONValue.string(outputName).compactBytes
      body += "}]".utf8
    }
    return body + [UInt8(ascii: "}")]
  }

  /// Reads the answer to a question.
  ///
  /// - Parameters:
  ///   - response: The body of the answer.
  ///   - count: The number of pictures.
  ///   - classNames: The classes.
  ///   - meaning: What floating-point numbers mean.
  /// - Returns: The answers.
  /// - Throws: `AnswerProblem`.
  func answers(
    in response: JSONValue,
    count: Int,
    classNames: [String],
    meaning: ScoreMeaning
  ) throws(AnswerProblem) -> Answers {
    let output = try Self.choose(
      Self.tensors(response, "outputs"),
      named: outputName,
      what: "output"
    )
    let values = try Self.values(of: output.name, in: response)
    let (rows, row) = ([[count], [count, 1]], [count, classNames.count])
    switch output.datatype {
    case "FP16", "BF16", "FP32", "FP64":
      try Self.check(output, [row])
      return try Answers(
        scores: values.map { value throws(AnswerProblem) in try value.asScore() },
        meaning: meaning,
        count: count,
        classCount: classNames.count
      )
    case "INT8", "INT16", "INT32", "INT64", "UINT8", "UINT16", "UINT32", "UINT64":
      try Self.check(output, rows)
      let labels = try values.map { value throws(AnswerProblem) in try value.asInteger() }
      return try Answers(labels: labels, count: count, classCount: classNames.count)
    case "BYTES":
      try Self.check(output, rows)
      let labels = try values.map { value throws(AnswerProblem) in
        guard case .string(let name) = value, let label = classNames.firstIndex(of: name) else {
          throw AnswerProblem(
            found: "the class \(value.compactText)",
            expected: "one of " + classNames.prefix(20).joined(separator: ", ")
          )
        }
        return label
      }
      return try Answers(labels: labels, count: count, classCount: classNames.count)
    default:
      throw AnswerProblem(
        found: "the output '\(output.name)' of type \(output.datatype)",
        expected: "FP32 or FP64 scores, integer labels, or class names as BYTES"
      )
    }
  }

  private static func check(_ output: Tensor, _ shapes: [[Int]]) throws(AnswerProblem) {
    guard shapes.contains(output.shape) else {
      throw AnswerProblem(
        found: "the \(output.datatype) output '\(output.name)' of shape \(output.shape)",
        expected: shapes.map { "\($0)" }.joined(separator: " or ")
      )
    }
  }

  /// The numbers of an output, which may come flat or nested.
  private static func values(
    of name: String,
    in response: JSONValue
  ) throws(AnswerProblem) -> [JSONValue] {
    guard case .object(let fields) = response, case .array(let outputs)? = fields["outputs"] else {
      throw AnswerProblem(found: response.typeName, expected: "an object with outputs")
    }
    for case .object(let output) in outputs where output["name"] == .string(name) {
      return try (output["data"] ?? .null).asList(of: "data").flatMap { element in
        guard case .array(let row) = element else { return [element] }
        return row
      }
    }
    throw AnswerProblem(found: "no data", expected: "data of the output '\(name)'")
  }
}
