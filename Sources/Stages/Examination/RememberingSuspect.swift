package import Datasets
package import OwnershipVerification

/// A suspect that is asked about some pictures once, however many tests want to know: services charge for answers,
/// and may give others the next time.
package final class RememberingSuspect: Suspect {
  private let suspect: any Suspect
  private let pictures: UnlabelledImages
  private var known: Answers?

  /// Remembers a suspect's answers to some pictures.
  package init(_ suspect: any Suspect, of pictures: UnlabelledImages) {
    self.suspect = suspect
    self.pictures = pictures
  }

  package func answers(to pictures: UnlabelledImages) throws -> Answers {
    guard pictures == self.pictures else { return try suspect.answers(to: pictures) }
    if let known { return known }
    let answers = try suspect.answers(to: pictures)
    known = answers
    return answers
  }
}
