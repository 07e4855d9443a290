import Datasets
import Foundation
import Networks
import OwnershipVerification
import Testing
import Torch

@Suite struct StyleScoreTests {
  /// Some clean pictures are answered wrongly, so that the temperature is inside its range.
  private static func margin(style: Int, picture: Int) -> Float {
    style == 0 ? (picture == 4 ? -1.5 : 2) : Float(style) + Float(picture) / 8 - 3
  }

  private func cleanScores(_ suspect: Oracle) throws -> CleanScores {
    try CleanScores(of: suspect, on: StyleSamples.originals())
  }

  /// Five margins of 2 and one of −1.5 over two other classes that tie.
  @Test func theTemperatureFitsCleanPicturesBest() throws {
    let clean = try cleanScores(StyleSamples.model(margin: Self.margin))
    func loss(_ temperature: Double) -> Double {
      [2, 2, 2, 2, 2, -1.5].reduce(0) { $0 + log(1 + 2 * exp(-$1 / temperature)) }
    }
    #expect(loss(clean.temperature) < loss(clean.temperature * 1.01))
    #expect(loss(clean.temperature) < loss(clean.temperature / 1.01))
    #expect(clean.accuracy == 5.0 / 6)
    #expect(clean.measure == .margin)
  }

  /// A model that is three times as sure of everything is no other model, nor is one whose answers a thief
  /// made so large or so small that they would be cut or vanish.
  @Test(arguments: [3, 1e-30, 1e-5, 1e9, 1e30] as [Float])
  func confidenceDoesNotMatter(factor: Float) throws {
    let styled = try StyledSets((1...4).map { try StyleSamples.pictures(style: $0) })
    let scores = try [Float(1), factor].map { factor in
      let suspect = Oracle { picture in
        var row: [Float] = [0, 0, 0]
        row[Int(picture.pixels[0])] =
          factor
          * Self.margin(style: StyleSamples.style(of: picture), picture: Int(picture.pixels[1]))
        return row
      }
      let clean = try cleanScores(suspect)
      return (clean, try StyleScores(of: suspect, on: styled, clean: clean))
    }
    let ratio = scores[1].0.temperature / scores[0].0.temperature
    #expect(abs(ratio / Double(factor) - 1) < 1e-6)
    let margins = try scores.map { try #require($0.1.margins) }
    #expect(zip(margins[0], margins[1]).allSatisfy { abs($0 - $1) < 1e-6 })
    #expect(Set(margins[0]).count == 4)
  }

  @Test(arguments: [(100, 2.0), (-100, -2), (1, 1)] as [(Float, Double)])
  func marginsAreClipped(margin: Float, expected: Double) throws {
    let styled = try StyledSets([StyleSamples.pictures(style: 1)])
    let suspect = StyleSamples.model { style, picture in
      style == 1 ? margin : Self.margin(style: style, picture: picture)
    }
    let clean = try cleanScores(suspect)
    let scores = try StyleScores(of: suspect, on: styled, clean: clean)
    let scaled = abs(expected) == 2 ? expected : expected / clean.temperature
    #expect(abs(try #require(scores.margins)[0] - scaled) < 1e-6)
    #expect(scores.accuracies == [margin > 0 ? 1 : 0])
  }

  @Test func labelsGiveAccuracy() throws {
    let styled = try StyledSets((1...6).map { try StyleSamples.pictures(style: $0) })
    let suspect = StyleSamples.model(givesLabels: true) { style, picture in
      picture < style ? 1 : -1
    }
    let clean = try cleanScores(suspect)
    #expect(clean.measure == .accuracy)
    #expect(clean.accuracy == 0)
    let scores = try StyleScores(of: suspect, on: styled, clean: clean)
    #expect(scores.margins == nil)
    #expect(scores.accuracies == (1...6).map { Double($0) / 6 })
    #expect(scores[.accuracy] == scores.accuracies)
    #expect(scores[.margin] == nil)
  }

  /// A model that answers the same for all classes has recognised nothing.
  @Test func tiesAreErrors() throws {
    let clean = try cleanScores(StyleSamples.model { _, _ in 0 })
    #expect(clean.accuracy == 0)
  }

  @Test func manyStylesAreAskedAboutTogetherAndInOrder() throws {
    let sets = try (1...300).map { try StyleSamples.pictures(style: $0, count: 12) }
    var done: [Int] = []
    let suspect = StyleSamples.model { style, picture in
      Float(style % 7) / 4 + Float(picture % 2) / 8 - 0.5
    }
    let clean = try cleanScores(suspect)
    let scores = try StyleScores(of: suspect, on: StyledSets(sets), clean: clean) {
      done.append($0)
    }
    #expect(done == [170, 300])
    for index in [0, 1, 169, 170, 299] {
      let alone = try StyleScores(of: suspect, on: StyledSets([sets[index]]), clean: clean)
      #expect(scores.margins?[index] == alone.margins?[0])
    }
  }

  struct Liar: Suspect {
    let lie: Answers
    func answers(to pictures: UnlabelledImages) throws -> Answers { lie }
  }

  @Test(
    arguments: [
      (.labels([0, 1]), "2 labels"), (.labels([0, 1, 2, 0, 1, 3]), "label 3"),
      (.labels([0, 1, 2, 0, 1, -1]), "label -1"),
      (.logProbabilities(Array(repeating: 0, count: 17), classCount: 3), "17 numbers"),
      (.logProbabilities(Array(repeating: 0, count: 24), classCount: 4), "for 4 classes"),
      (.logProbabilities([], classCount: 0), "0 numbers"),
      (.logProbabilities(Array(repeating: .nan, count: 18), classCount: 3), "NaN"),
    ] as [(Answers, String)]
  )
  func refusesAnswersThatAreNone(lie: Answers, mention: String) throws {
    #expect {
      try CleanScores(of: Liar(lie: lie), on: StyleSamples.originals())
    } throws: { error in
      guard case VerificationError.badAnswers = error else { return false }
      return "\(error)".contains(mention)
    }
  }

