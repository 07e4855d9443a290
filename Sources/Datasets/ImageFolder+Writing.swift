import Artifacts
public import Foundation

extension ImageFolder {
  /// Writes a set as a new folder of PNG pictures, complete or not at all.
  ///
  /// The picture at position *i* becomes `<class>/<i>.png`, with at least five digits, so that a file
  /// names its position; `classes.json` keeps the order of the classes. Everything is written beside
  /// the destination, flushed to disk, and put in place by one rename.
  ///
  /// - Throws: `DatasetError` if the set is empty, the destination exists and is not an empty folder, a class name
  ///   cannot be a folder's name, or the file system refuses.
  public static func write(_ set: ImageSet, to folder: URL) throws {
    guard set.count >= 1 else {
      throw DatasetError.inconsistent(what: "pictures to write", found: 0, expected: 1)
    }
    try set.classNames.forEach(checkFolderName)
    guard AtomicFolder.isFree(folder) else {
      throw DatasetError.unwritable(file: folder.path, reason: "it is there already")
    }
    try AtomicFolder.write(to: folder) { try fill($0, with: set) }
  }

  private static func fill(_ folder: URL, with set: ImageSet) throws {
    let digits = max(5, String(set.count - 1).count)
    for label in 0..<set.classCount {
      let indices = set.indices(ofClass: label)
      let classFolder = folder.appendingPathComponent(set.classNames[label])
      try create(classFolder, unlessEmpty: indices)
      for index in indices {
        let number = String(index)
        let name = String(repeating: "0", count: digits - number.count) + number + ".png"
        try write(PNGCodec.encode(set[index]), to: classFolder.appendingPathComponent(name))
      }
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .withoutEscapingSlashes]
    let names = try encoder.encode(set.classNames)
    try write(Array(names) + [0x0A], to: folder.appendingPathComponent(classMapFile))
  }

  private static func create(_ folder: URL, unlessEmpty indices: [Int]) throws {
    guard !indices.isEmpty else { return }
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw DatasetError.unwritable(file: folder.path, reason: "the folder cannot be made")
    }
  }

  private static func write(_ bytes: [UInt8], to file: URL) throws {
    do {
      try Data(bytes).write(to: file)
    } catch {
      throw DatasetError.unwritable(file: file.path, reason: error.localizedDescription)
    }
  }

  private static func checkFolderName(_ name: String) throws {
    guard !name.hasPrefix("."), !name.utf8.contains(UInt8(ascii: "/")), !name.utf8.contains(0)
    else {
      throw DatasetError.unusableClassName(
        name: name,
        reason: "begins with a dot or holds a slash, so it cannot be a folder's name"
      )
    }
    guard name.utf8.count <= 255, name != classMapFile else {
      throw DatasetError.unusableClassName(name: name, reason: "cannot be a folder's name")
    }
  }
}
