import Artifacts
import Foundation
import TestSupport
import Testing

struct FolderLockTests {
  @Test func aFolderIsLockedUntilItsLockGoes() throws {
    try withTemporaryDirectory { folder in
      var lock: FolderLock? = try FolderLock(folder)
      #expect(throws: ArtifactError.inUse(folder: folder.path)) { try FolderLock(folder) }
      withExtendedLifetime(lock) {}
      lock = nil
      #expect(throws: Never.self) { try FolderLock(folder) }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }
  }

  @Test func whatIsNoFolderCannotBeLocked() throws {
    try withTemporaryDirectory { folder in
      let file = folder.appendingPathComponent("file")
      try Data().write(to: file)
      for place in [file, folder.appendingPathComponent("none")] {
        #expect(throws: ArtifactError.self) { try FolderLock(place) }
      }
    }
  }
}
