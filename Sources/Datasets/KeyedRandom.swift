#if canImport(Glibc)
  import Glibc
#endif

/// Random numbers that are a pure function of a key, so that a killed run resumes bit-identically.
///
/// The generator is SplitMix64 (Steele, Lea and Flood, OOPSLA 2014). Keys such as
/// (seed, epoch, sample) are folded into its state one by one through the generator's own
/// finaliser, so keys that differ in one bit give unrelated streams.
public struct KeyedRandom: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// Creates the stream that belongs to a key.
  ///
  /// - Parameter key: Any numbers that name the use, for example seed, epoch and sample index. The
  ///   order counts.
  public init(_ key: UInt64...) {
    state = 0x9E37_79B9_7F4A_7C15
    for part in key {
      state = KeyedRandom.finalise(state ^ part) &+ 0x9E37_79B9_7F4A_7C15
    }
  }

  /// Creates the stream that belongs to a purpose and a key.
  ///
  /// Uses that share a seed, such as shuffling and cropping, stay unrelated by their purpose. The
  /// purpose enters the key as its 64-bit FNV-1a hash.
  public init(_ purpose: StaticString, _ key: UInt64...) {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    purpose.withUTF8Buffer { bytes in
      for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    }
    state = KeyedRandom.finalise(0x9E37_79B9_7F4A_7C15 ^ hash) &+ 0x9E37_79B9_7F4A_7C15
    for part in key {
      state = KeyedRandom.finalise(state ^ part) &+ 0x9E37_79B9_7F4A_7C15
    }
  }

  /// Returns the next 64 random bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return KeyedRandom.finalise(state)
  }

  /// Returns a number in [0, 1) with 53 random bits.
  public mutating func uniform() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// Returns a number in the given range, uniformly.
  public mutating func uniform(in range: ClosedRange<Double>) -> Double {
    range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
  }

  private static func finalise(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

extension KeyedRandom {
  /// Returns `0..<count` in random order (Fisher–Yates).
  ///
  /// Written out because the order that the standard library's `shuffled(using:)` gives for a
  /// generator may change between Swift versions.
  public mutating func permutation(of count: Int) -> [Int] {
    var order = Array(0..<count)
    for i in stride(from: count - 1, to: 0, by: -1) {
      order.swapAt(i, index(below: i + 1))
    }
    return order
  }

  /// Returns an integer in `0..<bound`, uniformly (Lemire's multiplication method).
  ///
  /// `bound` must be positive.
  public mutating func index(below bound: Int) -> Int {
    precondition(bound > 0)
    let range = UInt64(bound)
    var product = next().multipliedFullWidth(by: range)
    if product.low < range {
      let threshold = (0 &- range) % range
      while product.low < threshold {
        product = next().multipliedFullWidth(by: range)
      }
    }
    return Int(product.high)
  }

  /// Returns a standard normal number (Box–Muller, one of the pair).
  public mutating func normal() -> Double {
    let radius = (-2 * log(1 - uniform())).squareRoot()
    return radius * cos(2 * .pi * uniform())
  }
}
