import Artifacts
import Testing

@Suite struct KeyDerivationTests {
  private static func bytes(_ hexadecimal: String) -> [UInt8] {
    let digits = hexadecimal.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
  }

  /// RFC 5869, A.1 and A.3: the first 32 bytes of the output.
  @Test(arguments: [
    (
      "000102030405060708090a0b0c", "f0f1f2f3f4f5f6f7f8f9",
      "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
    ),
    ("", "", "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"),
  ])
  func derivesAsTheStandardSays(salt: String, info: String, expected: String) {
    let derived = KeyDerivation.derive(
      from: Array(repeating: 0x0B, count: 22),
      salt: Self.bytes(salt),
      info: Self.bytes(info)
    )
    #expect(derived == Self.bytes(expected))
  }

  /// RFC 4231, test case 2.
  @Test func authenticatesAsTheStandardSays() {
    let code = KeyDerivation.authenticate(
      Array("what do ya want for nothing?".utf8),
      key: Array("Jefe".utf8)
    )
    #expect(
      code
        == Self.bytes("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    )
  }

  @Test func fieldsCannotBeShifted() {
    #expect(KeyDerivation.framed(["ab", "c"]) != KeyDerivation.framed(["a", "bc"]))
    #expect(KeyDerivation.framed(["ab"]) != KeyDerivation.framed(["ab", ""]))
    #expect(KeyDerivation.framed(["a"]) == [0, 0, 0, 0, 0, 0, 0, 1, UInt8(ascii: "a")])
  }

  @Test func randomBytesDiffer() {
    let draws = (0..<100).map { _ in KeyDerivation.randomBytes() }
    #expect(Set(draws).count == 100)
    #expect(draws.allSatisfy { $0.count == KeyDerivation.byteCount })
  }
}
