internal import Artifacts

/// The header of a safetensors file, checked against the length of the data that follows it.
struct SafeTensorsHeader {
  /// The name that holds metadata instead of a tensor.
  static let metadataName = "__metadata__"

  private(set) var metadata: [String: String] = [:]
  /// Tensors in the order of their data.
  private(set) var entries: [SafeTensorsEntry] = []

  /// Reads and checks a header.
  ///
  /// - Parameters:
  ///   - bytes: The header's JSON with its padding.
  ///   - dataLength: How many bytes the file holds behind the header.
  /// - Throws: `SafeTensorsError.Problem`.
  init(parsing bytes: UnsafeRawBufferPointer, dataLength: Int) throws {
    guard bytes.first == UInt8(ascii: "{") else {
      throw SafeTensorsError.Problem.headerNotAnObject
    }
    do {
      try read(bytes)
    } catch let problem as JSONSyntaxError {
      throw SafeTensorsError.Problem.malformedHeader(problem)
    }
    try checkPlaces(dataLength: dataLength)
  }

  private mutating func read(_ bytes: UnsafeRawBufferPointer) throws {
    var scanner = JSONScanner(bytes)
    var names: Set<String> = []
    try scanner.object { scanner, name in
      guard names.insert(name).inserted else {
        throw SafeTensorsError.Problem.duplicateName(name)
      }
      // One more than the limit because of the metadata.
      guard names.count <= SafeTensorsFile.entryLimit + 1 else {
        throw SafeTensorsError.Problem.tooManyEntries(limit: SafeTensorsFile.entryLimit)
      }
      if name == SafeTensorsHeader.metadataName {
        try readMetadata(from: &scanner)
      } else {
        entries.append(try TensorFields(name: name, from: &scanner).entry())
      }
    }
    try scanner.expectEnd()
  }

  private mutating func readMetadata(from scanner: inout JSONScanner) throws {
    let name = SafeTensorsHeader.metadataName
    guard scanner.peek() == UInt8(ascii: "{") else {
      throw SafeTensorsError.Problem.wrongFieldType(
        tensor: name,
        field: name,
        expected: "an object"
      )
    }
    try scanner.object { scanner, key in
      guard scanner.peek() == UInt8(ascii: "\"") else {
        throw SafeTensorsError.Problem.wrongFieldType(
          tensor: name,
          field: key,
          expected: "a string"
        )
      }
      guard metadata.updateValue(try scanner.string(), forKey: key) == nil else {
        throw SafeTensorsError.Problem.duplicateField(tensor: name, field: key)
      }
      guard metadata.count <= SafeTensorsFile.entryLimit else {
        throw SafeTensorsError.Problem.tooManyEntries(limit: SafeTensorsFile.entryLimit)
      }
    }
  }

  /// Puts tensors in the order of their data, and checks that they fill it without gap or overlap.
  private mutating func checkPlaces(dataLength: Int) throws(SafeTensorsError.Problem) {
    entries.sort {
      ($0.byteRange.lowerBound, $0.byteRange.upperBound)
        < ($1.byteRange.lowerBound, $1.byteRange.upperBound)
    }
    var end = 0
    for entry in entries {
      let start = entry.byteRange.lowerBound
      guard start >= end else {
        throw .overlap(tensor: entry.name, start: start, previousEnd: end)
      }
      guard start == end else { throw .gap(tensor: entry.name, start: start, previousEnd: end) }
      end = entry.byteRange.upperBound
    }
    guard end == dataLength else {
      throw .wrongDataLength(tensorBytes: end, fileBytes: dataLength)
    }
  }
}

/// The fields of one tensor as they are read.
private struct TensorFields {
  private let name: String
  private var dataType: SafeTensorsDataType?
  private var shape: [Int]?
  private var offsets: [Int]?

  init(name: String, from scanner: inout JSONScanner) throws {
    self.name = name
    guard scanner.peek() == UInt8(ascii: "{") else {
      throw SafeTensorsError.Problem.wrongFieldType(
        tensor: name,
        field: name,
        expected: "an object"
      )
    }
    try scanner.object { scanner, field in try read(field, from: &scanner) }
  }

