// Differentiable operations. Each is libtorch's own, with its definition.
#include "Handles.h"

using hallmark::optional;
using hallmark::sizes;
using hallmark::tensorFrom;

// Element by element.

TSTensor *ts_add(const TSTensor *a, const TSTensor *b, TSError **error) {
  return tensorFrom(error, [&] { return a->value + b->value; });
}

TSTensor *ts_subtract(const TSTensor *a, const TSTensor *b, TSError **error) {
  return tensorFrom(error, [&] { return a->value - b->value; });
}

TSTensor *ts_multiply(const TSTensor *a, const TSTensor *b, TSError **error) {
  return tensorFrom(error, [&] { return a->value * b->value; });
}

TSTensor *ts_divide(const TSTensor *a, const TSTensor *b, TSError **error) {
  return tensorFrom(error, [&] { return a->value / b->value; });
}

TSTensor *ts_maximum(const TSTensor *a, const TSTensor *b, TSError **error) {
  return tensorFrom(error, [&] { return at::maximum(a->value, b->value); });
}

TSTensor *ts_affine(const TSTensor *a, double scale, double shift, TSError **error) {
  return tensorFrom(error, [&] {
    auto scaled = scale == 1 ? a->value : a->value * scale;
    return shift == 0 ? scaled : scaled + shift;
  });
}

TSTensor *ts_abs(const TSTensor *a, TSError **error) {
  return tensorFrom(error, [&] { return a->value.abs(); });
}

TSTensor *ts_sign(const TSTensor *a, TSError **error) {
  return tensorFrom(error, [&] { return a->value.sign(); });
}

TSTensor *ts_log(const TSTensor *a, TSError **error) {
  return tensorFrom(error, [&] { return a->value.log(); });
}

TSTensor *ts_sqrt(const TSTensor *a, TSError **error) {
  return tensorFrom(error, [&] { return a->value.sqrt(); });
}

TSTensor *ts_relu(const TSTensor *a, TSError **error) {
  return tensorFrom(error, [&] { return at::relu(a->value); });
}

TSTensor *ts_relu_in_place(const TSTensor *a, TSError **error) {
  return tensorFrom(error, [&] {
    auto value = a->value;
    return at::relu_(value);
  });
}

TSTensor *ts_leaky_relu_in_place(const TSTensor *a, double slope, TSError **error) {
  return tensorFrom(error, [&] {
    auto value = a->value;
    return at::leaky_relu_(value, slope);
  });
}

TSTensor *ts_tanh(const TSTensor *a, TSError **error) {
  return tensorFrom(error, [&] { return a->value.tanh(); });
}

TSTensor *ts_sigmoid(const TSTensor *a, TSError **error) {
  return tensorFrom(error, [&] { return a->value.sigmoid(); });
}

TSTensor *ts_clamp(const TSTensor *a, double low, double high, TSError **error) {
  return tensorFrom(error, [&] { return a->value.clamp(low, high); });
}

TSTensor *ts_equal(const TSTensor *a, const TSTensor *b, TSError **error) {
  return tensorFrom(error, [&] { return a->value.eq(b->value); });
}

// Reductions.

TSTensor *ts_sum(const TSTensor *a, const int64_t *dims, int32_t count, int32_t keep,
                 TSError **error) {
  return tensorFrom(error, [&] { return a->value.sum(sizes(dims, count), keep != 0); });
}

TSTensor *ts_mean(const TSTensor *a, const int64_t *dims, int32_t count, int32_t keep,
                  TSError **error) {
  return tensorFrom(error, [&] { return a->value.mean(sizes(dims, count), keep != 0); });
}

TSTensor *ts_variance(const TSTensor *a, const int64_t *dims, int32_t count, int32_t unbiased,
                      int32_t keep, TSError **error) {
  return tensorFrom(
      error, [&] { return a->value.var(sizes(dims, count), unbiased != 0, keep != 0); });
}

TSTensor *ts_amax(const TSTensor *a, const int64_t *dims, int32_t count, int32_t keep,
                  TSError **error) {
  return tensorFrom(error, [&] { return a->value.amax(sizes(dims, count), keep != 0); });
}

TSTensor *ts_argmax(const TSTensor *a, int64_t dim, TSError **error) {
  return tensorFrom(error, [&] { return a->value.argmax(dim); });
}

// Shapes.

TSTensor *ts_reshape(const TSTensor *a, const int64_t *shape, int32_t dimensions,
                     TSError **error) {
  return tensorFrom(error, [&] { return a->value.reshape(sizes(shape, dimensions)); });
}

TSTensor *ts_permute(const TSTensor *a, const int64_t *dims, int32_t count, TSError **error) {
  return tensorFrom(error, [&] { return a->value.permute(sizes(dims, count)); });
}

TSTensor *ts_narrow(const TSTensor *a, int64_t dim, int64_t start, int64_t length,
                    TSError **error) {
  return tensorFrom(error, [&] { return a->value.narrow(dim, start, length); });
}

TSTensor *ts_slice(const TSTensor *a, int64_t dim, int64_t start, int64_t end, int64_t step,
                   TSError **error) {
  return tensorFrom(error, [&] { return a->value.slice(dim, start, end, step); });
}

TSTensor *ts_index_select(const TSTensor *a, int64_t dim, const TSTensor *index,
                          TSError **error) {
  return tensorFrom(error, [&] { return a->value.index_select(dim, index->value); });
}

