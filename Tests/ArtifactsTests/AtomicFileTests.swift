import Artifacts
import Foundation
import TestSupport
import Testing

@Suite struct AtomicFileTests {
  private struct Interruption: Error {}

  @Test func replacesTheOldFile() throws {
    try withTemporaryDirectory { folder in
      let url = folder.appendingPathComponent("weights")
      try AtomicFile.write([1, 2, 3, 4], to: url)
      try AtomicFile.write(to: url) { writer in
        try writer.write([5])
        try writer.write([6, 7])
      }
      #expect(try Data(contentsOf: url) == Data([5, 6, 7]))
      #expect(try entries(of: folder) == ["weights"])
    }
  }

  @Test func failureLeavesTheOldFileAndNothingElse() throws {
    try withTemporaryDirectory { folder in
      let url = folder.appendingPathComponent("weights")
      try AtomicFile.write([1, 2, 3, 4], to: url)
      #expect(throws: Interruption.self) {
        try AtomicFile.write(to: url) { writer in
          try writer.write([5])
          throw Interruption()
        }
      }
      #expect(try Data(contentsOf: url) == Data([1, 2, 3, 4]))
      #expect(try entries(of: folder) == ["weights"])
    }
  }

  @Test func leftoversOfKilledProcessesDoNotMatter() throws {
    try withTemporaryDirectory { folder in
      let url = folder.appendingPathComponent("weights")
      // More names than this process can have used by now; what they are does not matter.
      for number in 1...2000 {
        let name = ".weights.tmp-\(getpid())-\(number)"
        #expect(mkfifo(folder.appendingPathComponent(name).path, 0o600) == 0)
      }
      try AtomicFile.write([1], to: url)
      #expect(try Data(contentsOf: url) == Data([1]))
      #expect(try entries(of: folder).count == 2001)
    }
  }

  @Test func createsWhereNothingIsAndNowhereElse() throws {
    try withTemporaryDirectory { folder in
      let url = folder.appendingPathComponent("nonce")
      try AtomicFile.create([1], at: url, isPrivate: true)
      let attributes = try FileManager.default.attributesOfItem(atPath: url.path)
      #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
      let error = #expect(throws: ArtifactError.self) { try AtomicFile.create([2], at: url) }
      #expect(error == .exists(path: url.path))
      #expect(try Data(contentsOf: url) == Data([1]))
      #expect(try entries(of: folder) == ["nonce"])
    }
  }

  @Test func leftoversAreNoBeginning() throws {
    try withTemporaryDirectory { folder in
      #expect(AtomicFolder.isUnbegun(folder))
      #expect(AtomicFolder.isUnbegun(folder.appendingPathComponent("nowhere")))
      try Data([1]).write(to: folder.appendingPathComponent(".plan.json.tmp-1-1"))
      #expect(AtomicFolder.isUnbegun(folder) && !AtomicFolder.isFree(folder))
      try AtomicFile.write([1], to: folder.appendingPathComponent("plan.json"))
      #expect(!AtomicFolder.isUnbegun(folder))
      #expect(!AtomicFolder.isUnbegun(folder.appendingPathComponent("plan.json")))
    }
  }

  @Test func folderInTheWay() throws {
    try withTemporaryDirectory { folder in
      let url = folder.appendingPathComponent("taken")
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
      let error = #expect(throws: ArtifactError.self) { try AtomicFile.write([1], to: url) }
      #expect(error?.description.contains(url.path) == true)
      #expect(try entries(of: folder) == ["taken"])
    }
  }

  @Test func missingFolder() throws {
    try withTemporaryDirectory { folder in
      let url = folder.appendingPathComponent("no/such")
      #expect(
        throws: ArtifactError.system(
          operation: "write",
          path: url.path,
          reason: "No such file or directory"
        )
      ) {
        try AtomicFile.write([1], to: url)
      }
    }
  }

  private func entries(of folder: URL) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }
}
