import Foundation
import TestSupport
import Testing

@Suite struct HelpTests {
  static let verbs = [
    "commit", "register", "embed", "train", "claim", "examine", "verify", "steal", "hide",
    "inspect", "demo",
  ]

  @Test func listsEveryVerb() throws {
    try withTemporaryDirectory { folder in
      let help = try Command.run(["--help"], in: folder)
      #expect(help.status == 0)
      #expect(help.output.hasPrefix("OVERVIEW: Prove that an image classifier was stolen.\n"))
      for verb in Self.verbs {
        #expect(help.output.contains("\n  \(verb) "))
      }
      #expect(try Command.run(["--version"], in: folder).output == "0.1.0\n")
    }
  }

  @Test(arguments: verbs)
  func everyVerbShowsAnExample(verb: String) throws {
    try withTemporaryDirectory { folder in
      let help = try Command.run(["help", verb], in: folder)
      #expect(help.status == 0)
      #expect(
        help.output.contains("\n  hallmark \(verb) ") || help.output.contains("hallmark \(verb)\n")
      )
    }
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func completesItself(shell: String) throws {
    try withTemporaryDirectory { folder in
      let script = try Command.run(["--generate-completion-script", shell], in: folder)
      #expect(script.status == 0)
      #expect(script.output.contains("label-query"))
    }
  }

  /// Bad options end with usage and status 64, before anything is computed.
  @Test(arguments: [
    (["train", "--output", "x", "--epochs", "0"], "epochs is 0, expected 1 to 100,000"),
    (["train", "--output", "x", "--architecture", "resnet-50"], "--architecture"),
    (["train", "--output", "x", "--threads", "0"], "--threads takes a number from 1 to 1024"),
    (["train", "--output", "x", "--device", "tpu"], "--device takes 'cpu', 'cuda' or 'cuda:N'"),
    (
      ["train", "--output", "x", "--train-count", "1"],
      "--train-count takes a number from 2 to 100,000,000, not 1."
    ),
    (["train"], "Missing expected argument '--output"),
    (["embed", "--output", "x", "--rate", "0"], "--transformation-rate takes a number above 0"),
    (["embed", "--output", "x", "--strength", "2"], "--strength takes a number above 0"),
    (["demo", "--preset", "huge"], "'huge' is invalid for '--preset"),
    (["steal", "--attack", "magic", "--victim", "v", "--output", "x"], "'magic' is invalid"),
    (
      ["embed", "--output", "x", "--style", "a", "--registration", "b"],
      "--style and --registration exclude each other"
    ),
    (
      ["reproduce", "evidence", "--output", "o", "--decoys", "0"],
      "the number of decoys is 0, expected 39 to 100000"
    ),
    (
      [
        "commit", "--owner", "A", "--subject", "b", "--beacon-source", "c", "--beacon-date",
        "2020-01-01T00:00:00Z", "--output", "x",
      ], "the beacon is of 2020-01-01T00:00:00Z"
    ),
    (
      [
        "commit", "--owner", "A", "--subject", "b", "--beacon-source", "c", "--keys", "0",
        "--output", "x",
      ],
      "number of keys is 0, allowed is 1 to 64"
    ),
    (
      ["register", "--key", "k", "--beacon", "0123456789", "--beacon-date", "today"],
      "a date is 'today', allowed is one like 2026-11-24T11:08:55Z"
    ),
    (
      ["train", "--output", "x", "--architecture", "vgg-19-bn", "--dropout", "0.3"],
      "--dropout goes with wide residual networks only, not vgg-19-bn"
    ),
    (
      ["steal", "--attack", "copy", "--victim", "v", "--output", "x", "--seed", "3"],
      "--seed goes with --attack"
    ),
    (["train", "--output", "x", "--dropout", "1"], "--dropout takes a number from 0 to below 1"),
    (
      ["claim", "--victim", "v", "--benign", "b", "--marked", "m", "--output", "x", "--m", "1"],
      "m is 1, expected 2 or more"
    ),
    (["examine", "--claim", "c", "--output", "x", "--m", "0"], "m is 0, expected 1 to 100000"),
    (
      ["verify", "--claim", "c", "--report", "r", "s"], "--report goes with --examination"
    ),
    (
      ["reproduce", "evidence", "--output", "o", "--rounds", "10"],
      "--rounds takes a number from 50 to 5,000,000, not 10."
    ),
    (
      ["reproduce", "style-family", "--output", "o", "--families", "all-1.0"],
      "'all-1.0' is invalid"
    ),
    (
      ["reproduce", "style-family", "--output", "o", "--rate", "0"],
      "the share of marked pictures is 0.0, expected above 0 and at most 1"
    ),
    (
      ["reproduce", "style-family", "--output", "o", "--key-count", "65"],
      "the number of keys of a victim is 65, expected 1 to 64"
    ),
    (
      ["verify", "--claim", "c", "--pixel-scale", "unit", "a.safetensors"],
      "--pixel-scale goes with --suspect-url only."
    ),
    (
      ["verify", "--claim", "c", "--answer-timeout", "9", "a.safetensors"],
      "--answer-timeout goes with --suspect-program and --suspect-url only."
    ),
    (
      ["verify", "--claim", "c", "--answer-batch", "0", "--suspect-url", "http://h/v2/models/m"],
      "--answer-batch takes a number from 1 to 65536, not 0."
    ),
    (
      ["verify", "--claim", "c", "--chosen-among", "3", "a.safetensors"],
      "--chosen-among goes with --examination."
    ),
    (
      ["verify", "--claim", "c", "--examination", "e", "--chosen-among", "0", "a.safetensors"],
      "--chosen-among takes a number from 1 to 1,000,000, not 0."
    ),
    (["verify", "--claim", "c"], "Name a suspect: a model file, --suspect-program or"),
    (
      ["verify", "--claim", "c", "--suspect-url", "http://h/v2/models/m"],
      "go with --examination"
    ),
    (["steel"], "Unexpected argument 'steel'"),
  ])
  func badOptionsAreUsage(arguments: [String], message: String) throws {
    try withTemporaryDirectory { folder in
      let command = try Command.run(arguments, in: folder)
      #expect(command.status == 64)
      #expect(command.errors.contains(message), "\(command.errors)")
      #expect(command.output.isEmpty)
    }
  }

