// Differentiable operations, named and defined as in PyTorch. CTorchShim.h states the rules.

#ifndef TS_OPERATIONS_H
#define TS_OPERATIONS_H

#include "ts_core.h"

#ifdef __cplusplus
extern "C" {
#endif

// Element by element, with broadcasting.
TSTensor *ts_add(const TSTensor *a, const TSTensor *b, TSError **error);
TSTensor *ts_subtract(const TSTensor *a, const TSTensor *b, TSError **error);
TSTensor *ts_multiply(const TSTensor *a, const TSTensor *b, TSError **error);
TSTensor *ts_divide(const TSTensor *a, const TSTensor *b, TSError **error);
TSTensor *ts_maximum(const TSTensor *a, const TSTensor *b, TSError **error);
// a * scale + shift.
TSTensor *ts_affine(const TSTensor *a, double scale, double shift, TSError **error);
TSTensor *ts_abs(const TSTensor *a, TSError **error);
TSTensor *ts_sign(const TSTensor *a, TSError **error);
TSTensor *ts_log(const TSTensor *a, TSError **error);
TSTensor *ts_sqrt(const TSTensor *a, TSError **error);
TSTensor *ts_relu(const TSTensor *a, TSError **error);
// Overwrites `a`; its result is the only one that the gradient needs.
TSTensor *ts_relu_in_place(const TSTensor *a, TSError **error);
// x where x > 0, else slope * x, over `a`; `slope` must be positive for its gradient.
TSTensor *ts_leaky_relu_in_place(const TSTensor *a, double slope, TSError **error);
TSTensor *ts_tanh(const TSTensor *a, TSError **error);
TSTensor *ts_sigmoid(const TSTensor *a, TSError **error);
TSTensor *ts_clamp(const TSTensor *a, double low, double high, TSError **error);

// 1 where elements are equal, else 0, as bool.
TSTensor *ts_equal(const TSTensor *a, const TSTensor *b, TSError **error);

// Reductions over `dims` (negative counts from the end); `keep` keeps them with size 1.
TSTensor *ts_sum(const TSTensor *a, const int64_t *dims, int32_t count, int32_t keep,
                 TSError **error);
TSTensor *ts_mean(const TSTensor *a, const int64_t *dims, int32_t count, int32_t keep,
                  TSError **error);
// Divisor n - 1 when `unbiased`, else n.
TSTensor *ts_variance(const TSTensor *a, const int64_t *dims, int32_t count, int32_t unbiased,
                      int32_t keep, TSError **error);
TSTensor *ts_amax(const TSTensor *a, const int64_t *dims, int32_t count, int32_t keep,
                  TSError **error);
TSTensor *ts_argmax(const TSTensor *a, int64_t dim, TSError **error);

// Shapes.
TSTensor *ts_reshape(const TSTensor *a, const int64_t *shape, int32_t dimensions,
                     TSError **error);
TSTensor *ts_permute(const TSTensor *a, const int64_t *dims, int32_t count, TSError **error);
TSTensor *ts_narrow(const TSTensor *a, int64_t dim, int64_t start, int64_t length,
                    TSError **error);
// Every `step`-th index from `start` on and before `end`.
TSTensor *ts_slice(const TSTensor *a, int64_t dim, int64_t start, int64_t end, int64_t step,
                   TSError **error);
TSTensor *ts_index_select(const TSTensor *a, int64_t dim, const TSTensor *index, TSError **error);
// Rows of `a` [N, C] at the columns `index` [N]: a[i, index[i]].
TSTensor *ts_pick_column(const TSTensor *a, const TSTensor *index, TSError **error);
TSTensor *ts_concatenate(const TSTensor *const *tensors, int32_t count, int64_t dim,
                         TSError **error);

TSTensor *ts_matmul(const TSTensor *a, const TSTensor *b, TSError **error);

// Layers. Pictures are [N, C, H, W]. `bias` and affine tensors may be null where noted.

// weight [out, in / groups, kh, kw]; bias [out] or null.
TSTensor *ts_conv2d(const TSTensor *input, const TSTensor *weight, const TSTensor *bias,
                    int64_t stride, int64_t padding, int64_t groups, TSError **error);
// weight [in, out, kh, kw]; bias [out] or null. The gradient of a convolution's input, as a layer.
TSTensor *ts_conv_transpose2d(const TSTensor *input, const TSTensor *weight, const TSTensor *bias,
                              int64_t stride, int64_t padding, TSError **error);
// input [N, in], weight [out, in]; bias [out] or null.
TSTensor *ts_linear(const TSTensor *input, const TSTensor *weight, const TSTensor *bias,
                    TSError **error);
// In training, normalises by the batch and updates the running statistics in place.
TSTensor *ts_batch_norm(const TSTensor *input, const TSTensor *weight, const TSTensor *bias,
                        const TSTensor *running_mean, const TSTensor *running_variance,
                        int32_t training, double momentum, double epsilon, TSError **error);
// max(v, slope * v) of what ts_batch_norm gives; on the CPU, in float32 or bfloat16. Weight and bias
// come together.
TSTensor *ts_batch_norm_activated(const TSTensor *input, const TSTensor *weight,
                                  const TSTensor *bias, const TSTensor *running_mean,
                                  const TSTensor *running_variance, int32_t training,
                                  double momentum, double epsilon, double slope, TSError **error);
// Normalises each picture by the mean and variance of each of `groups` runs of channels; weight and
// bias [C] or null.
TSTensor *ts_group_norm(const TSTensor *input, int64_t groups, const TSTensor *weight,
                        const TSTensor *bias, double epsilon, TSError **error);
// Zeroes elements with the given probability and scales the rest by 1 / (1 - probability).
TSTensor *ts_dropout(const TSTensor *input, double probability, TSGenerator *generator,
                     TSError **error);
TSTensor *ts_max_pool2d(const TSTensor *input, int64_t kernel, int64_t stride, int64_t padding,
                        TSError **error);
TSTensor *ts_avg_pool2d(const TSTensor *input, int64_t kernel, int64_t stride, TSError **error);
// [N, C * r * r, H, W] to [N, C, H * r, W * r]; channel c * r * r + a * r + b goes to row a, column b
// of each r x r block.
TSTensor *ts_pixel_shuffle(const TSTensor *input, int64_t scale, TSError **error);
TSTensor *ts_upsample_nearest(const TSTensor *input, int64_t scale, TSError **error);
// `mode`: "constant" (zeros), "reflect" or "replicate"; one width on each side of H and W.
TSTensor *ts_pad2d(const TSTensor *input, int64_t left, int64_t right, int64_t top,
                   int64_t bottom, const char *mode, TSError **error);
// Sliding patches [N, C * k * k, L] of every picture, as torch.nn.functional.unfold.
TSTensor *ts_unfold(const TSTensor *input, int64_t kernel_height, int64_t kernel_width,
                    int64_t stride, int64_t padding, TSError **error);

// Losses.
enum { TS_REDUCTION_NONE = 0, TS_REDUCTION_MEAN = 1, TS_REDUCTION_SUM = 2 };
// logits [N, C], labels [N] int64.
TSTensor *ts_cross_entropy(const TSTensor *logits, const TSTensor *labels, int32_t reduction,
                           double label_smoothing, TSError **error);
TSTensor *ts_softmax(const TSTensor *a, int64_t dim, TSError **error);
TSTensor *ts_log_softmax(const TSTensor *a, int64_t dim, TSError **error);

#ifdef __cplusplus
}
#endif

#endif
