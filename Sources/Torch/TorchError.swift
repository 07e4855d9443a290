import CTorchShim

/// What libtorch refused, in its own words.
public struct TorchError: Error, Sendable, CustomStringConvertible {
  /// The reason, without a backtrace.
  public let message: String

  /// Creates an error from a reason.
  public init(_ message: String) {
    self.message = message
  }

  /// The reason.
  public var description: String { message }

  /// Takes over an error that the shim handed out.
  init(taking error: OpaquePointer) {
    message = String(cString: ts_error_message(error))
    ts_error_free(error)
  }
}

/// Calls a function of the shim and throws what it reports.
@discardableResult
func checked<Result>(
  _ call: (UnsafeMutablePointer<OpaquePointer?>) -> Result
) throws(TorchError) -> Result {
  var error: OpaquePointer?
  let result = call(&error)
  if let error { throw TorchError(taking: error) }
  return result
}

/// Calls a function of the shim that makes a tensor, and takes the tensor over.
func tensor(
  _ call: (UnsafeMutablePointer<OpaquePointer?>) -> OpaquePointer?
) throws(TorchError) -> Tensor {
  guard let pointer = try checked(call) else {
    throw TorchError("libtorch returned no tensor and no reason")
  }
  return Tensor(taking: pointer)
}
