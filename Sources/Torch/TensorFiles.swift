public import SafeTensors

extension DType {
  /// The type as safetensors files name it.
  var fileType: SafeTensorsDataType {
    switch self {
    case .uint8: .uint8
    case .int8: .int8
    case .int64: .int64
    case .float16: .float16
    case .float32: .float32
    case .float64: .float64
    case .bool: .bool
    case .bfloat16: .bfloat16
    }
  }
}

extension SafeTensorsFile {
  /// Reads a tensor of a file that has been checked.
  ///
  /// - Parameters:
  ///   - name: The tensor's name in the file.
  ///   - device: Where the tensor shall live.
  /// - Returns: The tensor.
  /// - Throws: `SafeTensorsError` if there is no such tensor or it cannot be read; `TorchError` if
  ///   its type is none that Hallmark computes with.
  public func load(_ name: String, to device: Device = .cpu) throws -> Tensor {
    let entry = try tensor(named: name)
    guard let dtype = DType.allCases.first(where: { $0.fileType == entry.dataType }) else {
      throw TorchError(
        "'\(path)': tensor '\(name)' has type \(entry.dataType), which is not used here"
      )
    }
    return try withBytes(of: name) { bytes in
      try Tensor(bytes: bytes, dtype: dtype, shape: entry.shape, device: device)
    }
  }
}

extension SafeTensorsWriter {
  /// Adds a tensor, whose values are fetched from its device when the file is written.
  public mutating func add(_ name: String, _ tensor: Tensor) {
    add(name, tensor.dtype.fileType, shape: tensor.shape) { take in
      try tensor.bytes().withUnsafeBytes(take)
    }
  }
}
