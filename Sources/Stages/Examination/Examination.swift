public import Artifacts
public import Datasets
import FeatureEmbedding
public import Foundation
import Networks
public import OwnershipVerification
public import Torch

/// What an examiner painted and trained for one claim, once, for any number of suspects.
///
/// | in the folder | what |
/// | --- | --- |
/// | `draw.json` | the examiner's 32 random bytes and what they were drawn for, written first |
/// | `painted/` | the m test pictures to paint, as they are |
/// | `secret/1/`, … | the same in each secret style |
/// | `clean/` | other test pictures |
/// | `benign/1/`, … | the examiner's own models |
/// | `siblings/1/`, … | models that were trained as the owner says the victim was, if the shared-mistakes test was asked for |
/// | `decoys/` | the m pictures in the styles of N decoys, and the examiner's own models' scores on them |
/// | `manifest.json` | settings and the SHA-256 of all of it; written when all is there |
///
/// It gives the secret styles away, as the claim does: only its owner may read it.
public struct Examination {
  /// Where it is.
  public let folder: URL
  /// What was drawn, and for what.
  public let draw: ExaminationDraw
  /// The owner's k-th commitment for the subject: k.
  public let attempt: Int
  /// SHA-256 of `manifest.json`.
  public let digest: Digest
  /// Pictures and benign scores, ready for suspects.
  public let styleKey: StyleKeyExamination
  /// The m pictures as they are, in the order of their painted versions.
  public let originals: ImageSet
  /// What the victim's siblings name for the clean pictures; nil if the shared-mistakes test was not asked for.
  let siblingLabels: Deferred<[[Int]]>?

  /// What a demonstration's registration names as its beacon: anybody can work it out, so it proves nothing.
  package static let repeatableBeacon = "SHA-256 of a number"

  /// Opens a finished examination of a claim.
  ///
  /// - Parameters:
  ///   - folder: What `make` wrote.
  ///   - claim: The claim that it was made for.
  ///   - device: Where the benign models shall compute.
  ///   - onProgress: Called while benign models are asked anew, because their kept scores are of another
  ///     arithmetic, with the share that is done: R · N · m answers. What it throws ends the work.
  /// - Throws: `ArtifactError` if it is not finished; `StageError.badExamination` if something was
  ///   changed or it is for another claim; what reading pictures and models throws.
  public init(
    contentsOf folder: URL,
    of claim: Claim,
    device: Device = .cpu,
    onProgress: (Double) throws -> Void = { _ in }
  ) throws {
    let parts = ExaminationFolder(folder)
    let manifest = try Manifest.read(from: folder, kind: .examination)
    let draw = try parts.draw()
    guard draw.plan.claim == claim.digest else {
      throw StageError.badExamination(
        folder,
        reason: "it is of a claim of SHA-256 \(draw.plan.claim), not \(claim.digest)"
      )
    }
    let registration = try claim.styleRegistration()
    let keyCount = registration.commitment.keyCount
    let settings = draw.plan.settings
    let found = try parts.digests(keyCount: keyCount, settings)
    let names = Set(found.keys)
      .union(manifest.inputs.keys.filter { $0.hasPrefix(ExaminationFolder.scoresPrefix) })
    if let changed = names.sorted().first(where: { found[$0] != manifest.inputs[$0] }) {
      func digest(_ known: [String: Digest]) -> String { known[changed].map { "\($0)" } ?? "none" }
      throw StageError.badExamination(
        folder,
        reason: """
          '\(changed)' is not what was written: SHA-256 is \(digest(found)), expected \
          \(digest(manifest.inputs))
          """
      )
    }
    let classNames = claim.benign.classNames
    self.folder = folder
    self.draw = draw
    attempt = registration.commitment.attempt
    digest = try Digest(ofFileAt: folder.appendingPathComponent(Manifest.fileName))
    originals = try parts.pictures(in: parts.painted, classNames: classNames)
    styleKey = try parts.styleKey(
      keyCount: keyCount,
      benignCount: settings.benignCount,
      classNames: classNames,
      device: device,
      keeping: false
    ) { model, decoys in
      let done = Double(model) + Double(decoys) / Double(settings.decoyCount)
      try onProgress(done / Double(settings.benignCount))
    }
    let clean = styleKey.clean
    siblingLabels = settings.siblings.map { siblings in
      Deferred { try parts.siblingLabels(of: clean, count: siblings.count, device: device) }
    }
    guard styleKey.decoys.originals == originals.digest else {
      throw StageError.badExamination(folder, reason: "its decoys are of other pictures")
    }
    let source = try HeldOutPainter(
      of: originals,
      family: .builtIn(),
      seed: draw.seed,
      strength: settings.strength
    ).source
    guard styleKey.decoys.source == source else {
      throw StageError.badExamination(
        folder,
        reason: """
          its decoys follow from SHA-256 \(styleKey.decoys.source), not from the bytes of \
          \(ExaminationDraw.fileName), \(source)
          """
      )
    }
  }

  /// The style-key test as it is run here.
  ///
  /// - Parameters:
  ///   - significance: α.
  ///   - candidates: M, among how many models the accused was chosen.
  /// - Returns: The test for the attempt, with the drawn seed.
  public func test(significance: Double, candidates: Int = 1) -> StyleKeyTest {
    StyleKeyTest(
      significance: significance,
      attempt: attempt,
      candidates: candidates,
      seed: draw.number("subsets")
    )
  }
}

extension Manifest.Kind {
  /// What an examiner painted and trained for a claim.
  public static let examination: Manifest.Kind = "examination"
}
