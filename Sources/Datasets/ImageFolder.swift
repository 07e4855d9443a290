public import Foundation

/// Pictures laid out as `<folder>/<class>/<name>.png`, `.jpg` or `.jpeg`.
///
/// The labels come, in this order of preference, from a class map that is passed in, from the
/// folder's own `classes.json`, or from the class folders' names sorted byte by byte: "10" then
/// comes before "2", and "Zebra" before "ant". Pictures are taken class after class, in the byte order
/// of their names, so the order never depends on the file system.
///
/// Nothing is passed over in silence but names that begin with a dot, and plain files beside the
/// class folders: a file that is no picture stops the load. Class folders are not searched for
/// further folders, so links that lead in circles do no harm.
public enum ImageFolder {
  /// How pictures of other sizes are brought to one.
  public enum Sizing: Sendable, Equatable {
    /// Every picture must have the size of the first.
    case unchanged
    /// Every picture is resized, its proportions changed if need be.
    case resized(toWidth: Int, height: Int)
    /// The largest square in the middle is resized to the given side.
    case centralSquare(side: Int)

    func apply(to image: Image) throws -> Image {
      switch self {
      case .unchanged: image
      case .resized(let width, let height): try image.resized(toWidth: width, height: height)
      case .centralSquare(let side):
        try image.croppedToCentralSquare().resized(toWidth: side, height: side)
      }
    }
  }

  static let classMapFile = "classes.json"

  /// Reads a folder of class folders.
  ///
  /// - Parameters:
  ///   - folder: The folder that holds the class folders.
  ///   - classMap: The classes in the order of their labels. A class without a folder then has no
  ///     pictures; a folder without a class is an error.
  ///   - sizing: How pictures of other sizes are brought to one.
  ///   - limits: What to refuse before memory is allocated.
  /// - Returns: The labelled pictures, class after class.
  /// - Throws: `DatasetError`, naming the file, if something is no picture, broken, too large or of
  ///   another size, or if there is no picture at all.
  public static func load(
    _ folder: URL,
    classMap: ClassMap? = nil,
    sizing: Sizing = .unchanged,
    limits: PictureLimits = .standard
  ) throws -> ImageSet {
    let classNames = try classNames(in: folder, classMap: classMap)
    let files = try pictureFiles(in: folder, classNames: classNames)
    guard !files.isEmpty else {
      throw DatasetError.noPictures(folder: folder.path, reason: "its class folders are empty")
    }
    let pictures = try pictures(files.map(\.file), of: folder, sizing: sizing, limits: limits)
    return ImageSet(
      uncheckedPixels: pictures.pixels,
      width: pictures.width,
      height: pictures.height,
      labels: files.map(\.label),
      classNames: classNames
    )
  }

  /// Reads every picture below a folder, at any depth, without labels.
  ///
  /// Files that are no pictures by their names are passed over, as lists of boxes or a `classes.json` are; names
  /// that begin with a dot are, too. Links to folders are not followed; one that leads nowhere is an error. Pictures
  /// come in the byte order of their paths, folder by folder.
  ///
  /// - Parameters:
  ///   - folder: The folder.
  ///   - sizing: How pictures of other sizes are brought to one.
  ///   - limits: What to refuse before memory is allocated.
  /// - Returns: The pictures.
  /// - Throws: `DatasetError`, naming the file, if a picture is broken, too large or of another size, or if there is no
  ///   picture at all.
  public static func unlabelledPictures(
    below folder: URL,
    sizing: Sizing = .unchanged,
    limits: PictureLimits = .standard
  ) throws -> UnlabelledImages {
    let files = try pictureFiles(below: folder)
    guard !files.isEmpty else {
      throw DatasetError.noPicturesBelow(folder: folder.path)
    }
    return try pictures(files, of: folder, sizing: sizing, limits: limits)
  }

  private static func pictureFiles(below folder: URL) throws -> [URL] {
    try entries(of: folder).flatMap { name -> [URL] in
      let place = folder.appendingPathComponent(name)
      if try isFolder(place) { return isLink(place) ? [] : try pictureFiles(below: place) }
      return isPictureName(name) ? [place] : []
    }
  }

