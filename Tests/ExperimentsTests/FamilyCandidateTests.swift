import Experiments
import Testing

struct FamilyCandidateTests {
  @Test(arguments: ["all-correlated-1.0", "paintings-independent-0.5", "all-correlated-1.0-0.5"])
  func namesComeBackAsTheyWere(name: String) throws {
    #expect(try #require(FamilyCandidate(name)).description == name)
  }

  @Test func fullStrengthIsNotNamed() throws {
    #expect(FamilyCandidate("all-correlated-1.0-1")?.description == "all-correlated-1.0")
  }

  @Test(arguments: ["all-correlated-1.0-0", "all-correlated-1.0-1.5", "all-correlated", "x-y-1"])
  func refusesWhatIsNoCandidate(name: String) {
    #expect(FamilyCandidate(name) == nil)
  }
}
