import Datasets
import OwnershipVerification
import Stages
import Testing

@Suite struct RememberingSuspectTests {
  /// Answers with the number of questions so far.
  private final class Counter: OwnershipVerification.Suspect {
    private(set) var questions = 0

    func answers(to pictures: UnlabelledImages) throws -> Answers {
      questions += 1
      return .labels(Array(repeating: questions, count: pictures.count))
    }
  }

  @Test func onlyTheseAreAskedOnce() throws {
    func pictures(_ value: UInt8) throws -> UnlabelledImages {
      try UnlabelledImages(width: 1, height: 1, pixels: [value, 0, 0])
    }
    let counter = Counter()
    let suspect = RememberingSuspect(counter, of: try pictures(1))
    #expect(try suspect.answers(to: pictures(1)) == .labels([1]))
    #expect(try suspect.answers(to: pictures(1)) == .labels([1]))
    #expect(try suspect.answers(to: pictures(2)) == .labels([2]))
    #expect(try suspect.answers(to: pictures(2)) == .labels([3]))
    #expect(counter.questions == 3)
  }
}
