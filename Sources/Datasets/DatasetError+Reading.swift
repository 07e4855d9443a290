import Artifacts

extension DatasetError {
  /// Tells what keeps a file from being read as all that is wrong with pictures is told.
  static func reading<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch ArtifactError.system(_, let path, let reason) {
      throw DatasetError.unreadable(file: path, reason: reason)
    } catch ArtifactError.notARegularFile(let path, let found) {
      throw DatasetError.notARegularFile(file: path, found: found)
    } catch ArtifactError.tooLarge(let path, let bytes, let limit) {
      throw DatasetError.fileTooLarge(file: path, bytes: bytes, limit: limit)
    }
  }
}
