import Artifacts
public import Datasets
import Foundation
public import Networks
public import Torch

/// What was asked and what was answered, one line a picture: `queries.jsonl` in a thief's folder.
///
/// The owner of a service keeps such a log too. For the thief it saves asking twice: a run that is
/// resumed takes the answers that it paid for from here, but for a last batch that was cut short, which is
/// asked again as a whole: an answer's last digits depend on the batch that it comes in. The record cannot
/// tell one victim from another; whoever resumes sees to it that it is the same, as `Theft` does.
public enum QueryRecord {
  /// The file's name in the folder of a run.
  public static let fileName = "queries.jsonl"

  private struct Line: Codable {
    let query: Int
    let picture: Digest
    let answer: [Float]

    enum CodingKeys: String, CodingKey {
      case query, answer
      case picture = "picture_sha256"
    }
  }

  /// Asks about every picture once, as it is, and returns the answers.
  ///
  /// - Parameters:
  ///   - queries: The pictures.
  ///   - oracle: Who answers.
  ///   - run: Where the record goes, and from where a resumed run takes it; none keeps nothing.
  ///   - batchSize: How many pictures are asked about at a time.
  /// - Returns: As `Oracle.answers(toPixels:count:)`, shape `[N, classes]`, on the oracle's device.
  /// - Throws: `NetworkError.picturesDoNotFit` if the pictures have another size,
  ///   `StealingError.recordDiffers` if an earlier record is about other pictures.
  public static func answers(
    to queries: UnlabelledImages,
    from oracle: Oracle,
    run: TrainingRun? = nil,
    batchSize: Int = 256
  ) throws -> Tensor {
    try oracle.check(queries)
    let file = run?.folder.appendingPathComponent(fileName)
    var kept =
      try run?.isResuming == true ? file.map { try read($0, about: queries, oracle) } ?? [] : []
    if kept.count < queries.count { kept.removeLast(kept.count % batchSize) }
    var parts = [
      try Tensor(
        kept.flatMap(\.answer),
        shape: [kept.count, oracle.classNames.count],
        device: oracle.device
      )
    ]
    let writer = try file.map { try JSONLinesWriter(at: $0, keeping: kept.count) }
    for start in stride(from: kept.count, to: queries.count, by: batchSize) {
      let positions = Array(start..<min(start + batchSize, queries.count))
      let told = try oracle.answers(toPixels: queries.pixels(at: positions), count: positions.count)
      if let writer { try write(told, about: positions, of: queries, to: writer) }
      parts.append(told)
    }
    return try Tensor.concatenating(parts)
  }

  private static func write(
    _ told: Tensor,
    about positions: [Int],
    of queries: UnlabelledImages,
    to writer: JSONLinesWriter
  ) throws {
    let values = try told.to(.cpu).elements() as [Float]
    let width = values.count / positions.count
    for (row, position) in positions.enumerated() {
      try writer.append(
        Line(
          query: position + 1,
          picture: Digest(of: queries[position].pixels),
          answer: Array(values[row * width..<(row + 1) * width])
        )
      )
    }
    try writer.synchronize()
  }

  /// Reads a record and checks that it is about the first of the pictures; a line that was cut short
  /// does not count.
  private static func read(
    _ file: URL,
    about queries: UnlabelledImages,
    _ oracle: Oracle
  ) throws -> [Line] {
    guard FileManager.default.fileExists(atPath: file.path) else { return [] }
    // A line has a digest, a number, and a probability of at most 24 characters for each class.
    let lineLimit = 200 + 25 * oracle.classNames.count
    let lines = try JSONLines.read(Line.self, from: file, limit: queries.count * lineLimit)
      .prefix(queries.count)
    for (position, line) in lines.enumerated() {
      let asked = Digest(of: queries[position].pixels)
      guard line.picture == asked, line.answer.count == oracle.classNames.count else {
        throw StealingError.recordDiffers(
          file: file.path,
          question: position + 1,
          recorded: "picture \(line.picture), \(line.answer.count) classes",
          asked: "picture \(asked), \(oracle.classNames.count) classes"
        )
      }
    }
    return Array(lines)
  }
}
