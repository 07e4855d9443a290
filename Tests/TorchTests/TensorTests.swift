import Foundation
import SafeTensors
import TestSupport
import Testing
import Torch

@Suite struct TensorTests {
  @Test func elementsComeBack() throws {
    #expect(try Tensor([Int8(-1), 0, 1], shape: [3]).elements(as: Int8.self) == [-1, 0, 1])
    #expect(
      try Tensor([1.5, .infinity], shape: [2, 1]).elements(as: Double.self) == [1.5, .infinity]
    )
    #expect(try Tensor([UInt8](), shape: [0, 3]).elements(as: UInt8.self) == [])
    #expect(try Tensor(repeating: 3, shape: [2], dtype: .int64).elements(as: Int64.self) == [3, 3])
    #expect(throws: TorchError.self) {
      try Tensor([Float(1)], shape: [1]).elements(as: Double.self)
    }
  }

  @Test func conversions() throws {
    let a = try Tensor([Float(1.00390625), -2], shape: [2])
    #expect(try a.to(.bfloat16).to(.float32).elements(as: Float.self) == [1, -2])
    #expect(try a.to(.float64).elements(as: Double.self) == [1.00390625, -2])
    #expect(a.device == .cpu)
    #expect(try a.to(.cpu).elements(as: Float.self) == a.elements(as: Float.self))
    #expect(throws: TorchError.self) { try a.to(Device("toaster")) }
    #expect(throws: TorchError.self) { try a.setDeviceInPlace(Device("toaster")) }
    #expect(throws: TorchError.self) {
      try Tensor([Float(1)], shape: [1], device: Device("toaster"))
    }
  }

  @Test func layoutsKeepValues() throws {
    let values = (0..<24).map(Float.init)
    let a = try Tensor(values, shape: [1, 2, 3, 4])
    let b = try a.channelsLast()
    #expect(!a.isChannelsLast)
    #expect(b.isChannelsLast)
    #expect(try b.elements(as: Float.self) == values)
    #expect(try !b.contiguous().isChannelsLast)
    try a.setChannelsLastInPlace()
    #expect(a.isChannelsLast)
    #expect(try a.elements(as: Float.self) == values)
    #expect(throws: TorchError.self) { try Tensor(values, shape: [24]).channelsLast() }
    #expect(throws: TorchError.self) { try Tensor(values, shape: [24]).setChannelsLastInPlace() }
  }

  @Test func copiesShareAndClonesDoNot() throws {
    let a = try Tensor([Float(1), 2], shape: [2])
    let (shared, own) = (a, try a.clone())
    try a.copyInPlace(from: Tensor([Float(3), 4], shape: [2]))
    #expect(try shared.elements(as: Float.self) == [3, 4])
    #expect(try own.elements(as: Float.self) == [1, 2])
    #expect(throws: TorchError.self) { try a.copyInPlace(from: Tensor([Float(1)], shape: [1])) }
  }

  @Test func generatorsRepeat() throws {
    let draw = { (seed: UInt64) in
      let generator = try Generator(seed: seed)
      return try generator.normal(shape: [100]).elements(as: Float.self)
        + generator.uniform(in: 2..<3, shape: [100]).elements(as: Float.self)
    }
    #expect(try draw(1) == draw(1))
    #expect(try draw(1) != draw(2))
    #expect(try draw(1).suffix(100).allSatisfy { (2..<3).contains($0) })
    #expect(throws: TorchError.self) { try Generator(seed: 1, device: Device("toaster")) }
    #expect(throws: TorchError.self) { try Generator(seed: 1).normal(shape: [-1]) }
    #expect(throws: TorchError.self) { try Generator(seed: 1).uniform(in: 0..<1, shape: [-1]) }
  }

  @Test(arguments: DType.allCases)
  func filesKeepEveryType(dtype: DType) throws {
    try withTemporaryDirectory { folder in
      let file = folder.appendingPathComponent("t.safetensors")
      let original = try Tensor(repeating: 1, shape: [2, 3], dtype: dtype)
      var writer = SafeTensorsWriter()
      writer.add("t", original)
      try writer.write(to: file)
      let loaded = try SafeTensorsFile(contentsOf: file).load("t")
      #expect(loaded.dtype == dtype)
      #expect(loaded.shape == [2, 3])
      #expect(try loaded.bytes() == original.bytes())
    }
  }

  @Test func threadsMustBePositive() {
    #expect(throws: TorchError.self) { try Runtime.setThreadCount(0) }
    #expect(throws: TorchError.self) { try Runtime.setThreadCount(1 << 40) }
    #expect(Runtime.version.hasPrefix("2.13"))
    #expect(Runtime.threadCount >= 1)
  }
}
