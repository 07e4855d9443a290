/// What can go wrong when evidence is read from or written to disk.
public enum ArtifactError: Error, Sendable, Hashable {
  /// The system refused an operation on a file or folder, for the given reason.
  case system(operation: String, path: String, reason: String)
  /// Another run is writing to the folder.
  case inUse(folder: String)
  /// There is a file already where one should be created.
  case exists(path: String)
  /// The path names a folder, a pipe or a device where a file must be.
  case notARegularFile(path: String, found: String)
  /// The file is larger than what is read of its kind.
  case tooLarge(path: String, bytes: Int, limit: Int)
  /// The folder holds no `manifest.json`.
  case missingManifest(folder: String)
  /// The file is not strict JSON.
  case notJSON(path: String, problem: JSONSyntaxError)
  /// A field that must be there is not.
  case missingField(path: String, field: String)
  /// A field holds another type than its meaning asks for.
  case wrongFieldType(path: String, field: String, expected: String, found: String)
  /// The folder was written by another stage than the one expected.
  case wrongKind(path: String, expected: String, found: String)
  /// The file follows a format of another version of Hallmark.
  case unknownFormatVersion(path: String, found: String, supported: Int)
  /// The text is not 64 hexadecimal digits.
  case malformedDigest(String)
  /// A metrics file holds fewer whole records than the checkpoint says were written.
  case tooFewRecords(path: String, found: Int, expected: Int)
  /// A metrics table has, or is given, other columns than it was opened with.
  case wrongColumns(path: String, expected: [String], found: [String])
  /// A record cannot be turned into JSON, or back.
  case unsuitableRecord(path: String, record: Int, reason: String)
}

extension ArtifactError: CustomStringConvertible {
  /// The failure in words: the file, the values that disagree, and what to do next.
  public var description: String {
    switch self {
    case .system(let operation, let path, let reason):
      "cannot \(operation) '\(path)': \(reason)\n  Check the path, its permissions and the free space."
    case .inUse(let folder):
      "another run is at work in '\(folder)'\n  Wait until it is done, or choose another folder."
    case .exists(let path):
      "'\(path)' exists already and was left as it is; nothing else was written"
    case .notARegularFile(let path, let found):
      "'\(path)' is \(found), not a file; give the path of a file"
    case .tooLarge(let path, let bytes, let limit):
      "'\(path)' has \(bytes) bytes; at most \(limit) are read of such a file: is it the right one?"
    case .missingManifest(let folder):
      "'\(folder)' holds no \(Manifest.fileName); "
        + "name a folder that Hallmark has written to the end, or run that stage again"
    case .notJSON(let path, let problem):
      "'\(path)' is not valid JSON: \(problem); give the file as it was written"
    case .missingField(let path, let field):
      "'\(path)' lacks the field '\(field)'; run the stage that writes it again"
    case .wrongFieldType(let path, let field, let expected, let found):
      "'\(path)': field '\(field.printable())' must be \(expected) but is \(found.printable()); "
        + "give the file as it was written"
    case .wrongKind(let path, let expected, let found):
      "'\(path)' describes '\(found.printable())' where '\(expected)' is needed; name the right folder"
    case .unknownFormatVersion(let path, let found, let supported):
      "'\(path)' has format \(found.printable()), this version of Hallmark reads format \(supported); "
        + "use the version that wrote it"
    case .malformedDigest(let text):
      "'\(text.printable())' is not a SHA-256 digest; expected 64 hexadecimal digits"
    case .tooFewRecords(let path, let found, let expected):
      "'\(path)' holds \(found) whole records, the checkpoint needs \(expected); "
        + "restore the file or start the run again"
    case .wrongColumns(let path, let expected, let found):
      "'\(path)': columns are \(found.joined(separator: ", ")), "
        + "expected \(expected.joined(separator: ", ")); start the run again in another folder"
    case .unsuitableRecord(let path, let record, let reason):
      "'\(path)', record \(record): \(reason); give the file as it was written"
    }
  }
}
