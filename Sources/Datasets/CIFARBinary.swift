import Artifacts
public import Foundation

/// Which half of a data set.
public enum DataPart: String, Sendable, CaseIterable {
  /// What models learn from.
  case train
  /// What their accuracy is measured on.
  case test
}

/// The binary layout of CIFAR-10 (Krizhevsky 2009, "Learning Multiple Layers of Features from Tiny
/// Images").
///
/// A folder holds `data_batch_1.bin` … `data_batch_5.bin` for training, `test_batch.bin`, and
/// `batches.meta.txt` with a class name a line. A record is one label byte and the red, green and
/// blue planes of a 32 × 32 picture: 3,073 bytes. Batches may have any number of records, so that
/// other sets of that size can be stored and read by any CIFAR-10 reader.
public enum CIFARBinary {
  /// Width and height of every picture.
  public static let side = 32
  /// The class names of CIFAR-10, assumed where `batches.meta.txt` is missing.
  public static let standardClassNames = [
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
  ]

  static let imageBytes = 3 * side * side
  static let recordBytes = imageBytes + 1
  static let namesFile = "batches.meta.txt"

  /// Reads one part of a folder, batch after batch.
  ///
  /// - Throws: `DatasetError`, naming the file and the byte, if a file is missing, empty, cut off
  ///   or has a label that no class bears.
  public static func load(
    _ part: DataPart,
    from folder: URL,
    limits: PictureLimits = .standard
  ) throws -> ImageSet {
    let classNames = try classNames(in: folder)
    let files = batchNames(of: part).map { folder.appendingPathComponent($0) }
    return try load(files, classNames: classNames, limits: limits)
  }

  /// Reads a single batch file.
  ///
  /// - Throws: `DatasetError` as `load(_:from:limits:)` does.
  public static func load(
    file: URL,
    classNames: [String] = standardClassNames,
    limits: PictureLimits = .standard
  ) throws -> ImageSet {
    try ClassMap.check(classNames, in: "class names")
    return try load([file], classNames: classNames, limits: limits)
  }

  static func batchNames(of part: DataPart) -> [String] {
    switch part {
    case .train: (1...5).map { "data_batch_\($0).bin" }
    case .test: ["test_batch.bin"]
    }
  }
}

extension CIFARBinary {
  private static func load(
    _ files: [URL],
    classNames: [String],
    limits: PictureLimits
  ) throws -> ImageSet {
    try DatasetError.reading {
      try load(files.map { try RegularFile(at: $0) }, classNames: classNames, limits: limits)
    }
  }

  private static func load(
    _ files: [RegularFile],
    classNames: [String],
    limits: PictureLimits
  ) throws -> ImageSet {
    let records = try files.reduce(0) { try $0 + recordCount(of: $1) }
    let (bytes, overflow) = records.multipliedReportingOverflow(by: imageBytes)
    try limits.check(setBytes: overflow ? .max : bytes, of: files[0].path)
    var labels: [Int] = []
    labels.reserveCapacity(records)
    let pixels = try [UInt8](unsafeUninitializedCapacity: records * imageBytes) { pixels, count in
      for file in files {
        try append(file, to: pixels, count: &count, labels: &labels, classCount: classNames.count)
      }
    }
    return ImageSet(
      uncheckedPixels: pixels,
      width: side,
      height: side,
      labels: labels,
      classNames: classNames
    )
  }

  private static func recordCount(of file: RegularFile) throws -> Int {
    let (records, rest) = file.size.quotientAndRemainder(dividingBy: recordBytes)
    guard records > 0, rest == 0 else {
      throw DatasetError.incompleteRecord(
        file: file.path,
        offset: records * recordBytes,
        bytes: rest,
        recordBytes: recordBytes
      )
    }
    return records
  }

