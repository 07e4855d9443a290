internal import Torch

/// The kernel of a convolution, rewritten so that it computes 2 × 2 blocks of output pixels at once.
///
/// Layers of 3 or 8 output channels at full resolution leave most of a vector register empty. The
/// same sums, laid out as four times as many channels at half the resolution, fill it: channel
/// (c·2 + a)·2 + b of the rewritten layer is the pixel at row a, column b of each block of channel c,
/// which is the order of `pixelShuffled(by: 2)`. Normalising c over a picture means normalising its
/// four channels together, as a group.
struct BlockKernel {
  /// Row-major `[out, in, height, width]`.
  private(set) var shape: [Int]
  private(set) var elements: [Float]

  /// Takes an ordinary kernel.
  init(_ kernel: Tensor) throws {
    shape = kernel.shape
    elements = try kernel.elements()
  }

  private init(zeros shape: [Int]) {
    self.shape = shape
    elements = Array(repeating: 0, count: shape.reduce(1, *))
  }

  /// The kernel as a tensor, laid out for pictures whose channels lie together.
  var tensor: Tensor {
    get throws { try Tensor(elements, shape: shape).channelsLast() }
  }

  /// Returns the kernel that computes blocks of the output from pictures as they are.
  ///
  /// k × k becomes (k + 1) × (k + 1), applied with stride 2.
  func producingBlocks() -> BlockKernel {
    rewritten(to: [4 * shape[0], shape[1], shape[2] + 1, shape[3] + 1]) {
      (o, i, row, column, a, b) in
      [4 * o + 2 * a + b, i, row + a, column + b]
    }
  }

  /// Returns the kernel that computes blocks of the output from pictures half as large.
  ///
  /// The ordinary kernel would see them enlarged by pixel repetition. 3 × 3 stays 3 × 3, stride 1.
  /// Output row 2i + a of a 3 × 3 kernel sees enlarged rows 2i + a - 1 … 2i + a + 1, which show
  /// rows i - 1, i, i for a = 0 and i, i, i + 1 for a = 1. Enlarged row -1 is mirrored to row 1, which
  /// shows row 0, so the small picture is padded by replication.
  func producingBlocksOfEnlarged() -> BlockKernel {
    rewritten(to: [4 * shape[0], shape[1], 3, 3]) { (o, i, row, column, a, b) in
      [4 * o + 2 * a + b, i, (row + a + 1) / 2, (column + b + 1) / 2]
    }
  }

  /// Returns the kernel that reads blocks, as another layer has produced them.
  ///
  /// A 3 × 3 kernel of stride 2 becomes 2 × 2 with stride 1.
  /// Output row i sees rows 2i - 1, 2i and 2i + 1: the lower half of block i - 1 and both halves of
  /// block i. Row -1 is mirrored to row 1, the lower half of block 0, so blocks are padded by
  /// replication at the top and left.
  func readingBlocks() -> BlockKernel {
    var result = BlockKernel(zeros: [shape[0], 4 * shape[1], 2, 2])
    forEachTap { o, i, row, column, value in
      let (a, b) = ((row + 1) % 2, (column + 1) % 2)
      result[o, 4 * i + 2 * a + b, (row + 1) / 2, (column + 1) / 2] += value
    }
    return result
  }

  private func rewritten(
    to shape: [Int],
    _ place: (_ o: Int, _ i: Int, _ row: Int, _ column: Int, _ a: Int, _ b: Int) -> [Int]
  ) -> BlockKernel {
    var result = BlockKernel(zeros: shape)
    forEachTap { o, i, row, column, value in
      for a in 0..<2 {
        for b in 0..<2 {
          let target = place(o, i, row, column, a, b)
          result[target[0], target[1], target[2], target[3]] += value
        }
      }
    }
    return result
  }

  private func forEachTap(
    _ body: (_ o: Int, _ i: Int, _ row: Int, _ column: Int, _ value: Float) -> Void
  ) {
    for o in 0..<shape[0] {
      for i in 0..<shape[1] {
        for row in 0..<shape[2] {
          for column in 0..<shape[3] { body(o, i, row, column, self[o, i, row, column]) }
        }
      }
    }
  }

  private subscript(o: Int, i: Int, row: Int, column: Int) -> Float {
    get { elements[((o * shape[1] + i) * shape[2] + row) * shape[3] + column] }
    set { elements[((o * shape[1] + i) * shape[2] + row) * shape[3] + column] = newValue }
  }
}