  /// A constant on all logits of a picture changes no probability.
  @Test func constantsDoNotMatter() throws {
    let styled = try StyledSets((1...4).map { try StyleSamples.pictures(style: $0) })
    let margins = try [Float(0), -1_000, 1e6].map { constant in
      let suspect = Oracle { picture in
        // Steps of 1/8 survive the addition of 10⁶ in float32.
        (0..<3).map { constant + Float((Int(picture.pixels[0]) + 5 * $0) % 7) / 8 }
      }
      let clean = try cleanScores(suspect)
      return try StyleScores(of: suspect, on: styled, clean: clean).margins
    }
    #expect(margins[0] == margins[1] && margins[0] == margins[2])
  }

  /// +∞ is as sure as can be.
  @Test func certainAnswersCount() throws {
    let suspect = Oracle { picture in
      (0..<3).map { $0 == Int(picture.pixels[0]) ? .infinity : 0 }
    }
    #expect(try cleanScores(suspect).accuracy == 1)
  }

  /// −∞ for impossible classes is what a log of zero gives.
  @Test func infiniteAnswersAreCut() throws {
    let suspect = Oracle { picture in
      (0..<3).map { $0 == Int(picture.pixels[0]) ? 0 : -.infinity }
    }
    let clean = try cleanScores(suspect)
    #expect(clean.accuracy == 1)
    #expect(clean.temperature > 0 && clean.temperature.isFinite)
  }

  @Test func refusesASuspectThatTurnsToLabels() throws {
    let clean = try cleanScores(StyleSamples.model(margin: Self.margin))
    let styled = try StyledSets([StyleSamples.pictures(style: 1)])
    #expect(throws: VerificationError.self) {
      try StyleScores(
        of: StyleSamples.model(givesLabels: true) { _, _ in 1 },
        on: styled,
        clean: clean
      )
    }
  }

  @Test func refusesStylesOfOtherPictures() throws {
    let first = try StyleSamples.pictures(style: 1)
    for other in [
      try StyleSamples.pictures(style: 2, count: 5), try first.relabelled([1, 1, 2, 0, 1, 2]),
    ] {
      #expect(throws: VerificationError.self) { try StyledSets([first, other]) }
    }
  }

  @Test(arguments: [1, 130, 700])
  func aNetworkAnswersWithItsLogits(count: Int) throws {
    let classifier = try Samples.classifier()
    let pictures = try Samples.images(count).unlabelled
    let suspect = ClassifierSuspect(classifier, precision: .float32)
    guard case .logProbabilities(let found, let classCount) = try suspect.answers(to: pictures)
    else {
      Issue.record("a network gave labels")
      return
    }
    let expected: [Float] = try classifier.logits(of: pictures).elements()
    #expect(classCount == 10)
    #expect(found.count == expected.count)
    #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-4 })
    #expect(throws: VerificationError.self) {
      try suspect.answers(to: Samples.images(2, side: 16).unlabelled)
    }
  }
}
