package import Datasets

/// The test pictures of an examination: those that are painted in every style, and others that stay as they
/// are.
package struct HeldOutPictures {
  /// The m pictures to paint.
  package let painted: ImageSet
  /// Pictures to ask about unpainted.
  package let clean: ImageSet

  /// Chooses both at random, classes in proportion and in the order of the test pictures.
  ///
  /// - Parameters:
  ///   - test: Pictures that nobody trained on.
  ///   - paintedCount: m.
  ///   - cleanCount: How many stay as they are, at most; all the others if there are fewer.
  ///   - seed: Decides which.
  /// - Throws: `DatasetError` unless there are more than m.
  package init(from test: ImageSet, paintedCount: Int, cleanCount: Int, seed: UInt64) throws {
    let others = max(1, test.count - paintedCount)
    let parts = try test.splits(
      into: [("painted", paintedCount), ("clean", min(cleanCount, others))],
      seed: seed,
      isStratified: true
    )
    painted = try test.subset(parts[0].indices)
    clean = try test.subset(parts[1].indices)
  }

  private init(painted: ImageSet, clean: ImageSet) {
    self.painted = painted
    self.clean = clean
  }

  /// The same sorted by class, which is the order in which folders of pictures are read.
  func sortedByClass() throws -> HeldOutPictures {
    func sorted(_ set: ImageSet) throws -> ImageSet {
      try set.subset(set.indices.sorted { (set.labels[$0], $0) < (set.labels[$1], $1) })
    }
    return try HeldOutPictures(painted: sorted(painted), clean: sorted(clean))
  }
}