  /// What cannot be done ends with status 1 and says what to do.
  @Test(arguments: [
    (
      ["train", "--output", "x", "--dataset", "nowhere"],
      "Error: cannot use 'nowhere' as a data set: there is no such folder"
    ),
    (
      ["train", "--output", "x", "--dataset", "shapes:4"],
      "cannot use 'shapes:4' as a data set: a side is a number from 8 to 4096"
    ),
    (
      ["train", "--output", "x", "--dataset", "shapes:16", "--architecture", "resnet-18"],
      "pictures of 16x16 are too small for resnet-18, which needs 32x32"
    ),
    (
      ["train", "--output", "x", "--dataset", "shapes:16", "--picture-size", "8"],
      "--picture-size is 8, expected none for shapes 16x16: only pictures in folders are cropped"
    ),
    (["inspect", "nowhere.safetensors"], "nowhere.safetensors"),
    (
      ["reproduce", "evidence", "--output", "o", "--seeds", "18446744073709551615"],
      "a victim's seed is 18446744073709551615, expected 0 to 9"
    ),
    (
      ["reproduce", "evidence", "--output", "o", "--only", "copi"],
      "--only is 'copi', expected a part of one of these names:\n  victim\n  copy\n"
    ),
    (
      ["reproduce", "evidence", "--output", "o", "--parts", "curves", "--only", "copy"],
      "--only is 'copy', expected a part of one of these names:\n  1-keys-2-percent\n"
    ),
    (
      ["reproduce", "attacks", "--output", "o", "--groups", "hiding", "--only", "copy"],
      "--only is 'copy', expected a part of one of these names:\n  magnitude-pruning 30 %\n"
    ),
    (["verify", "--claim", "nowhere", "x.safetensors"], "manifest.json"),
    (["embed", "--output", "x", "--style", "nowhere.png"], "cannot open"),
    (
      [
        "register", "--key", "nowhere", "--beacon", "12345678", "--beacon-date",
        "2026-12-01T00:00:00Z",
      ], "commitment.json"
    ),
    (["train", "--output", "x", "--device", "cuda"], "this libtorch finds no CUDA device"),
  ])
  func failuresAreExplained(arguments: [String], message: String) throws {
    try withTemporaryDirectory { folder in
      let command = try Command.run(arguments, in: folder)
      #expect(command.status == 1)
      #expect(command.errors.contains("Error: "))
      #expect(command.errors.contains(message), "\(command.errors)")
      #expect(command.output.isEmpty)
    }
  }
}
