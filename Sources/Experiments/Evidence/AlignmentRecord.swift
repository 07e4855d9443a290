import Artifacts
import OwnershipVerification

/// How well a model's gradients in a style agree with those without, layer by layer: a line of `alignments/`.
package struct AlignmentRecord: SuspectTrial, Sendable, Hashable {
  /// What the model has to do with the key.
  package enum Role: String, Sendable, Codable {
    /// An examiner's, whose numbers are subtracted.
    case benign
    /// Nothing.
    case innocent
    /// It was marked with it.
    case victim
    /// It was stolen from the victim.
    case thief
  }

  /// The model's name.
  package let suspect: String
  /// How it was stolen, or what kind of innocent it is.
  package let attack: String
  /// What it has to do with the key.
  package let role: Role
  /// The seed of its first weights.
  package let seed: UInt64
  /// The key's name.
  package let key: String
  /// m, the number of pictures.
  package let pictures: Int
  /// The mean cosine of each layer.
  package let cosines: [Double]

  /// Describes a model.
  package init(
    suspect: String,
    attack: String,
    role: Role,
    seed: UInt64,
    key: String,
    pictures: Int,
    cosines: [Double]
  ) {
    self.suspect = suspect
    self.attack = attack
    self.role = role
    self.seed = seed
    self.key = key
    self.pictures = pictures
    self.cosines = cosines
  }
}

/// A meta-classifier of gradient alignment that learns from several victims and innocents.
///
/// For each victim in turn it learns from the other victims, each with its own key, and from half of the innocents
/// with those victims' keys; it is tried on the victim left out, its thieves, and the other half of the innocents,
/// all with the key left out. Inputs are the layers' cosines less the mean of the benign models', since styles
/// differ in how much they leave of any gradient.
package enum SeveralSeeds {
  /// Trains and tries the classifiers.
  ///
  /// - Parameter records: Models of all roles, for the keys of at least two victims.
  /// - Returns: A trial for each model that was left out; its p-value is its rank among the innocents that
  ///   the classifier never saw, itself not counted. None if models of a role are missing.
  /// - Throws: `VerificationError` if records do not fit one another.
  package static func trials(_ records: [AlignmentRecord]) throws -> [EvidenceTrial] {
    let victims = records.filter { $0.role == .victim }
    let names = Set(records.filter { $0.role == .innocent }.map(\.suspect)).sorted()
    let seen = Set(names.enumerated().filter { $0.offset.isMultiple(of: 2) }.map(\.element))
    return try Set(victims.map(\.key)).sorted().flatMap { key -> [EvidenceTrial] in
      let others = records.filter { $0.key != key }
      let learned = try rows(others.filter { $0.role == .victim }, records)
      let innocent = try rows(
        others.filter { other in
          seen.contains(other.suspect) && victims.contains { $0.key == other.key }
        },
        records
      )
      guard !learned.isEmpty, !innocent.isEmpty else { return [] }
      let classifier = try AlignmentClassifier(
        victims: learned.map(\.inputs),
        innocents: innocent.map(\.inputs)
      )
      let tried = try rows(
        records.filter { $0.key == key && $0.role != .benign && !seen.contains($0.suspect) },
        records
      )
      // A rank among nobody says nothing.
      guard tried.contains(where: { $0.record.role == .innocent }) else { return [] }
      return ranked(try tried.map { ($0.record, try classifier.score(of: $0.inputs)) })
    }
  }

  private typealias Row = (record: AlignmentRecord, inputs: [Double])

  /// The cosines less the mean of the benign models' for the same key; nothing without such models.
  private static func rows(
    _ own: [AlignmentRecord],
    _ records: [AlignmentRecord]
  ) throws -> [Row] {
    try own.compactMap { record in
      let benign = records.filter { $0.role == .benign && $0.key == record.key }
      guard !benign.isEmpty else { return nil }
      for other in benign where other.cosines.count != record.cosines.count {
        throw VerificationError.featuresDiffer(
          found: other.cosines.count,
          expected: record.cosines.count
        )
      }
      return (record, record.cosines.less(meanOf: benign.map(\.cosines)))
    }
  }

  private static func ranked(_ scores: [(AlignmentRecord, Double)]) -> [EvidenceTrial] {
    scores.map { record, score in
      let others = scores.filter { $0.0.role == .innocent && $0.0.suspect != record.suspect }
      let above = others.count { $0.1 >= score }
      return EvidenceTrial(
        test: .metaClassifier,
        suspect: record.suspect,
        innocent: record.role == .innocent,
        attack: record.attack,
        seed: record.seed,
        key: record.key,
        statistic: score,
        pValue: Double(1 + above) / Double(1 + others.count),
        exact: false,
        settings: .init(pictures: record.pictures, variant: .severalSeeds)
      )
    }
  }
}
