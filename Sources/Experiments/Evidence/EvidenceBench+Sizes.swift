import Artifacts
import Datasets
import OwnershipVerification
import Stages
import Statistics

extension EvidenceBench {
  private static let pictureCounts = [10, 25, 50]
  private static let decoyCounts = [99, 199, 499]

  /// What `sizeTrials` covers, for the name of their file: `m-10-25-50-decoys-99-199-499`.
  static let sizeCoverage =
    (["m"] + pictureCounts.map(String.init) + ["decoys"] + decoyCounts.map(String.init))
    .joined(separator: "-")

  /// Runs the style-key test with fewer pictures and with fewer decoys than there are.
  func sizeTrials(of examinee: Examinee, _ key: PaintedKey) throws -> [EvidenceTrial] {
    observer.begin("examine", "\(examinee.name), fewer pictures and decoys")
    let own = try examiner.scores(of: examinee, on: key.secrets)
      .excess(over: key.benign, .margin)
    let decoys = try examiner.decoyExcess(of: examinee)
    var found = try Self.decoyCounts.filter { $0 < decoys.count }.map { count in
      try trial(examinee, key, own, Array(decoys.prefix(count)), examiner.originals.count)
    }
    for count in Self.pictureCounts where count < examiner.originals.count {
      try observer.update(Double(count) / Double(examiner.originals.count), "\(count) pictures")
      found.append(
        try trial(
          examinee,
          key,
          examiner.excess(of: examinee, key.secrets, pictures: 0..<count),
          examiner.decoyExcess(of: examinee, pictures: 0..<count),
          count
        )
      )
    }
    observer.finish("done")
    return found
  }

  private func trial(
    _ examinee: Examinee,
    _ key: PaintedKey,
    _ secrets: [Double],
    _ decoys: [Double],
    _ pictureCount: Int
  ) throws -> EvidenceTrial {
    EvidenceTrial(
      try StyleKeyTest().run(secrets, against: decoys),
      of: examinee,
      for: key,
      innocent: false,
      pictures: pictureCount,
      measure: .margin
    )
  }
}

/// Some pictures of each style, or of the first styles.
struct SomePictures<Styles: StyledPictures>: StyledPictures {
  let styles: Styles
  let range: Range<Int>
  /// How many styles at most.
  var limit = Int.max

  var styleCount: Int { min(limit, styles.styleCount) }

  func pictures(inStyle index: Int) throws -> ImageSet {
    try styles.pictures(inStyle: index).subset(range)
  }
}
