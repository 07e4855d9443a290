import Foundation
import SafeTensors
import TestSupport
import Testing

@Suite struct MutationTests {
  /// SplitMix64; a run that fails can be repeated.
  private struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
  }

  /// Whatever happens to a file, it is refused or its tensors fill its data exactly.
  @Test(arguments: 0..<4)
  func damagedFilesAreRefusedOrConsistent(part: Int) throws {
    try withTemporaryDirectory { folder in
      let url = folder.appendingPathComponent("damaged.safetensors")
      try writeSample(to: url)
      let sample = try [UInt8](Data(contentsOf: url))
      var refused = 0
      for seed in part * 500..<(part + 1) * 500 {
        var generator = Generator(state: UInt64(seed))
        let damaged = mutate(sample, with: &generator)
        try Data(damaged).write(to: url)
        do {
          let file = try SafeTensorsFile(contentsOf: url)
          try checkConsistency(of: file, fileBytes: damaged.count)
        } catch is SafeTensorsError {
          refused += 1
        }
      }
      // Both outcomes must occur, or the damage is too small or too great to test anything.
      #expect((100..<500).contains(refused))
    }
  }

  private func writeSample(to url: URL) throws {
    var writer = SafeTensorsWriter(metadata: ["format": "pt", "é": "\n"])
    writer.add("conv.weight", .float32, shape: [2, 3, 1, 1], bytes: Array(repeating: 1, count: 24))
    writer.add("conv.bias", .float16, shape: [2], bytes: [1, 2, 3, 4])
    writer.add("empty", .int64, shape: [0, 4], bytes: [])
    writer.add("scalar", .uint8, shape: [], bytes: [5])
    try writer.write(to: url)
  }

  private func mutate(_ sample: [UInt8], with generator: inout Generator) -> [UInt8] {
    var bytes = sample
    for _ in 0..<Int.random(in: 1...3, using: &generator) where !bytes.isEmpty {
      let place = Int.random(in: 0..<bytes.count, using: &generator)
      switch Int.random(in: 0..<6, using: &generator) {
      case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
      case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      case 2: bytes.remove(at: place)
      case 3: bytes.insert(bytes[bytes.count - 1 - place], at: place)
      case 4:
        bytes[place] = Array("0123456789-.eE{}[]\",:\\ ".utf8).randomElement(using: &generator) ?? 0
      default: bytes.removeSubrange(place..<min(bytes.count, place + 3))
      }
    }
    return bytes
  }

  private func checkConsistency(of file: SafeTensorsFile, fileBytes: Int) throws {
    var end = 0
    for entry in file.entries {
      #expect(entry.byteRange.lowerBound == end)
      let elements = entry.shape.reduce(1, *)
      #expect(entry.byteCount == elements * entry.dataType.elementSize)
      #expect(try file.withBytes(of: entry.name) { $0.count } == entry.byteCount)
      end = entry.byteRange.upperBound
    }
    #expect(end <= fileBytes)
  }
}
