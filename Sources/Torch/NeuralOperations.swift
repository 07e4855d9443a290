import CTorchShim

extension Tensor {
  /// Returns the convolution of pictures with kernels (`torch.nn.functional.conv2d`).
  ///
  /// - Parameters:
  ///   - weight: Shape `[out, in / groups, height, width]`.
  ///   - bias: Shape `[out]`.
  ///   - stride: The step in both directions.
  ///   - padding: Zeros added on each side.
  ///   - groups: Into how many independent convolutions the channels fall.
  /// - Returns: Shape `[N, out, H', W']`.
  /// - Throws: `TorchError` if the shapes do not fit.
  public func convolved(
    with weight: Tensor,
    bias: Tensor? = nil,
    stride: Int = 1,
    padding: Int = 0,
    groups: Int = 1
  ) throws(TorchError) -> Tensor {
    try tensor {
      ts_conv2d(
        pointer,
        weight.pointer,
        bias?.pointer,
        Int64(stride),
        Int64(padding),
        Int64(groups),
        $0
      )
    }
  }

  /// Returns the transposed convolution of pictures (`torch.nn.functional.conv_transpose2d`).
  ///
  /// Every pixel adds its kernel to the output, `stride` pixels apart.
  ///
  /// - Parameters:
  ///   - weight: Shape `[in, out, height, width]`.
  ///   - bias: Shape `[out]`.
  ///   - stride: The step in both directions.
  ///   - padding: Pixels cut off on each side of the output.
  /// - Returns: Shape `[N, out, (H - 1) · stride - 2 · padding + height, …]`.
  /// - Throws: `TorchError` if the shapes do not fit.
  public func transposeConvolved(
    with weight: Tensor,
    bias: Tensor? = nil,
    stride: Int = 1,
    padding: Int = 0
  ) throws(TorchError) -> Tensor {
    try tensor {
      ts_conv_transpose2d(
        pointer,
        weight.pointer,
        bias?.pointer,
        Int64(stride),
        Int64(padding),
        $0
      )
    }
  }

  /// Returns x·Wᵀ + b for rows x of shape `[N, in]` and a weight of shape `[out, in]`.
  public func linear(_ weight: Tensor, bias: Tensor? = nil) throws(TorchError) -> Tensor {
    try tensor { ts_linear(pointer, weight.pointer, bias?.pointer, $0) }
  }

  /// Returns (x - mean) / sqrt(variance + ε) · weight + bias, channel by channel.
  ///
  /// In training, mean and variance are the batch's and the running ones move towards them by
  /// `momentum`, in place; otherwise they are the running ones.
  ///
  /// - Parameters:
  ///   - weight: Shape `[C]`, or none for 1.
  ///   - bias: Shape `[C]`, or none for 0.
  ///   - runningMean: Shape `[C]`; none uses the batch's always.
  ///   - runningVariance: Shape `[C]`, with divisor n - 1.
  ///   - training: Whether the batch's own statistics are used.
  ///   - momentum: How far running statistics move, PyTorch's sense: new = (1 - m)·old + m·batch.
  ///   - epsilon: Keeps the root away from zero.
  /// - Returns: The input's shape.
  /// - Throws: `TorchError` if the shapes do not fit.
  public func batchNormalized(
    weight: Tensor?,
    bias: Tensor?,
    runningMean: Tensor?,
    runningVariance: Tensor?,
    training: Bool,
    momentum: Double,
    epsilon: Double
  ) throws(TorchError) -> Tensor {
    try tensor {
      ts_batch_norm(
        pointer,
        weight?.pointer,
        bias?.pointer,
        runningMean?.pointer,
        runningVariance?.pointer,
        training ? 1 : 0,
        momentum,
        epsilon,
        $0
      )
    }
  }

  /// Returns max(v, slope · v) of v = (x - mean) / sqrt(variance + ε) · weight + bias.
  ///
  /// The same as `batchNormalized` and a leaky ReLU, in fewer passes. It can be differentiated once, not
  /// twice. The result and the running statistics do not depend on the number of threads.
  ///
  /// - Parameters:
  ///   - weight: Shape `[C]`, or none for 1; given together with the bias or not at all.
  ///   - bias: Shape `[C]`, or none for 0.
  ///   - runningMean: Shape `[C]`.
  ///   - runningVariance: Shape `[C]`, with divisor n - 1.
  ///   - training: Whether the batch's own statistics are used, and the running ones moved towards them.
  ///   - momentum: How far running statistics move, PyTorch's sense: new = (1 - m)·old + m·batch.
  ///   - epsilon: Keeps the root away from zero.
  ///   - slope: Of the activation below zero, in [0, 1]: 0 is ReLU, 1 none.
  /// - Returns: The input's shape and type, laid out as NHWC.
  /// - Throws: `TorchError` if the shapes do not fit, or the tensor is not on the processor in
  ///   float32 or bfloat16.
  public func batchNormalizedAndActivated(
    weight: Tensor?,
    bias: Tensor?,
    runningMean: Tensor,
    runningVariance: Tensor,
    training: Bool,
    momentum: Double,
    epsilon: Double,
    slope: Double
  ) throws(TorchError) -> Tensor {
    try tensor {
      ts_batch_norm_activated(
        pointer,
        weight?.pointer,
        bias?.pointer,
        runningMean.pointer,
        runningVariance.pointer,
        training ? 1 : 0,
        momentum,
        epsilon,
        slope,
        $0
      )
    }
  }

