/// One tensor of a safetensors file: everything but its bytes.
public struct SafeTensorsEntry: Hashable, Sendable {
  /// The tensor's name.
  public let name: String
  /// The type of its elements, stored little-endian.
  public let dataType: SafeTensorsDataType
  /// Its sizes, at most `SafeTensorsFile.dimensionLimit` of them; empty for a single number.
  public let shape: [Int]
  /// Where its bytes lie, counted from the end of the header.
  public let byteRange: Range<Int>

  /// The bytes it takes: the product of the shape times the element size.
  public var byteCount: Int { byteRange.count }
}

extension SafeTensorsEntry {
  /// The bytes that a tensor takes; nil if the shape cannot be that of a tensor in memory.
  ///
  /// Sizes of zero count as one in the check, because programs compute strides that way.
  static func byteCount(_ dataType: SafeTensorsDataType, _ shape: [Int]) -> Int? {
    var bound = dataType.elementSize
    for size in shape {
      let (product, overflow) = bound.multipliedReportingOverflow(by: max(size, 1))
      guard size >= 0, !overflow else { return nil }
      bound = product
    }
    return shape.contains(0) ? 0 : bound
  }
}
