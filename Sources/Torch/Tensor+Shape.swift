import CTorchShim

extension Tensor {
  /// Returns the same elements in another shape; one size may be -1, which means "the rest".
  public func reshaped(to shape: [Int]) throws(TorchError) -> Tensor {
    try tensor { ts_reshape(pointer, shape.int64, Int32(shape.count), $0) }
  }

  /// Returns a view with its dimensions in another order.
  public func permuted(_ order: [Int]) throws(TorchError) -> Tensor {
    try tensor { ts_permute(pointer, order.int64, Int32(order.count), $0) }
  }

  /// Returns a view of a range along one dimension.
  public func narrowed(_ dimension: Int, to range: Range<Int>) throws(TorchError) -> Tensor {
    try tensor {
      ts_narrow(pointer, Int64(dimension), Int64(range.lowerBound), Int64(range.count), $0)
    }
  }

  /// Returns a view of every `step`-th element of a range along one dimension.
  public func narrowed(
    _ dimension: Int,
    to range: Range<Int>,
    by step: Int
  ) throws(TorchError) -> Tensor {
    try tensor {
      ts_slice(
        pointer,
        Int64(dimension),
        Int64(range.lowerBound),
        Int64(range.upperBound),
        Int64(step),
        $0
      )
    }
  }

  /// Returns a view of a range of the first dimension.
  public subscript(range: Range<Int>) -> Tensor {
    get throws(TorchError) { try narrowed(0, to: range) }
  }

  /// Returns the slices at some places along one dimension.
  public func selecting(_ indices: [Int], along dimension: Int = 0) throws(TorchError) -> Tensor {
    let index = try Tensor(indices.int64, shape: [indices.count], device: device)
    return try tensor { ts_index_select(pointer, Int64(dimension), index.pointer, $0) }
  }

  /// Returns one element of each row: the one at the row's column index.
  ///
  /// - Parameter columns: int64, shape `[N]` for a tensor of shape `[N, C]`.
  /// - Returns: Shape `[N]`.
  /// - Throws: `TorchError` if an index is outside of its row.
  public func picking(columns: Tensor) throws(TorchError) -> Tensor {
    try tensor { ts_pick_column(pointer, columns.pointer, $0) }
  }

  /// Returns tensors joined along one dimension.
  public static func concatenating(
    _ tensors: [Tensor],
    along dimension: Int = 0
  ) throws(TorchError) -> Tensor {
    let pointers: [OpaquePointer?] = tensors.map(\.pointer)
    return try withExtendedLifetime(tensors) { () throws(TorchError) in
      try tensor { ts_concatenate(pointers, Int32(pointers.count), Int64(dimension), $0) }
    }
  }

  /// Returns pictures with each pixel repeated `scale` times in both directions.
  public func upsampledNearest(by scale: Int) throws(TorchError) -> Tensor {
    try tensor { ts_upsample_nearest(pointer, Int64(scale), $0) }
  }

  /// Returns pictures put together from blocks of pixels that lie in channels.
  ///
  /// Channel (c·r + a)·r + b goes to row a, column b of each r × r block of channel c
  /// (`torch.nn.functional.pixel_shuffle`).
  ///
  /// - Parameter scale: r, for a tensor of shape `[N, C·r², H, W]`.
  /// - Returns: Shape `[N, C, H·r, W·r]`.
  /// - Throws: `TorchError` if the channels are no multiple of r².
  public func pixelShuffled(by scale: Int) throws(TorchError) -> Tensor {
    try tensor { ts_pixel_shuffle(pointer, Int64(scale), $0) }
  }

  /// Returns pictures with the same border added on each side.
  public func padded(by width: Int, _ mode: PaddingMode) throws(TorchError) -> Tensor {
    let side = Int64(width)
    return try tensor { ts_pad2d(pointer, side, side, side, side, mode.rawValue, $0) }
  }

  /// Returns pictures with a border added on some sides.
  public func padded(
    left: Int,
    right: Int,
    top: Int,
    bottom: Int,
    _ mode: PaddingMode
  ) throws(TorchError) -> Tensor {
    try tensor {
      ts_pad2d(pointer, Int64(left), Int64(right), Int64(top), Int64(bottom), mode.rawValue, $0)
    }
  }
}

/// What a border of pictures is filled with.
public enum PaddingMode: String, Sendable {
  /// Zeros.
  case zeros = "constant"
  /// The picture mirrored at its outermost pixels, which are not repeated.
  case reflect
  /// The outermost pixels.
  case replicate
}