TSTensor *ts_pick_column(const TSTensor *a, const TSTensor *index, TSError **error) {
  return tensorFrom(error,
                    [&] { return a->value.gather(1, index->value.unsqueeze(1)).squeeze(1); });
}

TSTensor *ts_concatenate(const TSTensor *const *tensors, int32_t count, int64_t dim,
                         TSError **error) {
  return tensorFrom(error, [&] {
    std::vector<at::Tensor> values;
    for (int32_t i = 0; i < count; ++i) values.push_back(tensors[i]->value);
    return at::cat(values, dim);
  });
}

TSTensor *ts_matmul(const TSTensor *a, const TSTensor *b, TSError **error) {
  return tensorFrom(error, [&] { return at::matmul(a->value, b->value); });
}

// Layers.

TSTensor *ts_conv2d(const TSTensor *input, const TSTensor *weight, const TSTensor *bias,
                    int64_t stride, int64_t padding, int64_t groups, TSError **error) {
  return tensorFrom(error, [&] {
    return at::conv2d(input->value, weight->value, optional(bias), stride, padding, 1, groups);
  });
}

TSTensor *ts_conv_transpose2d(const TSTensor *input, const TSTensor *weight, const TSTensor *bias,
                              int64_t stride, int64_t padding, TSError **error) {
  return tensorFrom(error, [&] {
    return at::conv_transpose2d(input->value, weight->value, optional(bias), stride, padding);
  });
}

TSTensor *ts_linear(const TSTensor *input, const TSTensor *weight, const TSTensor *bias,
                    TSError **error) {
  return tensorFrom(error,
                    [&] { return at::linear(input->value, weight->value, optional(bias)); });
}

TSTensor *ts_batch_norm(const TSTensor *input, const TSTensor *weight, const TSTensor *bias,
                        const TSTensor *running_mean, const TSTensor *running_variance,
                        int32_t training, double momentum, double epsilon, TSError **error) {
  return tensorFrom(error, [&] {
    return at::batch_norm(input->value, optional(weight), optional(bias), optional(running_mean),
                          optional(running_variance), training != 0, momentum, epsilon, false);
  });
}

TSTensor *ts_group_norm(const TSTensor *input, int64_t groups, const TSTensor *weight,
                        const TSTensor *bias, double epsilon, TSError **error) {
  return tensorFrom(error, [&] {
    return at::group_norm(input->value, groups, optional(weight), optional(bias), epsilon, false);
  });
}

TSTensor *ts_dropout(const TSTensor *input, double probability, TSGenerator *generator,
                     TSError **error) {
  return tensorFrom(error, [&] {
    TORCH_CHECK(probability >= 0 && probability < 1, "dropout takes a probability in [0, 1), not ",
                probability);
    auto keep = at::empty_like(input->value).bernoulli_(1 - probability, generator->value);
    return input->value * keep.div_(1 - probability);
  });
}

TSTensor *ts_max_pool2d(const TSTensor *input, int64_t kernel, int64_t stride, int64_t padding,
                        TSError **error) {
  return tensorFrom(error,
                    [&] { return at::max_pool2d(input->value, kernel, stride, padding); });
}

TSTensor *ts_avg_pool2d(const TSTensor *input, int64_t kernel, int64_t stride, TSError **error) {
  return tensorFrom(error, [&] { return at::avg_pool2d(input->value, kernel, stride); });
}

TSTensor *ts_pixel_shuffle(const TSTensor *input, int64_t scale, TSError **error) {
  return tensorFrom(error, [&] { return at::pixel_shuffle(input->value, scale); });
}

TSTensor *ts_upsample_nearest(const TSTensor *input, int64_t scale, TSError **error) {
  return tensorFrom(error, [&] {
    auto shape = input->value.sizes();
    TORCH_CHECK(shape.size() == 4, "upsampling takes [N, C, H, W], not ", shape);
    return at::upsample_nearest2d(input->value, {shape[2] * scale, shape[3] * scale});
  });
}

TSTensor *ts_pad2d(const TSTensor *input, int64_t left, int64_t right, int64_t top,
                   int64_t bottom, const char *mode, TSError **error) {
  return tensorFrom(
      error, [&] { return at::pad(input->value, {left, right, top, bottom}, mode); });
}

TSTensor *ts_unfold(const TSTensor *input, int64_t kernel_height, int64_t kernel_width,
                    int64_t stride, int64_t padding, TSError **error) {
  return tensorFrom(error, [&] {
    return at::im2col(input->value, {kernel_height, kernel_width}, {1, 1}, {padding, padding},
                      {stride, stride});
  });
}

// Losses.

TSTensor *ts_cross_entropy(const TSTensor *logits, const TSTensor *labels, int32_t reduction,
                           double label_smoothing, TSError **error) {
  return tensorFrom(error, [&] {
    return at::cross_entropy_loss(logits->value, labels->value, {}, reduction, -100,
                                  label_smoothing);
  });
}

TSTensor *ts_softmax(const TSTensor *a, int64_t dim, TSError **error) {
  return tensorFrom(error, [&] { return at::softmax(a->value, dim); });
}

TSTensor *ts_log_softmax(const TSTensor *a, int64_t dim, TSError **error) {
  return tensorFrom(error, [&] { return at::log_softmax(a->value, dim); });
}
