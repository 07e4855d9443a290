public import Datasets

/// One model's scores on the same pictures in many styles.
public struct StyleScores: Sendable, Hashable, Codable {
  /// Margins, one for each style; nil if the model gives labels only.
  public let margins: [Double]?
  /// Accuracies, one for each style, in [0, 1].
  public let accuracies: [Double]

  /// The scores of one measure, nil if the model's answers do not allow it.
  public subscript(measure: StyleMeasure) -> [Double]? {
    measure == .margin ? margins : accuracies
  }

  /// The number of styles.
  public var count: Int { accuracies.count }

  init(margins: [Double]?, accuracies: [Double]) {
    self.margins = margins
    self.accuracies = accuracies
  }

  /// T of each style: the score minus the mean of benign models' on the same pictures.
  ///
  /// - Parameters:
  ///   - benign: Scores of the examiner's benign models on the same styles; none subtracts nothing.
  ///   - measure: What is scored.
  /// - Returns: One number for each style; none if the answers do not allow the measure.
  public func excess(over benign: [StyleScores], _ measure: StyleMeasure) -> [Double] {
    (self[measure] ?? []).less(meanOf: benign.compactMap { $0[measure] })
  }
}

extension [Double] {
  /// These scores minus the mean of others' at the same places, of whom none subtracts nothing.
  package func less(meanOf others: [[Double]]) -> [Double] {
    guard !others.isEmpty else { return self }
    return enumerated().map { index, score in
      score - others.reduce(0) { $0 + $1[index] } / Double(others.count)
    }
  }
}

/// What is known of a model from clean pictures, before it is asked about styles.
public struct CleanScores: Sendable, Hashable, Codable {
  /// τ, fitted to the answers to clean pictures; 1 if they are labels only.
  public let temperature: Double
  /// Accuracy on clean pictures, in [0, 1].
  public let accuracy: Double
  /// Which measure the answers allow: margins, or accuracy for labels.
  public let measure: StyleMeasure

  /// Asks a model about clean pictures.
  ///
  /// - Parameters:
  ///   - suspect: The model.
  ///   - clean: Pictures without any style, best those that nobody trained on, with true labels.
  /// - Throws: `VerificationError.badAnswers` or `.badSetting` if there is no picture; what the suspect
  ///   throws.
  public init(of suspect: some Suspect, on clean: ImageSet) throws {
    try require(clean.count > 0, "number of clean pictures", clean.count, "1 or more")
    let answers = try suspect.answers(to: clean.unlabelled)
      .checked(count: clean.count, classCount: clean.classCount)
    switch answers {
    case .labels:
      temperature = 1
      measure = .accuracy
    case .logProbabilities(let logits, let classCount):
      temperature =
        Temperature(
          fitting: logits,
          classCount: classCount,
          labels: clean.labels
        ).value
      measure = .margin
    }
    accuracy =
      AnswerScores(answers, labels: clean.labels[...], temperature: temperature).accuracy
  }
}

/// The same labelled pictures in many styles.
public protocol StyledPictures {
  /// The number of styles.
  var styleCount: Int { get }
  /// The pictures in the style at a position in `0..<styleCount`, always with the same labels.
  func pictures(inStyle index: Int) throws -> ImageSet
}

extension StyledPictures {
  /// Refuses the position of a style that there is not.
  func checkStyle(_ index: Int) throws {
    try require((0..<styleCount).contains(index), "style", index, "one of \(styleCount), from 0 on")
  }
}

/// Pictures in styles, in memory; for secret styles, of which there are few.
public struct StyledSets: StyledPictures, Sendable {
  /// The pictures, style by style.
  public let sets: [ImageSet]

  /// Takes one set for each style.
  ///
  /// - Throws: `VerificationError.stylesDiffer` unless all have the same size, classes and labels.
  public init(_ sets: [ImageSet]) throws {
    for set in sets.dropFirst() { try set.checkLayout(against: sets[0], named: "style") }
    self.sets = sets
  }

  /// The number of styles.
  public var styleCount: Int { sets.count }
  /// The pictures in one style.
  ///
  /// - Throws: `VerificationError.badSetting` for a style that there is not.
  public func pictures(inStyle index: Int) throws -> ImageSet {
    try checkStyle(index)
    return sets[index]
  }
}

extension StyleScores {
  /// Asks a model about pictures in many styles.
  ///
  /// - Parameters:
  ///   - suspect: The model.
  ///   - styled: The pictures.
  ///   - clean: What is known of the model from clean pictures.
  ///   - onProgress: Called with the number of styles done; what it throws ends the work.
  /// - Throws: `VerificationError.badAnswers` if the answers are not those to the pictures, or are
  ///   labels now and were not before; what the suspect throws.
  public init(
    of suspect: some Suspect,
    on styled: some StyledPictures,
    clean: CleanScores,
    onProgress: (Int) throws -> Void = { _ in }
  ) throws {
    var scores: [AnswerScores] = []
    while scores.count < styled.styleCount {
      var block = [try styled.pictures(inStyle: scores.count)]
      // One question for many styles: batches are then full, and services are asked less often.
      let styles = max(1, StyleScores.picturesAtOnce / max(1, block[0].count))
      while block.count < styles, scores.count + block.count < styled.styleCount {
        block.append(try styled.pictures(inStyle: scores.count + block.count))
      }
      scores += try StyleScores.scores(of: suspect, on: block, clean: clean)
      try onProgress(scores.count)
    }
    margins = clean.measure == .margin ? scores.compactMap(\.margin) : nil
    accuracies = scores.map(\.accuracy)
  }

  private static let picturesAtOnce = 2_048

  private static func scores(
    of suspect: some Suspect,
    on block: [ImageSet],
    clean: CleanScores
  ) throws -> [AnswerScores] {
    let (size, classCount) = (block[0].count, block[0].classCount)
    let pictures = try UnlabelledImages(
      width: block[0].width,
      height: block[0].height,
      pixels: Array(block.map(\.pixels).joined())
    )
    let answers = try suspect.answers(to: pictures)
      .checked(count: pictures.count, classCount: classCount)
    return try block.enumerated().map { index, set in
      let range = index * size..<(index + 1) * size
      let part: Answers
      switch (answers, clean.measure) {
      case (.logProbabilities(let logits, let classCount), .margin):
        let numbers = range.lowerBound * classCount..<range.upperBound * classCount
        part = .logProbabilities(Array(logits[numbers]), classCount: classCount)
      case (.labels(let labels), .accuracy):
        part = .labels(Array(labels[range]))
      case (_, let measure):
        throw VerificationError.badAnswers(
          found: measure == .margin ? "labels" : "log-probabilities",
          expected: "answers of one kind, as for clean pictures"
        )
      }
      return AnswerScores(part, labels: set.labels[...], temperature: clean.temperature)
    }
  }
}

extension ImageSet {
  /// Refuses a set that is not of the same pictures, as far as size, classes and labels tell.
  func checkLayout(against other: ImageSet, named name: String) throws {
    guard (width, height) == (other.width, other.height), labels == other.labels,
      classNames == other.classNames
    else {
      throw VerificationError.stylesDiffer(
        what: name,
        found: "\(count) pictures of \(height)x\(width)",
        expected: "the same labels as \(other.count) pictures of \(other.height)x\(other.width)"
      )
    }
  }
}
