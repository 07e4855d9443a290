/// A named part of a data set.
public struct Split: Sendable, Equatable {
  /// What the part is for.
  public let name: String
  /// Positions in the data set, ascending.
  public let indices: [Int]
}

extension ImageSet {
  /// Chooses disjoint parts at random.
  ///
  /// - Parameters:
  ///   - parts: Name and number of pictures of each part, for instance
  ///     `[("train", 10_000), ("query", 10_000)]`. What they leave over belongs to none.
  ///   - seed: The same seed, data set and parts give the same choice.
  ///   - isStratified: Whether every part has the classes in the proportions of the whole set: exact
  ///     where classes are equally large and counts are multiples of their number, otherwise within
  ///     two pictures a class of what proportion demands.
  /// - Returns: The parts, in the order asked for.
  /// - Throws: `DatasetError` if a count is negative, a name is there twice, or the counts add up
  ///   to more than there is.
  public func splits(
    into parts: [(name: String, count: Int)],
    seed: UInt64,
    isStratified: Bool = false
  ) throws -> [Split] {
    let order = isStratified ? stratifiedOrder(seed: seed) : shuffledOrder(seed: seed)
    var rest = order[...]
    var names: Set<String> = []
    return try parts.map { part in
      guard part.count >= 0, names.insert(part.name).inserted else {
        throw DatasetError.invalidSetting(
          name: "split '\(part.name)'",
          value: "\(part.count) pictures",
          allowed: "0 or more, and each name once"
        )
      }
      guard part.count <= rest.count else {
        throw DatasetError.splitTooLarge(
          name: part.name,
          wanted: part.count,
          available: rest.count
        )
      }
      defer { rest = rest.dropFirst(part.count) }
      return Split(name: part.name, indices: rest.prefix(part.count).sorted())
    }
  }

  /// Chooses disjoint parts at random and returns their pictures by name.
  ///
  /// - Throws: `DatasetError` as `splits(into:seed:isStratified:)` does.
  public func split(
    into parts: [(name: String, count: Int)],
    seed: UInt64,
    isStratified: Bool = false
  ) throws -> [String: ImageSet] {
    var sets: [String: ImageSet] = [:]
    for split in try splits(into: parts, seed: seed, isStratified: isStratified) {
      sets[split.name] = try subset(split.indices)
    }
    return sets
  }

  /// The same pictures in an order of which every stretch has all classes in proportion.
  ///
  /// Only a set that lies class by class, as class folders are read, is put in another order; then the first n
  /// pictures of any set are a sample of it.
  package func withClassesSpread() throws -> ImageSet {
    let isByClass = zip(labels, labels.dropFirst()).allSatisfy { $0 <= $1 }
    return isByClass && count > 1 ? try subset(stratifiedOrder(seed: 0)) : self
  }

  private func shuffledOrder(seed: UInt64) -> [Int] {
    var random = KeyedRandom("split", seed)
    return random.permutation(of: count)
  }

  /// Spreads every class evenly over the order, so that each stretch has them all in proportion.
  private func stratifiedOrder(seed: UInt64) -> [Int] {
    var random = KeyedRandom("stratified split", seed)
    var keyed: [(key: Double, index: Int)] = []
    keyed.reserveCapacity(count)
    var members: [[Int]] = Array(repeating: [], count: classCount)
    for (index, label) in labels.enumerated() { members[label].append(index) }
    for indices in members where !indices.isEmpty {
      let offset = random.uniform()
      for (rank, position) in random.permutation(of: indices.count).enumerated() {
        keyed.append(((Double(rank) + offset) / Double(indices.count), indices[position]))
      }
    }
    return keyed.sorted { ($0.key, $0.index) < ($1.key, $1.index) }.map(\.index)
  }
}
