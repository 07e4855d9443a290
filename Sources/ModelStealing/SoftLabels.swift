public import Torch

/// Losses that compare a student's logits with probabilities that a teacher gave.
public enum SoftLabels {
  /// Fills in what a victim did not tell: the rest of each row is spread over the classes without a
  /// probability, or, if there are none, the row is scaled to a sum of 1.
  ///
  /// - Parameter told: Shape `[N, classes]`, entries of 0 or more.
  /// - Returns: Rows that sum to 1; uniform ones where nothing was told.
  /// - Throws: `TorchError` if it is no matrix.
  public static func completed(_ told: Tensor) throws -> Tensor {
    let zero = try Tensor(repeating: 0, shape: [], device: told.device)
    let untold = try told.equal(to: zero).to(.float32)
    let rest = try (-told.sum(over: [1], keeping: true) + 1).clamped(to: 0...1)
    let count = try untold.sum(over: [1], keeping: true)
    let one = try Tensor(repeating: 1, shape: [], device: told.device)
    let filled = try told + untold * (rest / count.maximum(one))
    return try filled / filled.sum(over: [1], keeping: true)
  }

  /// Makes probabilities softer or sharper: p^(1/T), scaled to a sum of 1, which is the softmax of
  /// the teacher's logits divided by T.
  public static func tempered(_ probabilities: Tensor, by temperature: Double) throws -> Tensor {
    guard temperature != 1 else { return probabilities }
    // The smallest normal float32 keeps log p finite; it is no probability that anyone would notice.
    let logarithms = try probabilities.clamped(to: 1.2e-38...1).log()
    return try (logarithms / temperature).softmax(over: 1)
  }

  /// Returns the mean over the batch of KL(teacher ‖ student) at a temperature.
  ///
  /// Σ_c p_c (log p_c - log q_c) with q = softmax(logits / T) (Hinton et al., 2015;
  /// `torch.nn.functional.kl_div` with `reduction="batchmean"`), where 0 log 0 = 0.
  ///
  /// - Parameters:
  ///   - teacher: p, rows that sum to 1, at the same temperature; shape `[N, classes]`.
  ///   - logits: The student's, same shape, float32.
  ///   - temperature: T, above 0.
  /// - Returns: Shape `[]`.
  /// - Throws: `TorchError` if the shapes differ.
  public static func divergence(
    from teacher: Tensor,
    to logits: Tensor,
    temperature: Double = 1
  ) throws -> Tensor {
    let student = try (logits / temperature).logSoftmax(over: 1)
    let own = try teacher.clamped(to: 1.2e-38...1).log()
    return try (teacher * (own - student)).sum() / Double(logits.shape[0])
  }
}
