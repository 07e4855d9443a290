internal import Artifacts
internal import Foundation

/// What can be wrong with a suspect that runs elsewhere: a program or a service.
public enum SuspectError: Error, Sendable, Hashable, CustomStringConvertible {
  /// A program cannot be started.
  case cannotStart(program: String, reason: String)
  /// A program ended, or closed its streams, before it had answered.
  case ended(program: String, how: String, errors: String)
  /// Nothing was answered in time.
  case noAnswer(suspect: String, within: Duration, errors: String)
  /// What was answered is no answer; `said` is how it begins.
  case badAnswer(suspect: String, found: String, expected: String, said: String)
  /// An address is not that of a model on an inference server.
  case badAddress(url: String, reason: String)
  /// A server cannot be reached, or the connection broke.
  case unreachable(url: String, reason: String)
  /// A server answered with another status than 200.
  case refused(url: String, status: Int, said: String)
  /// A server's model takes something else than pictures, or does not say enough.
  case badModel(url: String, found: String, expected: String)

  /// The error in a sentence or two, with what to do.
  ///
  /// Texts from the suspect are cut and made fit for a terminal.
  public var description: String {
    switch self {
    case .cannotStart(let program, let reason):
      """
      cannot start '\(Self.short(program))': \(reason)
        Name an executable file, by its path or found through PATH; no shell reads the arguments.
      """
    case .ended(let program, let how, let errors):
      """
      '\(Self.short(program))' gave no answer: \(how)\(Self.line("it complained", errors))
        It must read a line, answer with a line, flush it, and read on until its input ends.
      """
    case .noAnswer(let suspect, let time, let errors):
      """
      '\(Self.short(suspect))' gave no answer within \(time)\(Self.line("it complained", errors))
        Does it flush its output? It is asked about many pictures at once, and has that long for them.
      """
    case .badAnswer(let suspect, let found, let expected, let said):
      """
      '\(Self.short(suspect))' does not answer the question: \(Self.short(found))
        expected \(expected)\(Self.line("it said", said))
      """
    case .badAddress(let url, let reason):
      """
      '\(Self.short(url))' is not the address of a model: \(reason)
        Expected http://host:port/v2/models/name, of a server with the Open Inference Protocol.
      """
    case .unreachable(let url, let reason):
      "cannot ask '\(Self.short(url))': \(Self.short(reason))\n  Is the server running, and its address right?"
    case .refused(let url, let status, let said):
      """
      '\(Self.short(url))' answered with status \(status), expected 200\(Self.line("it said", said))\
      \(Self.advice(on: status).map { "\n  \($0)" } ?? "")
      """
    case .badModel(let url, let found, let expected):
      """
      the model at '\(Self.short(url))' cannot be asked: it has \(Self.short(found))
        expected \(expected)
      """
    }
  }

  private static func short(_ text: String) -> String { text.printable(limit: 300) }

  private static func line(_ title: String, _ text: String) -> String {
    let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
    return text.isEmpty ? "" : "\n  \(title): \(short(text))"
  }

  private static func advice(on status: Int) -> String? {
    switch status {
    case 300..<400: "Redirections are not followed: name the address that they lead to."
    case 401, 403:
      """
      Put the Authorization header that the server wants into HALLMARK_AUTHORIZATION; in code, into the settings' \
      authorization.
      """
    case 404: "Is the model's name right, and the model loaded?"
    case 429, 503:
      "The server was asked again until patience ran out: try later, or with a longer --server-patience."
    default: nil
    }
  }
}
