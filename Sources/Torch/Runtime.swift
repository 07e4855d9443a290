import CTorchShim
import Synchronization

/// What holds for libtorch in the whole process.
public enum Runtime {
  /// libtorch's version, for example `2.13.0`.
  public static var version: String { String(cString: ts_version()) }

  /// How many threads one operation uses.
  ///
  /// Results can differ in their last bits between thread counts.
  public static var threadCount: Int { Int(ts_thread_count()) }

  /// Sets how many threads one operation uses.
  public static func setThreadCount(_ count: Int) throws(TorchError) {
    guard let count = Int32(exactly: count), count > 0 else {
      throw TorchError("cannot compute with \(count) threads")
    }
    try checked { ts_set_thread_count(count, $0) }
  }

  /// Runs independent computations at once, each on a thread of its own.
  ///
  /// On small tensors one thread an operation is faster than an operation on all threads. In each
  /// thread an operation uses that one thread; gradient mode and autocast start at their defaults.
  ///
  /// - Parameters:
  ///   - count: How many computations, and threads.
  ///   - body: Is given its number, from 0. Tensors that it shares with others may only be read.
  /// - Returns: The results in order.
  /// - Throws: The error of the first computation that failed.
  public static func onThreads<Result: Sendable>(
    _ count: Int,
    _ body: @Sendable (Int) throws -> Result
  ) throws -> [Result] {
    let results = Mutex<[Int: Swift.Result<Result, any Error>]>([:])
    let work: (Int32) -> Void = { index in
      let result = Swift.Result { try body(Int(index)) }
      results.withLock { $0[Int(index)] = result }
    }
    try withoutActuallyEscaping(work) { work in
      var box: (Int32) -> Void = work
      _ = try withUnsafeMutablePointer(to: &box) { pointer in
        try checked { error in
          ts_run_on_threads(
            Int32(count),
            { context, index in
              context?.assumingMemoryBound(to: ((Int32) -> Void).self).pointee(index)
            },
            pointer,
            error
          )
        }
      }
    }
    return try results.withLock { results in
      try (0..<count).compactMap { try results[$0]?.get() }
    }
  }

  /// Whether the processor multiplies bfloat16 in hardware (AVX-512 BF16 or AMX).
  public static var cpuHasBFloat16: Bool { ts_cpu_has_bfloat16() != 0 }

  /// Whether this build of libtorch finds a CUDA device.
  public static var cudaIsAvailable: Bool { ts_cuda_is_available() != 0 }

  /// Makes the C allocator of this process keep freed memory for reuse.
  ///
  /// By default every training step returns its large tensors to the system and faults them in
  /// again. A program that trains calls this once at its start; a library does not, since it changes
  /// the whole process.
  ///
  /// - Returns: Whether the allocator took the setting.
  @discardableResult
  public static func keepFreedMemory() -> Bool {
    ts_allocator_keep_freed_memory() != 0
  }

  /// How many tensors this thread has made and not yet freed, for tests of leaks.
  public static var liveTensorCount: Int { Int(ts_live_tensor_count()) }
}
