internal import Artifacts
internal import Foundation

/// Standard normal numbers that are a function of 32 secret bytes.
///
/// A 64-bit seed could be searched by whoever has seen the style. Here block j is
/// HMAC-SHA256(seed, "hallmark style draw v1" ‖ j), j = 0, 1, … as a big-endian 64-bit number. Its bytes
/// are four big-endian 64-bit numbers; of each the upper 53 bits make u = (bits + 1) · 2⁻⁵³ in (0, 1].
/// Of each pair (u, v) come two numbers (Box and Muller, Ann. Math. Statist. 29, 1958):
/// √(−2 ln u) cos 2πv, then √(−2 ln u) sin 2πv, in double precision. Mathematics libraries may differ in
/// the last bit, which the rounding of styles to single precision hides.
struct SeededNormals {
  private let seed: [UInt8]
  private var block: UInt64 = 0
  private var ready: [Double] = []

  init(seed: [UInt8]) throws(FeatureEmbeddingError) {
    guard seed.count == KeyDerivation.byteCount else {
      throw .invalidSetting(
        name: "seed",
        value: "\(seed.count) bytes",
        allowed: "\(KeyDerivation.byteCount) bytes"
      )
    }
    self.seed = seed
  }

  mutating func next() -> Double {
    if ready.isEmpty { ready = nextBlock().reversed() }
    return ready.removeLast()
  }

  private mutating func nextBlock() -> [Double] {
    let counter = withUnsafeBytes(of: block.bigEndian) { Array($0) }
    block += 1
    let bytes = KeyDerivation.authenticate(SeededNormals.domain + counter, key: seed)
    let uniforms = stride(from: 0, to: 32, by: 8).map { start in
      let bits = bytes[start..<start + 8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      return Double((bits >> 11) + 1) * 0x1p-53
    }
    return [(uniforms[0], uniforms[1]), (uniforms[2], uniforms[3])].flatMap { u, v in
      let radius = (-2 * log(u)).squareRoot()
      return [radius * cos(2 * .pi * v), radius * sin(2 * .pi * v)]
    }
  }

  private static let domain = Array("hallmark style draw v1".utf8)
}
