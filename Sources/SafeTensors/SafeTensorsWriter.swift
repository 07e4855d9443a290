internal import Artifacts
public import Foundation

/// Writes tensors to a safetensors file; equal tensors in equal order give equal bytes.
///
/// Tensors lie in the order in which they are added. Readers that map the file want wider types
/// before narrower ones, so that each tensor is aligned; this one does not care.
public struct SafeTensorsWriter {
  /// Hands the bytes of a tensor to its argument, in one piece or several.
  public typealias BytesProvider = (_ take: (UnsafeRawBufferPointer) throws -> Void) throws -> Void

  private struct Tensor {
    let name: String
    let dataType: SafeTensorsDataType
    let shape: [Int]
    let bytes: BytesProvider
  }

  private let metadata: [String: String]
  private var tensors: [Tensor] = []

  /// Starts a file with no tensors.
  ///
  /// - Parameter metadata: Texts by name; `["format": "pt"]` tells Python readers that the names are
  ///   PyTorch's.
  public init(metadata: [String: String] = [:]) {
    self.metadata = metadata
  }

  /// Adds a tensor whose bytes are fetched when the file is written.
  ///
  /// - Parameters:
  ///   - name: A name that no other tensor of the file has.
  ///   - dataType: The type of its elements.
  ///   - shape: Its sizes, none negative, at most `SafeTensorsFile.dimensionLimit`.
  ///   - bytes: Gives the elements in row-major order, little-endian.
  public mutating func add(
    _ name: String,
    _ dataType: SafeTensorsDataType,
    shape: [Int],
    bytes: @escaping BytesProvider
  ) {
    tensors.append(Tensor(name: name, dataType: dataType, shape: shape, bytes: bytes))
  }

  /// Adds a tensor whose bytes are at hand.
  ///
  /// - Parameters:
  ///   - name: A name that no other tensor of the file has.
  ///   - dataType: The type of its elements.
  ///   - shape: Its sizes, none negative, at most `SafeTensorsFile.dimensionLimit`.
  ///   - bytes: The elements in row-major order, little-endian.
  public mutating func add(
    _ name: String,
    _ dataType: SafeTensorsDataType,
    shape: [Int],
    bytes: [UInt8]
  ) {
    add(name, dataType, shape: shape) { take in try bytes.withUnsafeBytes(take) }
  }

  /// Writes the file whole, replacing the one of that name.
  ///
  /// - Throws: `SafeTensorsError` if a name occurs twice, a shape is impossible, a tensor's bytes
  ///   are not as many as its shape asks for, or the disk fails; or what a provider throws. The old
  ///   file, if any, is then still there.
  public func write(to url: URL) throws {
    do {
      let (header, byteCounts) = try layOut()
      try AtomicFile.write(to: url) { file in
        try file.write(header)
        for (tensor, byteCount) in zip(tensors, byteCounts) {
          try SafeTensorsWriter.write(tensor, byteCount: byteCount, to: file)
        }
      }
    } catch let error as ArtifactError {
      throw SafeTensorsError(file: url.path, problem: .system(error))
    } catch let problem as SafeTensorsError.Problem {
      throw SafeTensorsError(file: url.path, problem: problem)
    }
  }

  private static func write(
    _ tensor: Tensor,
    byteCount: Int,
    to file: borrowing AtomicFile.Writer
  ) throws {
    var written = 0
    try tensor.bytes { bytes in
      written += bytes.count
      guard written <= byteCount else { return }
      try file.write(bytes)
    }
    guard written == byteCount else {
      throw SafeTensorsError.Problem.wrongByteCount(
        tensor: tensor.name,
        expected: byteCount,
        found: written
      )
    }
  }

  /// Checks all tensors and returns the header with its length and padding, and their sizes.
  private func layOut() throws(SafeTensorsError.Problem) -> (header: [UInt8], byteCounts: [Int]) {
    guard tensors.count <= SafeTensorsFile.entryLimit,
      metadata.count <= SafeTensorsFile.entryLimit
    else { throw .tooManyEntries(limit: SafeTensorsFile.entryLimit) }
    var names: Set<String> = []
    var fields: [[UInt8]] = metadata.isEmpty ? [] : [metadataField]
    var byteCounts: [Int] = []
    var end = 0
    for tensor in tensors {
      guard names.insert(tensor.name).inserted else { throw .duplicateName(tensor.name) }
      let byteCount = try SafeTensorsWriter.byteCount(of: tensor)
      let (newEnd, overflow) = end.addingReportingOverflow(byteCount)
      guard !overflow else { throw .shapeTooLarge(tensor: tensor.name, shape: tensor.shape) }
      fields.append(SafeTensorsWriter.field(of: tensor, at: end..<newEnd))
      byteCounts.append(byteCount)
      end = newEnd
    }
    return (try SafeTensorsWriter.header(of: fields), byteCounts)
  }

  private static func byteCount(of tensor: Tensor) throws(SafeTensorsError.Problem) -> Int {
    guard tensor.name != SafeTensorsHeader.metadataName else { throw .reservedName(tensor.name) }
    guard tensor.shape.count <= SafeTensorsFile.dimensionLimit else {
      throw .tooManyDimensions(tensor: tensor.name, limit: SafeTensorsFile.dimensionLimit)
    }
    guard let count = SafeTensorsEntry.byteCount(tensor.dataType, tensor.shape) else {
      throw .shapeTooLarge(tensor: tensor.name, shape: tensor.shape)
    }
    return count
  }
}

extension SafeTensorsWriter {
  private var metadataField: [UInt8] {
    let value = JSONValue.object(metadata.mapValues { .string($0) })
    return Array("\"\(SafeTensorsHeader.metadataName)\":".utf8) + value.compactBytes
  }

  private static func field(of tensor: Tensor, at range: Range<Int>) -> [UInt8] {
    let shape = tensor.shape.map(String.init).joined(separator: ",")
    let value =
      ":{\"dtype\":\"\(tensor.dataType.rawValue)\",\"shape\":[\(shape)],"
      + "\"data_offsets\":[\(range.lowerBound),\(range.upperBound)]}"
    return JSONValue.string(tensor.name).compactBytes + Array(value.utf8)
  }

  /// Joins the fields, padded with spaces so that the data starts at a multiple of eight bytes.
  private static func header(of fields: [[UInt8]]) throws(SafeTensorsError.Problem) -> [UInt8] {
    var json = Array("{".utf8) + fields.joined(separator: [UInt8(ascii: ",")]) + Array("}".utf8)
    json += repeatElement(UInt8(ascii: " "), count: -json.count & 7)
    guard json.count <= SafeTensorsFile.headerLimit else {
      throw .headerTooLong(bytes: UInt64(json.count), limit: SafeTensorsFile.headerLimit)
    }
    return (0..<8).map { UInt8(truncatingIfNeeded: json.count >> ($0 * 8)) } + json
  }
}
