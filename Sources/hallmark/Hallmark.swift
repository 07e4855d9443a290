import ArgumentParser
import Artifacts

@main
struct Hallmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hallmark",
    abstract: "Prove that an image classifier was stolen.",
    discussion: """
      The owner repaints a few training pictures in a secret style, trains on them, and can later \
      show that a suspect learned what only the marked pictures could teach (Li et al., AAAI 2022).

      The verbs in the order of use: the owner's commit, register, embed, train and claim; the \
      examiner's examine and verify. 'demo' goes the whole way on generated pictures in a few minutes:

        hallmark demo
      """,
    version: hallmarkVersion,
    subcommands: [
      CommitCommand.self, RegisterCommand.self, EmbedCommand.self, TrainCommand.self,
      ClaimCommand.self,
      ExamineCommand.self, VerifyCommand.self,
      StealCommand.self, HideCommand.self, ReproduceCommand.self, InspectCommand.self,
      DemoCommand.self,
    ]
  )
}
