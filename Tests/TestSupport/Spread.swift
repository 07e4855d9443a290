/// Returns numbers in [-1, 1) from an integer hash (the finaliser of MurmurHash3), as the scripts that make
/// golden values compute them.
public func spread(_ count: Int, phase: Int) -> [Float] {
  (0..<count).map { index in
    var h = UInt32(truncatingIfNeeded: index + phase * 1_000_003) &* 0x9E37_79B1
    h = (h ^ (h >> 16)) &* 0x85EB_CA6B
    h = (h ^ (h >> 13)) &* 0xC2B2_AE35
    h ^= h >> 16
    return Float(h >> 8) / 0x1p23 - 1
  }
}