  /// Reads pictures and brings them to one size.
  private static func pictures(
    _ files: [URL],
    of folder: URL,
    sizing: Sizing,
    limits: PictureLimits
  ) throws -> UnlabelledImages {
    let size = try sizing.apply(to: Image(contentsOf: files[0], limits: limits))
    let (bytes, overflow) = files.count.multipliedReportingOverflow(by: size.pixels.count)
    try limits.check(setBytes: overflow ? .max : bytes, of: folder.path)
    var pixels: [UInt8] = []
    pixels.reserveCapacity(bytes)
    for file in files {
      let image = try sizing.apply(to: Image(contentsOf: file, limits: limits))
      try image.checkSize(width: size.width, height: size.height, named: file.path)
      pixels += image.pixels
    }
    return UnlabelledImages(uncheckedPixels: pixels, width: size.width, height: size.height)
  }

  private static func classNames(in folder: URL, classMap: ClassMap?) throws -> [String] {
    let entries = try entries(of: folder)
    let ownMap = folder.appendingPathComponent(classMapFile)
    let map = try classMap ?? (entries.contains(classMapFile) ? ClassMap(contentsOf: ownMap) : nil)
    var folders: [String] = []
    for name in entries {
      if try isFolder(folder.appendingPathComponent(name)) {
        folders.append(name)
      } else if isPictureName(name) {
        throw DatasetError.noPictures(
          folder: folder.path,
          reason: "'\(name)' lies outside the class folders"
        )
      }
    }
    guard !folders.isEmpty else {
      throw DatasetError.noPictures(folder: folder.path, reason: "it has no class folders")
    }
    guard let map else { return try ClassMap(folders).classNames }
    for name in folders where !map.classNames.contains(name) {
      throw DatasetError.unknownClass(
        folder: folder.path,
        className: name,
        classCount: map.classNames.count
      )
    }
    return map.classNames
  }

  private static func pictureFiles(
    in folder: URL,
    classNames: [String]
  ) throws -> [(file: URL, label: Int)] {
    let present = try Set(entries(of: folder))
    var files: [(file: URL, label: Int)] = []
    for (label, name) in classNames.enumerated() where present.contains(name) {
      let classFolder = folder.appendingPathComponent(name)
      for entry in try entries(of: classFolder) {
        let file = classFolder.appendingPathComponent(entry)
        guard isPictureName(entry) else {
          guard try !isFolder(file) else {
            throw DatasetError.folderAmongPictures(folder: classFolder.path, name: entry)
          }
          throw DatasetError.notAPicture(
            file: file.path,
            reason: "its name does not end in .png, .jpg or .jpeg"
          )
        }
        files.append((file, label))
      }
    }
    return files
  }

  /// The names in a folder, sorted byte by byte, without those that begin with a dot.
  private static func entries(of folder: URL) throws -> [String] {
    guard try isFolder(folder) else {
      throw DatasetError.unreadable(file: folder.path, reason: "it is not a folder")
    }
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder.path)
        .filter { !$0.hasPrefix(".") }
        .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    } catch {
      throw DatasetError.unreadable(file: folder.path, reason: "its entries cannot be listed")
    }
  }

  /// Follows links; a link that leads nowhere or in a circle is an error.
  private static func isFolder(_ place: URL) throws -> Bool {
    var information = stat()
    guard stat(place.path, &information) == 0 else {
      throw DatasetError.unreadable(file: place.path, reason: String(cString: strerror(errno)))
    }
    return information.st_mode & S_IFMT == S_IFDIR
  }

  private static func isLink(_ place: URL) -> Bool {
    var information = stat()
    return lstat(place.path, &information) == 0 && information.st_mode & S_IFMT == S_IFLNK
  }

  private static func isPictureName(_ name: String) -> Bool {
    let name = name.lowercased()
    return [".png", ".jpg", ".jpeg"].contains { name.hasSuffix($0) }
  }
}
