import Artifacts
import OwnershipVerification
import Stages
import Testing

/// Reports of models that Hallmark's own tests were put to.
@Suite struct ReportOfRulingsTests {
  private func page(_ suspects: [Suspect]) throws -> (page: ReportPage, text: String) {
    let page = try ReportPage(report(suspects).html())
    return (page, page.text)
  }

  private func ruled(_ role: EvidenceReport.Role, _ name: String, below: Int) throws -> Suspect {
    suspect(role, named: name, accused: true, findings: try findings(named: name, below: below))
  }

  @Test func theVerdictIsHallmarksAndTheCautionThePublishedTests() throws {
    let (_, text) = try page([
      ruled(.stolen(attack: "copy"), "copy", below: 0),
      ruled(.stolen(attack: "label-query"), "student", below: 300),
      ruled(.innocent, "one", below: 500), ruled(.innocent, "another", below: 700),
    ])
    #expect(
      text.contains(
        "Hallmark accuses 1 of 2 stolen models; it does not accuse any of the 2 innocent models."
      )
    )
    #expect(text.contains("The published test accuses 2 of 2 innocent models in this report"))
    #expect(text.contains("What Hallmark’s verdict rests on."))
    #expect(text.contains("Its rank among 999 further draws"))
  }

  /// What is unknown is how often the published test is wrong, not Hallmark's.
  @Test(arguments: [
    ([], "No innocent model was tested here"), ([500], "The only innocent model in this report"),
    ([500, 700], "None of the 2 innocent models"),
  ])
  func theCautionNamesThePublishedTest(innocents: [Int], beginning: String) throws {
    let models = try innocents.map { below in
      suspect(.innocent, accused: false, findings: try findings(below: below))
    }
    let (_, text) = try page([ruled(.stolen(attack: "copy"), "copy", below: 0)] + models)
    #expect(text.contains(beginning))
    #expect(text.contains("how often the published test is wrong: in earlier trials"))
  }

  @Test func aDemonstrationSaysThatItProvesNothing() throws {
    var demonstration = report([try ruled(.stolen(attack: "copy"), "copy", below: 0)])
    #expect(try !ReportPage(demonstration.html()).text.contains("proves nothing"))
    demonstration.isDemonstration = true
    #expect(try ReportPage(demonstration.html()).text.contains("proves nothing"))
  }

  /// The first two must be called wrong, the others not.
  @Test(arguments: [
    (EvidenceReport.Role.innocent, 0, "stolen, wrongly"),
    (.stolen(attack: "copy"), 300, "not shown, missed"), (.stolen(attack: "copy"), 0, "stolen"),
    (.innocent, 300, "not shown"), (.unknown, 0, "stolen"), (.unknown, 300, "not shown"),
  ])
  func onlyWrongOutcomesAreCalledWrong(
    role: EvidenceReport.Role,
    below: Int,
    answer: String
  ) throws {
    let (_, text) = try page([ruled(role, "a model", below: below)])
    #expect(text.contains("Hallmark says \(answer) Δμ"), "\(text)")
  }

  @Test func aSuspectThatCannotBeJudgedIsNotAccused() throws {
    let few = suspect(.unknown, named: "few", findings: try findings(below: 300, pictures: 5))
    let (_, text) = try page([few])
    #expect(text.contains("Hallmark does not accuse “few”."))
    #expect(text.contains("cannot tell"))
    #expect(!text.contains("missed"))
  }

  /// Every decoy and the secret style are drawn, and what they mean is said.
  @Test func everyStyleIsInTheChart() throws {
    let found = try findings(below: 0, decoys: 99)
    let (page, text) = try page([suspect(.stolen(attack: "copy"), findings: found)])
    #expect(page.elements("circle", class: "draw").count == 99 + 3)
    #expect(page.elements("use", class: "stolen").count >= 1)
    #expect(text.contains("p = 0.010 cannot tell"))
    #expect(text.contains("its leads on 99 random styles"))
    // 99 decoys allow no verdict at α = 0.01 and a first registration: nothing is tinted.
    #expect(page.elements("rect", class: "zone").isEmpty)
    let enough = try ReportPage(report([ruled(.unknown, "s", below: 0)]).html())
    #expect(!enough.elements("rect", class: "zone").isEmpty)
  }

  @Test func withoutFindingsThePageIsThePublishedTestsAlone() throws {
    let (_, text) = try page([suspect(.innocent, accused: true)])
    #expect(text.contains("The published test accuses the innocent model."))
    #expect(!text.contains("Hallmark says"))
    #expect(!text.contains("The secret style among random ones."))
  }
}