  /// Returns (x - mean) / sqrt(variance + ε) · weight + bias, statistics from each group of channels.
  ///
  /// Every picture is normalised by itself (Wu and He, ECCV 2018;
  /// `torch.nn.functional.group_norm`).
  ///
  /// - Parameters:
  ///   - groups: Into how many runs of neighbouring channels the C channels fall; C of them make it
  ///     instance normalisation.
  ///   - weight: Shape `[C]`, or none for 1.
  ///   - bias: Shape `[C]`, or none for 0.
  ///   - epsilon: Keeps the root away from zero.
  /// - Returns: The tensor's shape.
  /// - Throws: `TorchError` if shapes disagree.
  public func groupNormalized(
    groups: Int,
    weight: Tensor? = nil,
    bias: Tensor? = nil,
    epsilon: Double
  ) throws(TorchError) -> Tensor {
    try tensor {
      ts_group_norm(pointer, Int64(groups), weight?.pointer, bias?.pointer, epsilon, $0)
    }
  }

  /// Returns the tensor with elements zeroed at random and the rest scaled up to keep the mean.
  public func dropout(
    _ probability: Double,
    using generator: Generator
  ) throws(TorchError) -> Tensor {
    try tensor { ts_dropout(pointer, probability, generator.pointer, $0) }
  }

  /// Returns the largest element of each window; the border counts as minus infinity.
  public func maxPooled(kernel: Int, stride: Int, padding: Int = 0) throws(TorchError) -> Tensor {
    try tensor { ts_max_pool2d(pointer, Int64(kernel), Int64(stride), Int64(padding), $0) }
  }

  /// Returns the mean of each window.
  public func averagePooled(kernel: Int, stride: Int) throws(TorchError) -> Tensor {
    try tensor { ts_avg_pool2d(pointer, Int64(kernel), Int64(stride), $0) }
  }

  /// Returns the sliding patches of pictures (`torch.nn.functional.unfold`).
  ///
  /// - Parameters:
  ///   - kernelHeight: The height of a patch.
  ///   - kernelWidth: The width of a patch.
  ///   - stride: The step from patch to patch.
  ///   - padding: Zeros added on each side first.
  /// - Returns: Shape `[N, C · kernelHeight · kernelWidth, L]` with L patches.
  /// - Throws: `TorchError` if a patch is larger than the padded picture.
  public func unfolded(
    kernelHeight: Int,
    kernelWidth: Int,
    stride: Int,
    padding: Int
  ) throws(TorchError) -> Tensor {
    try tensor {
      ts_unfold(
        pointer,
        Int64(kernelHeight),
        Int64(kernelWidth),
        Int64(stride),
        Int64(padding),
        $0
      )
    }
  }

  /// Returns e^x / Σ e^x along a dimension.
  public func softmax(over dimension: Int) throws(TorchError) -> Tensor {
    try tensor { ts_softmax(pointer, Int64(dimension), $0) }
  }

  /// Returns log(e^x / Σ e^x) along a dimension, without underflow.
  public func logSoftmax(over dimension: Int) throws(TorchError) -> Tensor {
    try tensor { ts_log_softmax(pointer, Int64(dimension), $0) }
  }

  /// Returns the cross-entropy loss of logits against class labels.
  ///
  /// - Parameters:
  ///   - labels: int64, shape `[N]`, for logits of shape `[N, C]`.
  ///   - reduction: How the losses of a batch are combined.
  ///   - labelSmoothing: How much of the target is spread evenly over all classes, in [0, 1].
  /// - Returns: Shape `[]`, or `[N]` without a reduction.
  /// - Throws: `TorchError` if a label is no class.
  public func crossEntropy(
    _ labels: Tensor,
    reduction: Reduction = .mean,
    labelSmoothing: Double = 0
  ) throws(TorchError) -> Tensor {
    try tensor {
      ts_cross_entropy(pointer, labels.pointer, reduction.rawValue, labelSmoothing, $0)
    }
  }
}

/// How the losses of a batch are combined.
public enum Reduction: Int32, Sendable {
  /// Not at all: one loss for each sample.
  case none = 0
  /// By their mean.
  case mean = 1
  /// By their sum.
  case sum = 2
}
