import Artifacts
import Foundation
import Stages

/// The output folder of something that takes long, and may be cleared or gone on with by its maker.
struct ExperimentFolder {
  let url: URL
  /// What wrote the folder, for example `demo`; names the file that says so, too.
  let kind: String
  /// What must be equal for a run to go on in the folder.
  let fingerprint: [String: JSONValue]
  /// Whether an earlier run's work may be removed to make room; otherwise it can only be gone on with.
  let mayBeCleared: Bool
  /// Everything that is ever written there; nothing else is ever removed.
  let isOwn: (_ name: String) -> Bool

  private var markerName: String { "\(kind).json" }
  private var marker: URL { url.appendingPathComponent(markerName) }

  private var markerBytes: [UInt8] {
    JSONValue.object(fingerprint.merging(["kind": .string("hallmark-\(kind)")]) { $1 }).prettyBytes
  }

  private func isMarker(_ bytes: [UInt8]) -> Bool {
    guard case .object(let fields)? = try? JSONValue(parsing: bytes) else { return false }
    return fields["kind"] == .string("hallmark-\(kind)")
  }

  /// Makes the folder ready: empty, or with what an earlier run of the same left.
  ///
  /// Only a folder that an earlier run of the same kind made is ever cleared.
  func prepare(resuming: Bool) throws {
    let files = FileManager.default
    let contents = (try? files.contentsOfDirectory(atPath: url.path)) ?? []
    if !contents.isEmpty {
      guard let left = files.contents(atPath: marker.path), isMarker([UInt8](left)),
        contents.allSatisfy({
          $0 == markerName || $0 == Manifest.fileName || AtomicFile.isLeftover($0) || isOwn($0)
        })
      else {
        throw StageError.outputInTheWay(url, reason: "it holds files of something else")
      }
      if resuming {
        guard [UInt8](left) == markerBytes else {
          let difference = try? JSONValue.firstDifference(
            JSONValue(parsing: [UInt8](left)),
            JSONValue(parsing: markerBytes)
          )
          throw StageError.outputInTheWay(
            url,
            reason: """
              it was made with other settings, so there is no resuming
                \((difference ?? nil) ?? "\(markerName) there is not what this run would write")
                Repeat the settings of that run to go on with it.
              """
          )
        }
        return
      }
      guard mayBeCleared else {
        throw StageError.outputInTheWay(
          url,
          reason: "it holds what an earlier run measured, which --resume goes on with"
        )
      }
      // What tells whose folder it is goes last: killed in between, it can be cleared again.
      for name in contents where name != markerName {
        try files.removeItem(at: url.appendingPathComponent(name))
      }
      try files.removeItem(at: marker)
    }
    do {
      try files.createDirectory(at: url, withIntermediateDirectories: true)
    } catch {
      throw StageError.outputInTheWay(url, reason: "the folder cannot be made")
    }
    try AtomicFile.write(markerBytes, to: marker)
  }
}