  /// Reads a batch piece by piece, so that the bytes are still in the cache when they are parted.
  private static func append(
    _ file: RegularFile,
    to pixels: UnsafeMutableBufferPointer<UInt8>,
    count: inout Int,
    labels: inout [Int],
    classCount: Int
  ) throws {
    let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 128 * recordBytes, alignment: 64)
    defer { chunk.deallocate() }
    let target = UnsafeMutableRawBufferPointer(pixels)
    var offset = 0
    while offset < file.size {
      let wanted = min(chunk.count, file.size - offset)
      let got = try file.read(
        into: UnsafeMutableRawBufferPointer(rebasing: chunk[..<wanted]),
        at: offset
      )
      guard got == wanted else {
        throw DatasetError.incompleteRecord(
          file: file.path,
          offset: offset,
          bytes: got,
          recordBytes: recordBytes
        )
      }
      for start in stride(from: 0, to: got, by: recordBytes) {
        let label = Int(chunk[start])
        guard label < classCount else {
          throw DatasetError.labelOutOfRange(
            file: file.path,
            offset: offset + start,
            label: label,
            classCount: classCount
          )
        }
        labels.append(label)
        UnsafeMutableRawBufferPointer(rebasing: target[count..<count + imageBytes]).copyMemory(
          from: UnsafeRawBufferPointer(rebasing: chunk[start + 1..<start + recordBytes])
        )
        count += imageBytes
      }
      offset += got
    }
  }

  private static func classNames(in folder: URL) throws -> [String] {
    let file = folder.appendingPathComponent(namesFile)
    guard FileManager.default.fileExists(atPath: file.path) else { return standardClassNames }
    let bytes = try DatasetError.reading { try RegularFile(at: file).contents(limit: 1 << 20) }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw DatasetError.malformedNames(file: file.path, line: 1, reason: "not UTF-8 text")
    }
    var names = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map {
      $0.trimmingCharacters(in: .whitespaces)
    }
    while names.last == "" { names.removeLast() }
    guard (1...256).contains(names.count) else {
      throw DatasetError.malformedNames(
        file: file.path,
        line: names.count,
        reason: "\(names.count) names, allowed are 1 to 256"
      )
    }
    for (index, name) in names.enumerated() {
      let reason = name.isEmpty ? "no name" : "'\(name.printable())' is there twice"
      guard !name.isEmpty, names.firstIndex(of: name) == index else {
        throw DatasetError.malformedNames(file: file.path, line: index + 1, reason: reason)
      }
    }
    return names
  }
}

extension CIFARBinary {
  /// Writes a set as one part of a folder, together with the class names.
  ///
  /// Training pictures are spread over the five batches in order, as evenly as they go.
  ///
  /// - Throws: `DatasetError` if pictures are not 32 × 32, there are more than 256 classes, there are
  ///   too few pictures for the files, or a name does not fit on a line; or the file system's error.
  public static func write(_ set: ImageSet, as part: DataPart, to folder: URL) throws {
    let files = batchNames(of: part)
    try checkWritable(set, fileCount: files.count)
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw DatasetError.unwritable(file: folder.path, reason: "\(error)")
    }
    for (position, name) in files.enumerated() {
      let range = position * set.count / files.count..<(position + 1) * set.count / files.count
      try AtomicFile.write(records(of: set, in: range), to: folder.appendingPathComponent(name))
    }
    let names = set.classNames.map { $0 + "\n" }.joined()
    try AtomicFile.write(Array(names.utf8), to: folder.appendingPathComponent(namesFile))
  }

  private static func checkWritable(_ set: ImageSet, fileCount: Int) throws {
    guard (set.width, set.height) == (side, side) else {
      throw DatasetError.invalidSetting(
        name: "the size of pictures to write as CIFAR-10 binary files",
        value: "\(set.width) x \(set.height)",
        allowed: "\(side) x \(side)"
      )
    }
    guard set.classCount <= 256 else {
      throw DatasetError.invalidSetting(
        name: "number of classes",
        value: "\(set.classCount)",
        allowed: "1 to 256"
      )
    }
    guard set.count >= fileCount else {
      throw DatasetError.invalidSetting(
        name: "number of pictures",
        value: "\(set.count)",
        allowed: "\(fileCount) or more"
      )
    }
    for name in set.classNames
    where name.contains(where: \.isNewline) || name.trimmingCharacters(in: .whitespaces) != name {
      throw DatasetError.unusableClassName(name: name, reason: "does not fit on a line by itself")
    }
  }

  private static func records(of set: ImageSet, in range: Range<Int>) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(range.count * recordBytes)
    for index in range {
      bytes.append(UInt8(set.labels[index]))
      bytes.append(contentsOf: set.pixels[index * imageBytes..<(index + 1) * imageBytes])
    }
    return bytes
  }
}
