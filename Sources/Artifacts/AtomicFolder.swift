public import Foundation
import Glibc

/// Folders that appear whole or not at all, even if the process is killed or the machine stops.
///
/// Files go to a folder beside the destination, named `.NAME.UUID`; when it is full, everything is
/// flushed to the disk and one rename puts it in place. A process killed in between leaves a hidden
/// folder that nothing in Hallmark reads and that can be deleted at will.
public enum AtomicFolder {
  /// Whether a folder can be put in a place: nothing is there, or an empty folder.
  public static func isFree(_ url: URL) -> Bool {
    let contents = try? FileManager.default.contentsOfDirectory(atPath: url.path)
    return contents?.isEmpty ?? !FileManager.default.fileExists(atPath: url.path)
  }

  /// Whether work in a place has not begun: nothing is there, or what killed processes left of files that
  /// they never finished.
  public static func isUnbegun(_ url: URL) -> Bool {
    let contents = try? FileManager.default.contentsOfDirectory(atPath: url.path)
    return contents?.allSatisfy(AtomicFile.isLeftover)
      ?? !FileManager.default.fileExists(atPath: url.path)
  }

  /// Writes a folder whole.
  ///
  /// - Parameters:
  ///   - url: Where it goes; `isFree` must hold.
  ///   - isPrivate: Whether only the owner may read it.
  ///   - fill: Writes the files into the folder that it is given.
  /// - Throws: `ArtifactError.system` if the place is taken or the disk fails, or what `fill` throws;
  ///   nothing is left behind then.
  public static func write(
    to url: URL,
    isPrivate: Bool = false,
    _ fill: (URL) throws -> Void
  ) throws {
    let partial = url.deletingLastPathComponent()
      .appendingPathComponent(".\(url.lastPathComponent).\(UUID().uuidString)")
    do {
      try create(partial, isPrivate: isPrivate)
      try fill(partial)
      // One flush for all files; on Linux it waits. Flushing each would take minutes for a large set.
      sync()
      guard rename(partial.path, url.path) == 0 else {
        throw ArtifactError.system("put in place", url.path)
      }
    } catch {
      try? FileManager.default.removeItem(at: partial)
      throw error
    }
    // The renaming itself has to reach the disk too.
    sync()
  }

  private static func create(_ folder: URL, isPrivate: Bool) throws {
    do {
      try FileManager.default.createDirectory(
        at: folder,
        withIntermediateDirectories: true,
        attributes: isPrivate ? [.posixPermissions: 0o700] : nil
      )
    } catch {
      throw ArtifactError.system(
        operation: "create",
        path: folder.path,
        reason: "check the path and its permissions"
      )
    }
  }
}
