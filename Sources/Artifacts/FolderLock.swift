internal import Glibc
package import Foundation

/// A folder that one writer has to itself, until the last reference goes or the process ends.
///
/// It is the folder that is locked, so nothing is left behind, whatever ends the process. File systems that know
/// no locks are trusted.
package final class FolderLock {
  private let descriptor: Int32

  /// Locks a folder.
  ///
  /// - Throws: `ArtifactError.inUse` if somebody else has it; `.system` if it cannot be opened.
  package init(_ folder: URL) throws(ArtifactError) {
    let path = folder.path
    descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system("open", path) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK else { return }
    close(descriptor)
    throw .inUse(folder: path)
  }

  deinit { close(descriptor) }
}