  private mutating func read(_ field: String, from scanner: inout JSONScanner) throws {
    let isKnownTwice =
      switch field {
      case "dtype": dataType != nil
      case "shape": shape != nil
      case "data_offsets": offsets != nil
      default: throw SafeTensorsError.Problem.unknownField(tensor: name, field: field)
      }
    guard !isKnownTwice else {
      throw SafeTensorsError.Problem.duplicateField(tensor: name, field: field)
    }
    switch field {
    case "dtype": dataType = try readDataType(from: &scanner)
    case "shape": shape = try readShape(from: &scanner)
    default: offsets = try readOffsets(from: &scanner)
    }
  }

  private func readDataType(from scanner: inout JSONScanner) throws -> SafeTensorsDataType {
    guard scanner.peek() == UInt8(ascii: "\"") else {
      throw SafeTensorsError.Problem.wrongFieldType(
        tensor: name,
        field: "dtype",
        expected: "a string"
      )
    }
    let word = try scanner.string()
    guard let dataType = SafeTensorsDataType(rawValue: word) else {
      throw SafeTensorsError.Problem.unknownDataType(tensor: name, dataType: word)
    }
    return dataType
  }

  private func readShape(from scanner: inout JSONScanner) throws -> [Int] {
    let limit = SafeTensorsFile.dimensionLimit
    return try readNumbers("shape", from: &scanner) { count in
      guard count <= limit else {
        throw SafeTensorsError.Problem.tooManyDimensions(tensor: name, limit: limit)
      }
    }
  }

  private func readOffsets(from scanner: inout JSONScanner) throws -> [Int] {
    let offsets = try readNumbers("data_offsets", from: &scanner) { count in
      guard count <= 2 else {
        throw SafeTensorsError.Problem.badOffsetCount(tensor: name, count: count)
      }
    }
    guard offsets.count == 2 else {
      throw SafeTensorsError.Problem.badOffsetCount(tensor: name, count: offsets.count)
    }
    return offsets
  }

  private func readNumbers(
    _ field: String,
    from scanner: inout JSONScanner,
    checkingCount check: (Int) throws -> Void
  ) throws -> [Int] {
    let expected = "an array of integers"
    guard scanner.peek() == UInt8(ascii: "[") else {
      throw SafeTensorsError.Problem.wrongFieldType(tensor: name, field: field, expected: expected)
    }
    var numbers: [Int] = []
    try scanner.array { scanner in
      guard let first = scanner.peek(), "-0123456789".utf8.contains(first) else {
        throw SafeTensorsError.Problem.wrongFieldType(
          tensor: name,
          field: field,
          expected: expected
        )
      }
      let text = try scanner.number()
      guard first != UInt8(ascii: "-"), let number = Int(text) else {
        throw SafeTensorsError.Problem.badNumber(tensor: name, field: field, number: text)
      }
      numbers.append(number)
      try check(numbers.count)
    }
    return numbers
  }

  /// The tensor, if all fields are there and agree.
  func entry() throws(SafeTensorsError.Problem) -> SafeTensorsEntry {
    guard let dataType else { throw .missingField(tensor: name, field: "dtype") }
    guard let shape else { throw .missingField(tensor: name, field: "shape") }
    guard let offsets else { throw .missingField(tensor: name, field: "data_offsets") }
    guard offsets[0] <= offsets[1] else {
      throw .reversedOffsets(tensor: name, start: offsets[0], end: offsets[1])
    }
    guard let byteCount = SafeTensorsEntry.byteCount(dataType, shape) else {
      throw .shapeTooLarge(tensor: name, shape: shape)
    }
    guard offsets[1] - offsets[0] == byteCount else {
      throw .wrongByteCount(tensor: name, expected: byteCount, found: offsets[1] - offsets[0])
    }
    return SafeTensorsEntry(
      name: name,
      dataType: dataType,
      shape: shape,
      byteRange: offsets[0]..<offsets[1]
    )
  }
}
