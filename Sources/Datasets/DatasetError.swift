internal import Artifacts

/// What can be wrong with pictures, data files and requests for them.
///
/// Every message names the file, the values that disagree, and what to do next.
public enum DatasetError: Error, Sendable, Equatable {
  /// The file system refused; `reason` is its own text.
  case unreadable(file: String, reason: String)
  /// A folder, pipe or device stands where a file must be.
  case notARegularFile(file: String, found: String)
  /// The file is larger than the limit that was set for it.
  case fileTooLarge(file: String, bytes: Int, limit: Int)
  /// The bytes begin like neither PNG nor JPEG.
  case notAPicture(file: String, reason: String)
  /// The decoder gave up; `reason` is its own text.
  case undecodable(file: String, format: String, reason: String)
  /// A valid picture of a kind that is not read.
  case unsupported(file: String, format: String, reason: String)
  /// The header promises more pixels than the limit.
  case tooManyPixels(file: String, width: Int, height: Int, limit: Int)
  /// All pictures of a set must have one size.
  case differentSize(file: String, found: String, expected: String)
  /// A set would need more memory than the limit.
  case setTooLarge(name: String, bytes: Int, limit: Int)
  /// An image set needs more memory than the system gives.
  case outOfMemory(name: String, bytes: Int)
  /// A CIFAR file stops inside a record, or holds none.
  case incompleteRecord(file: String, offset: Int, bytes: Int, recordBytes: Int)
  /// A CIFAR record has a label that no class bears.
  case labelOutOfRange(file: String, offset: Int, label: Int, classCount: Int)
  /// A list of class names cannot be used.
  case malformedNames(file: String, line: Int, reason: String)
  /// A JSON class map cannot be used.
  case malformedClassMap(file: String, reason: String)
  /// A folder holds nothing to load.
  case noPictures(folder: String, reason: String)
  /// A class folder holds a folder.
  case folderAmongPictures(folder: String, name: String)
  /// There is no picture in a folder, at whatever depth.
  case noPicturesBelow(folder: String)
  /// A folder stands for a class that the class map does not list.
  case unknownClass(folder: String, className: String, classCount: Int)
  /// A class name cannot be a folder's name.
  case unusableClassName(name: String, reason: String)
  /// The parts of a picture or of an image set do not fit together.
  case inconsistent(what: String, found: Int, expected: Int)
  /// A picture was asked for that does not exist.
  case indexOutOfRange(index: Int, count: Int)
  /// A split asks for more pictures than are left.
  case splitTooLarge(name: String, wanted: Int, available: Int)
  /// A setting is outside its range.
  case invalidSetting(name: String, value: String, allowed: String)
  /// The file could not be written.
  case unwritable(file: String, reason: String)
}

extension DatasetError: CustomStringConvertible {
  /// The message for the user.
  public var description: String {
    switch self {
    case .unreadable(let file, let reason):
      "cannot read '\(file)': \(reason)\n  Check the path and its permissions."
    case .notARegularFile(let file, let found):
      "'\(file)' is \(found), not a file\n  Remove it or give the path of a file."
    case .fileTooLarge(let file, let bytes, let limit):
      "'\(file)' has \(bytes) bytes, the limit is \(limit)\n  Shrink it or raise the limit."
    case .unwritable(let file, let reason):
      "cannot write '\(file)': \(reason)\n  Check the path, its permissions and the free space."
    case .incompleteRecord(let file, let offset, 0, let recordBytes):
      """
      '\(file)' ends at byte \(offset) without a record of \(recordBytes) bytes
        Download or expand the data set again.
      """
    case .incompleteRecord(let file, let offset, let bytes, let recordBytes):
      """
      '\(file)' is cut off: the record at byte \(offset) has \(bytes) of \(recordBytes) bytes
        Download or expand the data set again.
      """
    case .labelOutOfRange(let file, let offset, let label, let classCount):
      """
      '\(file)' has label \(label) at byte \(offset), but there are \(classCount) classes
        List every class in batches.meta.txt, or check that this is a CIFAR-10 binary file.
      """
    case .malformedNames(let file, let line, let reason):
      "'\(file)', line \(line): \(reason)\n  Write one class name a line."
    case .malformedClassMap(let file, let reason):
      """
      class map '\(file)': \(reason)
        Write a list such as ["cat", "dog"], or a map such as {"cat": 0, "dog": 1}.
      """
    case .notAPicture(let file, let reason):
      "'\(file)' is not a PNG or JPEG picture: \(reason)\n  Convert it to PNG or remove it."
    case .undecodable(let file, let format, let reason):
      "'\(file)' is a broken \(format) picture: \(reason)\n  Save it again or remove it."
    case .unsupported(let file, let format, let reason):
      "'\(file)' is a \(format) picture that is not read: \(reason)\n  Convert it to RGB PNG."
    case .tooManyPixels(let file, let width, let height, let limit):
      """
      '\(file)' has \(width) x \(height) pixels, the limit is \(limit) pixels
        Shrink it or raise the limit.
      """
    case .differentSize(let file, let found, let expected):
      """
      '\(file)' has \(found) pixels, the pictures before it \(expected)
        Resize the pictures, or ask for one size when loading.
      """
    case .outOfMemory(let name, let bytes):
      "'\(name)' would need \(bytes) bytes of memory, more than there is\n  Resize the pictures, or take fewer."
    case .setTooLarge(let name, let bytes, let limit):
      "'\(name)' would need \(bytes) bytes of memory, the limit is \(limit)\n  Resize the pictures."
    case .folderAmongPictures(let folder, let name):
      """
      '\(folder)' holds a folder '\(name.printable())', and a class folder holds pictures alone
        Move its pictures up, or remove it.
      """
    case .noPicturesBelow(let folder):
      """
      no file in '\(folder)' or below it has a name that ends in .png, .jpg or .jpeg
        Give a folder of pictures, a data set in CIFAR-10's binary form, or a generated one.
      """
    case .noPictures(let folder, let reason):
      "no pictures in '\(folder)': \(reason)\n  Lay pictures out as <folder>/<class>/<name>.png."
    case .unknownClass(let folder, let className, let classCount):
      """
      '\(folder)' has a folder '\(className.printable())', which is none of the \(classCount) classes of its map
        Add the class to the map or remove the folder.
      """
    case .unusableClassName(let name, let reason):
      "class name '\(name.printable())' \(reason)\n  Rename the class."
    case .inconsistent(let what, let found, let expected):
      "\(what): found \(found), expected \(expected)\n  Check how the pictures were put together."
    case .indexOutOfRange(let index, let count):
      "there is no picture \(index) in a set of \(count)\n  Use 0 to \(count - 1)."
    case .splitTooLarge(let name, let wanted, let available):
      "split '\(name)' wants \(wanted) pictures, \(available) are left\n  Ask for fewer."
    case .invalidSetting(let name, let value, let allowed):
      "\(name) is \(value), allowed is \(allowed)\n  Change it and try again."
    }
  }
}
