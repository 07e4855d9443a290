public import Torch

/// The number format of training: convolutions and products only, sums and losses stay float32.
public enum Precision: String, Sendable, Hashable, Codable, CaseIterable {
  /// bfloat16 where the hardware multiplies it, else float32.
  case auto
  /// Single precision throughout; on CUDA, libtorch's convolutions may round factors to TF32.
  case float32
  /// bfloat16 autocast; slow where the hardware does not multiply it.
  case bfloat16

  /// The type that convolutions are computed in on a device.
  public func computeType(on device: Device) -> DType {
    switch self {
    case .auto: device == .cpu && !Runtime.cpuHasBFloat16 ? .float32 : .bfloat16
    case .float32: .float32
    case .bfloat16: .bfloat16
    }
  }
}
