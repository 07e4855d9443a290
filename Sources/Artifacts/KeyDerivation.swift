internal import Crypto
internal import Foundation

/// Derivation of secrets and public numbers from random bytes, by published standards.
public enum KeyDerivation {
  /// The length of keys, nonces and of everything that is derived, in bytes.
  public static let byteCount = 32

  /// Draws 32 bytes from the operating system's generator.
  public static func randomBytes() -> [UInt8] {
    SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
  }

  /// Derives 32 bytes with HKDF-SHA256 (RFC 5869).
  ///
  /// - Parameters:
  ///   - secret: The input keying material.
  ///   - salt: A value that need not be secret.
  ///   - info: What the result is for; other uses give unrelated bytes. `framed` makes one of fields.
  /// - Returns: 32 bytes.
  public static func derive(from secret: [UInt8], salt: [UInt8], info: [UInt8]) -> [UInt8] {
    HKDF<SHA256>.deriveKey(
      inputKeyMaterial: SymmetricKey(data: secret),
      salt: salt,
      info: info,
      outputByteCount: byteCount
    ).withUnsafeBytes { Array($0) }
  }

  /// Computes HMAC-SHA256 (RFC 2104), 32 bytes.
  public static func authenticate(_ message: [UInt8], key: [UInt8]) -> [UInt8] {
    Array(HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: key)))
  }

  /// Joins fields so that no two lists of fields give the same bytes.
  ///
  /// Each field is preceded by its length as a big-endian 64-bit number.
  public static func framed(_ fields: [[UInt8]]) -> [UInt8] {
    fields.flatMap { field in
      withUnsafeBytes(of: UInt64(field.count).bigEndian) { Array($0) } + field
    }
  }

  /// Joins texts, as UTF-8, so that no two lists of texts give the same bytes.
  public static func framed(_ fields: [String]) -> [UInt8] {
    framed(fields.map { Array($0.utf8) })
  }
}
