import Datasets
import Foundation
import OwnershipVerification
import Stages

extension EvidenceBench {
  private var alignments: TrialFile<AlignmentRecord> {
    TrialFile(folder: settings.study.output.appendingPathComponent("alignments"))
  }

  /// Measures a model's gradient alignment with keys, layer by layer, for `SeveralSeeds`.
  ///
  /// - Parameters:
  ///   - examinee: The model.
  ///   - role: What it has to do with all of the keys.
  ///   - names: The keys' names.
  ///   - keys: Paints the keys, if they are needed; of each its first style counts.
  /// - Throws: `VerificationError` if a gradient is not finite; what `keys` throws; `ArtifactError` if the disk fails.
  func keepAlignments(
    of examinee: Examinee,
    _ role: AlignmentRecord.Role,
    for names: [String],
    _ keys: () throws -> [PaintedKey]
  ) throws {
    try alignments.keep(examinee.name, of: [examinee], for: names) {
      let pictures = 0..<min(AlignmentBench.pictureCount, examiner.originals.count)
      let alignment = try GradientAlignment(
        of: examinee.model.classifier,
        to: examiner.originals.subset(pictures),
        settings: AlignmentSettings(layers: .lastBlock)
      )
      return try keys().map { key in
        let cosines = try alignment.cosines(with: key.secrets.sets[0].subset(pictures))
        return AlignmentRecord(
          suspect: examinee.name,
          attack: examinee.kind,
          role: role,
          seed: examinee.weightSeed,
          key: key.name,
          pictures: pictures.count,
          cosines: cosines.map { $0.reduce(0, +) / Double($0.count) }
        )
      }
    }
  }

  /// Trains classifiers on all alignments that are there, those of earlier runs among them, and writes their trials
  /// anew: every further model changes them.
  func classifyAlignments() throws {
    let found = try SeveralSeeds.trials(alignments.all())
    observer.begin("alignments", "a classifier for each victim, of the others' models")
    try trials.write("alignment-several-seeds", found)
    observer.finish("\(found.count) models that it had not seen")
  }
}
