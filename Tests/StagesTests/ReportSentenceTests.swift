import Stages
import Testing

/// The sentences about accusations follow from the rows, whatever the rows are.
struct ReportSentenceTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var unknown: [Bool] = []
    var stolen: [Bool] = []
    var innocent: [Bool] = []
    let verdict: String
    var testDescription: String { verdict }

    var suspects: [Suspect] {
      unknown.map { suspect(.unknown, named: "file.safetensors", accused: $0) }
        + stolen.map { suspect(.stolen(attack: "distillation"), accused: $0) }
        + innocent.map { suspect(.innocent, accused: $0) }
    }
  }

  @Test(arguments: [
    Case(
      stolen: [true, true],
      innocent: [true],
      verdict: "The published test accuses both stolen models, and also the innocent model."
    ),
    Case(
      stolen: [true, true, true],
      innocent: [true, false],
      verdict: "The published test accuses all 3 stolen models, and also 1 of 2 innocent models."
    ),
    Case(
      stolen: [true, false, true],
      innocent: [false, false],
      verdict: "The published test accuses 2 of 3 stolen models; it does not accuse any of the 2 "
        + "innocent models."
    ),
    Case(
      stolen: [false],
      innocent: [false],
      verdict: "The published test does not accuse the stolen model or the innocent model."
    ),
    Case(
      stolen: [false],
      innocent: [true],
      verdict: "The published test accuses the innocent model; it does not accuse the stolen model."
    ),
    Case(unknown: [true], verdict: "The published test accuses “file.safetensors”."),
    Case(unknown: [false], verdict: "The published test does not accuse “file.safetensors”."),
    Case(
      unknown: [true],
      innocent: [true, true, true],
      verdict: "The published test accuses “file.safetensors”, and also all 3 innocent models."
    ),
    Case(
      unknown: [true, false, false],
      stolen: [true],
      verdict: "The published test accuses 1 of 3 suspects and the stolen model."
    ),
    Case(innocent: [true], verdict: "The published test accuses the innocent model."),
    Case(verdict: "No model was tested: this report shows the mark only."),
  ])
  func verdictFollowsFromTheRows(_ example: Case) throws {
    let report = report(example.suspects)
    #expect(report.verdict == example.verdict)
    let page = try ReportPage(report.html())
    #expect(page.text.contains(example.verdict))
  }

  @Test(arguments: [
    (
      [true, false, true],
      "The published test accuses 2 of 3 innocent models in this report; it cannot tell a thief "
        + "from any third network. Do not accuse anybody on the published test alone."
    ),
    (
      [true],
      "The published test accuses the only innocent model in this report; it cannot tell a thief "
        + "from any third network. Do not accuse anybody on the published test alone."
    ),
    (
      [false, false], "None of the 2 innocent models in this report is accused, but one run proves"
    ),
    ([false], "The only innocent model in this report is not accused, but one run proves nothing"),
    (
      [],
      "No innocent model was tested here, so this report cannot show how often the published test is"
    ),
  ])
  func cautionFollowsFromTheInnocents(_ innocents: [Bool], _ beginning: String) throws {
    let suspects = innocents.map { suspect(.innocent, accused: $0) }
    let report = report([suspect(.stolen(attack: "copy"), accused: true)] + suspects)
    let caution = try #require(report.caution)
    #expect(caution.hasPrefix(beginning))
    #expect(caution.hasSuffix("Do not accuse anybody on the published test alone."))
    #expect(
      caution.contains("17 innocent CIFAR-10 models it accused all") == !innocents.contains(true)
    )
    #expect(try ReportPage(report.html()).elements("p", class: "caution").count == 1)
  }

  @Test func untestedModelsNeedNoCaution() throws {
    let report = report([suspect(.unknown), suspect(.innocent)])
    #expect(report.caution == nil)
    #expect(try ReportPage(report.html()).elements("p", class: "caution").isEmpty)
  }

  @Test func controlsAreNotCountedUnlessTheBenignModelIsAccused() throws {
    let controls = [suspect(.victim, accused: true), suspect(.benign, accused: false)]
    #expect(report(controls).verdict.hasPrefix("Only control models were tested"))
    #expect(report(controls).caution?.hasPrefix("No innocent model was tested") == true)
    let accused = report([suspect(.benign, accused: true)])
    #expect(accused.caution?.hasPrefix("The published test accuses the only innocent") == true)
  }

  @Test func namesInTheVerdictCannotSteerATerminal() {
    let name = "\u{1B}[2Jmodel\u{202E}\n"
    let verdict = report([suspect(.unknown, named: name, accused: true)]).verdict
    #expect(verdict == "The published test accuses “⟨U+1B⟩[2Jmodel⟨U+202E⟩ ”.")
  }

  @Test(arguments: [
    (0.47, 0.51, "the highest innocent score is 0.04 below the lowest stolen one, and 1 innocent"),
    (0.53, 0.51, "the ranges overlap, so Δμ cannot tell them apart"),
  ])
  func scoresAreCompared(_ innocent: Double, _ stolen: Double, _ sentence: String) throws {
    let suspects = [
      suspect(.innocent, accused: true, differenceOfMeans: innocent),
      suspect(.stolen(attack: "copy"), accused: true, differenceOfMeans: 0.98),
      suspect(.stolen(attack: "label-query"), accused: true, differenceOfMeans: stolen),
    ]
    let text = try ReportPage(report(suspects).html()).text
    #expect(text.contains("stolen ones 0.51 to 0.98: \(sentence)"))
  }

  @Test(arguments: [(0.52, "That difference is the mark"), (0.81, "the mark does not show")])
  func theMarkIsOnlyClaimedWhereItShows(_ innocentAccuracy: Double, _ sentence: String) throws {
    let suspects = [
      suspect(.innocent, clean: 0.89, marked: innocentAccuracy),
      suspect(.stolen(attack: "copy"), clean: 0.89, marked: 0.80),
    ]
    #expect(try ReportPage(report(suspects).html()).text.contains(sentence))
  }
}
