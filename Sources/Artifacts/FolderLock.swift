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
    let opened = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard opened >= 0 else { throw .system("open", path) }
    guard flock(opened, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK else {
      close(opened)
      throw .inUse(folder: path)
    }
    // Last, for a failed initialiser of a complete object would close it again.
    descriptor = opened
  }

  deinit { close(descriptor) }
}
