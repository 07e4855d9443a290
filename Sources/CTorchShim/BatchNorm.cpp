// Batch norm and the activation after it, in as few passes as there can be.
//
// libtorch takes three passes over the pictures for the statistics and the result, one more for the
// activation, and as many backwards. Here it is two and two, and one and one in evaluation. Pictures lie
// in memory as NHWC, so a row holds the channels of a pixel.
#include <ATen/Parallel.h>
#include <ATen/TensorIterator.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>
#include <cstring>
#include <vector>

#include "Handles.h"

using hallmark::optional;
using hallmark::tensorFrom;

namespace {

inline float widened(float value) { return value; }

inline float widened(at::BFloat16 value) {
  auto bits = uint32_t(value.x) << 16;
  float result;
  std::memcpy(&result, &bits, sizeof result);
  return result;
}

inline void narrow(float value, float &result) { result = value; }

inline void narrow(float value, at::BFloat16 &result) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  // To the nearest, ties to even; NaN stays NaN.
  auto rounded = (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16;
  result.x = uint16_t(value != value ? 0x7FC0 : rounded);
}

/// Rows that a thread takes at once: a fixed number, so that sums are the same for any number of threads.
constexpr int64_t rowsAtOnce = 1024;
/// So many numbers are summed in float32 before they are added up in float64. More would be no faster, and
/// a variance is the small difference of large sums.
constexpr int64_t termsAtMost = 32;
/// Sums of so many numbers at least are kept side by side, so that none waits for the one before.
constexpr int64_t lanesAtLeast = 64;

/// The channels of one or more pixels, as many as fill the lanes.
struct Lanes {
  int64_t channels, pixels;
  explicit Lanes(int64_t channels)
      : channels(channels), pixels((lanesAtLeast + channels - 1) / channels) {}
  int64_t count() const { return channels * pixels; }
  /// A number for each channel, repeated for each pixel.
  std::vector<float> repeated(const float *values) const {
    std::vector<float> result(static_cast<size_t>(count()));
    for (int64_t i = 0; i < count(); ++i) result[size_t(i)] = values[i % channels];
    return result;
  }
};

/// Adds x - shift and its square to two sums for each lane.
template <typename T>
__attribute__((always_inline)) inline void addMoments(const T *__restrict x, int64_t length,
                                                      int64_t lanes, const float *__restrict shift,
                                                      float *__restrict sum,
                                                      float *__restrict square) {
  for (int64_t start = 0; start < length; start += lanes) {
    auto end = std::min(lanes, length - start);
    for (int64_t i = 0; i < end; ++i) {
      float d = widened(x[start + i]) - shift[i];
      sum[i] += d;
      square[i] += d * d;
    }
  }
}

/// y = f((x - mean) * scale + bias), where f(v) is v or slope * v, whichever is larger.
template <typename T>
__attribute__((always_inline)) inline void normalise(const T *__restrict x, int64_t length,
                                                     int64_t lanes, const float *__restrict mean,
                                                     const float *__restrict scale,
                                                     const float *__restrict bias, float slope,
                                                     T *__restrict y) {
  for (int64_t start = 0; start < length; start += lanes) {
    auto end = std::min(lanes, length - start);
    for (int64_t i = 0; i < end; ++i) {
      float v = (widened(x[start + i]) - mean[i]) * scale[i] + bias[i];
      // Not 0 * v, which for ReLU and minus infinity is no number.
      float low = slope == 0 ? 0.0f : slope * v;
      narrow(v > 0 || v != v ? v : low, y[start + i]);
    }
  }
}

/// Adds g and g * (x - mean) to two sums for each lane, g being the gradient before the activation.
template <typename T>
__attribute__((always_inline)) inline void addGradients(
    const T *__restrict x, const T *__restrict delta, int64_t length, int64_t lanes,
    const float *__restrict mean, const float *__restrict scale, const float *__restrict bias,
    float slope, float *__restrict sum, float *__restrict product) {
  for (int64_t start = 0; start < length; start += lanes) {
    auto end = std::min(lanes, length - start);
    for (int64_t i = 0; i < end; ++i) {
      float d = widened(x[start + i]) - mean[i];
      float g = widened(delta[start + i]);
      g = d * scale[i] + bias[i] > 0 ? g : slope * g;
      sum[i] += g;
      product[i] += g * d;
    }
  }
}

/// The gradient of x: g * scale - (x - mean) * a - b.
template <typename T>
__attribute__((always_inline)) inline void differentiate(
    const T *__restrict x, const T *__restrict delta, int64_t length, int64_t lanes,
    const float *__restrict mean, const float *__restrict scale, const float *__restrict bias,
    const float *__restrict a, const float *__restrict b, float slope, T *__restrict result) {
  for (int64_t start = 0; start < length; start += lanes) {
    auto end = std::min(lanes, length - start);
    for (int64_t i = 0; i < end; ++i) {
      float d = widened(x[start + i]) - mean[i];
      float g = widened(delta[start + i]);
      g = d * scale[i] + bias[i] > 0 ? g : slope * g;
      narrow(g * scale[i] - d * a[i] - b[i], result[start + i]);
    }
  }
}

// The same for each instruction set: the compiler makes vectors of the loops.
#if defined(__x86_64__)
#define HALLMARK_FOR_EACH_PROCESSOR(NAME)                                               \
  template <typename T, typename... Arguments>                                          \
  __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq"))) void     \
      NAME##AVX512(Arguments... arguments) {                                            \
    NAME<T>(arguments...);                                                              \
  }                                                                                     \
  template <typename T, typename... Arguments>                                          \
  __attribute__((target("avx2,fma"))) void NAME##AVX2(Arguments... arguments) {         \
    NAME<T>(arguments...);                                                              \
  }                                                                                     \
  template <typename T, typename... Arguments>                                          \
  void NAME##Fastest(Arguments... arguments) {                                          \
    if (__builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&     \
        __builtin_cpu_supports("avx512bw"))                                             \
      return NAME##AVX512<T>(arguments...);                                             \
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))                \
      return NAME##AVX2<T>(arguments...);                                               \
    NAME<T>(arguments...);                                                              \
  }
#else
#define HALLMARK_FOR_EACH_PROCESSOR(NAME)              \
  template <typename T, typename... Arguments>         \
  void NAME##Fastest(Arguments... arguments) {         \
    NAME<T>(arguments...);                             \
  }
#endif
HALLMARK_FOR_EACH_PROCESSOR(addMoments)
HALLMARK_FOR_EACH_PROCESSOR(normalise)
HALLMARK_FOR_EACH_PROCESSOR(addGradients)
HALLMARK_FOR_EACH_PROCESSOR(differentiate)
#undef HALLMARK_FOR_EACH_PROCESSOR

/// Calls `body` with the ends of ranges that make up 0 ..< count, on all threads that operations may use.
///
/// `at::parallel_for` is a template that stays on one thread where OpenMP is off, as it is in this file.
/// An iterator's loop is divided within libtorch.
template <typename Body>
void inParallel(int64_t count, Body body) {
  if (count < 2 || at::get_num_threads() == 1) return body(0, count);
  auto places = at::empty({count}, at::kByte);
  auto *first = static_cast<char *>(places.mutable_data_ptr());
  at::TensorIterator::borrowing_nullary_op(places).for_each(
      [&](char **data, const int64_t *, int64_t length) {
        auto begin = data[0] - first;
        body(begin, begin + length);
      },
      1);
}

/// Pictures as rows of channels.
struct Rows {
  int64_t count, channels;
  explicit Rows(const at::Tensor &pictures)
      : count(pictures.numel() / pictures.size(1)), channels(pictures.size(1)) {}

  /// Calls `body` with the first element and the number of elements of each block of rows.
  template <typename Body>
  void forEachBlock(Body body) const {
    auto blocks = (count + rowsAtOnce - 1) / rowsAtOnce;
    inParallel(blocks, [&](int64_t begin, int64_t end) {
      for (auto block = begin; block < end; ++block) {
        auto first = block * rowsAtOnce;
        body(block, first * channels, std::min(rowsAtOnce, count - first) * channels);
      }
    });
  }

  /// Returns two sums for each channel, of what `body` adds to two sums for each lane.
  template <typename Body>
  std::vector<double> sums(const Lanes &lanes, Body body) const {
    auto blocks = (count + rowsAtOnce - 1) / rowsAtOnce;
    auto width = size_t(2 * lanes.count());
    std::vector<double> parts(size_t(blocks) * width);
    forEachBlock([&](int64_t block, int64_t first, int64_t length) {
      auto part = parts.data() + size_t(block) * width;
      std::vector<float> some(width);
      auto step = termsAtMost * lanes.count();
      for (int64_t start = 0; start < length; start += step) {
        std::fill(some.begin(), some.end(), 0.f);
        body(first + start, std::min(step, length - start), some.data(),
             some.data() + lanes.count());
        for (size_t i = 0; i < width; ++i) part[i] += double(some[i]);
      }
    });
    std::vector<double> result(size_t(2 * channels));
    for (size_t i = 0; i < parts.size(); ++i) {
      auto place = int64_t(i % width);
      result[size_t(place / lanes.count() * channels + place % channels)] += parts[i];
    }
    return result;
  }
};

at::Tensor rowsOf(const at::Tensor &pictures) {
  return pictures.contiguous(at::MemoryFormat::ChannelsLast);
}

std::vector<float> valuesOf(const std::optional<at::Tensor> &tensor, int64_t count, float absent) {
  if (!tensor) return std::vector<float>(size_t(count), absent);
  auto values = tensor->detach().to(at::kCPU, at::kFloat).contiguous();
  auto *first = values.const_data_ptr<float>();
  return std::vector<float>(first, first + count);
}

/// What the layer does to a channel: (x - mean) * scale + bias, where scale is weight / σ.
struct Channels {
  at::Tensor kept;
  float *mean, *scale, *bias, *inverse;  // inverse: 1 / σ

  explicit Channels(at::Tensor values) : kept(std::move(values)) {
    auto count = kept.size(1);
    mean = kept.mutable_data_ptr<float>();
    scale = mean + count, bias = scale + count, inverse = bias + count;
  }

  void set(size_t c, double centre, double variance, double epsilon, float gamma, float beta) {
    mean[c] = float(centre);
    inverse[c] = float(1 / std::sqrt(variance + epsilon));
    scale[c] = inverse[c] * gamma;
    bias[c] = beta;
  }
};

/// The mean and variance of each channel, one after the other.
template <typename T>
std::vector<double> momentsOf(const at::Tensor &input, const Rows &rows, const Lanes &lanes) {
  auto channels = size_t(rows.channels);
  std::vector<double> sums;
  // Moments about the mean of some pixels from all over: no digits are lost where means are large.
  std::vector<float> near(channels);
  auto *x = input.const_data_ptr<T>();
  auto some = std::min<int64_t>(rows.count, 64);
  for (int64_t i = 0; i < some; ++i) {
    auto *row = x + i * rows.count / some * rows.channels;
    for (size_t c = 0; c < channels; ++c) near[c] += widened(row[c]) / float(some);
  }
  auto shift = lanes.repeated(near.data());
  sums = rows.sums(lanes, [&](int64_t start, int64_t length, float *sum, float *square) {
    addMomentsFastest<T>(x + start, length, lanes.count(), shift.data(), sum, square);
  });
  for (size_t c = 0; c < channels; ++c) {
    auto d = sums[c] / double(rows.count);
    auto variance = sums[channels + c] / double(rows.count) - d * d;
    sums[c] = double(near[c]) + d;
    // Rounding may take it below zero; NaN must stay.
    sums[channels + c] = variance < 0 ? 0 : variance;
  }
  return sums;
}

void move(at::Tensor running, const double *batch, double momentum, double factor) {
  auto values = valuesOf(running, running.numel(), 0);
  for (size_t c = 0; c < values.size(); ++c)
    values[c] = float((1 - momentum) * double(values[c]) + momentum * factor * batch[c]);
  running.copy_(at::from_blob(values.data(), running.sizes(), at::kFloat));
}

/// Calls `body` with a value of the pictures' type.
template <typename Body>
void withElementOf(const at::Tensor &pictures, Body body) {
  if (pictures.scalar_type() == at::kFloat) return body(float());
  body(at::BFloat16());
}

struct ActivatedBatchNorm : public torch::autograd::Function<ActivatedBatchNorm> {
  static at::Tensor forward(torch::autograd::AutogradContext *context, const at::Tensor &pictures,
                            const std::optional<at::Tensor> &weight,
                            const std::optional<at::Tensor> &bias, const at::Tensor &runningMean,
                            const at::Tensor &runningVariance, bool training, double momentum,
                            double epsilon, double slope) {
    auto input = rowsOf(pictures);
    Rows rows(input);
    Lanes lanes(rows.channels);
    auto gamma = valuesOf(weight, rows.channels, 1), beta = valuesOf(bias, rows.channels, 0);
    Channels channels(at::empty({4, rows.channels}, at::kFloat));
    std::vector<double> moments;
    if (training) {
      withElementOf(input, [&](auto element) {
        moments = momentsOf<decltype(element)>(input, rows, lanes);
      });
      auto count = double(rows.count);
      move(runningMean, moments.data(), momentum, 1);
      move(runningVariance, moments.data() + rows.channels, momentum, count / (count - 1));
    } else {
      for (auto *running : {&runningMean, &runningVariance})
        for (auto value : valuesOf(*running, rows.channels, 0)) moments.push_back(double(value));
    }
    for (size_t c = 0; c < size_t(rows.channels); ++c)
      channels.set(c, moments[c], moments[size_t(rows.channels) + c], epsilon, gamma[c], beta[c]);

    auto output = at::empty_like(input);
    auto means = lanes.repeated(channels.mean), scales = lanes.repeated(channels.scale);
    auto biases = lanes.repeated(channels.bias);
    withElementOf(input, [&](auto element) {
      using T = decltype(element);
      auto *x = input.const_data_ptr<T>();
      auto *y = output.mutable_data_ptr<T>();
      rows.forEachBlock([&](int64_t, int64_t start, int64_t length) {
        normaliseFastest<T>(x + start, length, lanes.count(), means.data(), scales.data(),
                            biases.data(), float(slope), y + start);
      });
    });
    context->save_for_backward({input, channels.kept});
    context->saved_data["slope"] = slope;
    context->saved_data["training"] = training;
    context->saved_data["affine"] = weight.has_value();
    return output;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext *context,
                                                 torch::autograd::variable_list gradients) {
    auto saved = context->get_saved_variables();
    auto input = saved[0];
    auto delta = rowsOf(gradients[0].to(input.scalar_type()));
    auto slope = float(context->saved_data["slope"].toDouble());
    auto training = context->saved_data["training"].toBool();
    auto affine = context->saved_data["affine"].toBool();
    auto needsSums = training || (affine && (context->needs_input_grad(1) ||
                                             context->needs_input_grad(2)));
    Rows rows(input);
    Lanes lanes(rows.channels);
    Channels channels(saved[1]);
    auto means = lanes.repeated(channels.mean), scales = lanes.repeated(channels.scale);
    auto biases = lanes.repeated(channels.bias);
    auto result = at::empty_like(input);
    auto parameters = at::zeros({2, rows.channels}, at::kFloat);
    withElementOf(input, [&](auto element) {
      using T = decltype(element);
      auto *x = input.const_data_ptr<T>();
      auto *g = delta.const_data_ptr<T>();
      auto count = size_t(rows.channels);
      std::vector<float> a(count), b(count);
      if (needsSums) {
        auto sums =
            rows.sums(lanes, [&](int64_t start, int64_t length, float *sum, float *product) {
              addGradientsFastest<T>(x + start, g + start, length, lanes.count(), means.data(),
                                     scales.data(), biases.data(), slope, sum, product);
            });
        auto *ofWeight = parameters.mutable_data_ptr<float>();
        for (size_t c = 0; c < count; ++c) {
          auto inverse = double(channels.inverse[c]);
          ofWeight[c] = float(sums[count + c] * inverse);
          ofWeight[count + c] = float(sums[c]);
          if (!training) continue;
          // dx = scale * (g - Σg / n - (x - mean) * Σg(x - mean) / (n * σ²)).
          auto share = double(channels.scale[c]) / double(rows.count);
          a[c] = float(share * sums[count + c] * inverse * inverse);
          b[c] = float(share * sums[c]);
        }
      }
      auto as = lanes.repeated(a.data()), bs = lanes.repeated(b.data());
      auto *out = result.mutable_data_ptr<T>();
      rows.forEachBlock([&](int64_t, int64_t start, int64_t length) {
        differentiateFastest<T>(x + start, g + start, length, lanes.count(), means.data(),
                                scales.data(), biases.data(), as.data(), bs.data(), slope,
                                out + start);
      });
    });
    at::Tensor none;
    return {result, affine ? parameters[0] : none, affine ? parameters[1] : none,
            none,   none,                          none, none, none, none};
  }
};

}  // namespace

TSTensor *ts_batch_norm_activated(const TSTensor *input, const TSTensor *weight,
                                  const TSTensor *bias, const TSTensor *running_mean,
                                  const TSTensor *running_variance, int32_t training,
                                  double momentum, double epsilon, double slope, TSError **error) {
  return tensorFrom(error, [&] {
    const auto &pictures = input->value;
    TORCH_CHECK(pictures.dim() == 4 && pictures.is_cpu() &&
                    (pictures.scalar_type() == at::kFloat ||
                     pictures.scalar_type() == at::kBFloat16),
                "pictures to normalise are [N, C, H, W] in float32 or bfloat16 on the processor");
    TORCH_CHECK(pictures.numel() > 0 && (!training || pictures.numel() > pictures.size(1)),
                "a batch of shape ", pictures.sizes(), " has no variance");
    for (auto *tensor : {weight, bias, running_mean, running_variance})
      TORCH_CHECK(!tensor || tensor->value.numel() == pictures.size(1), "a tensor of shape ",
                  tensor->value.sizes(), " does not fit ", pictures.size(1), " channels");
    TORCH_CHECK((weight == nullptr) == (bias == nullptr), "weight and bias come together");
    return ActivatedBatchNorm::apply(pictures, optional(weight), optional(bias),
                                     running_mean->value, running_variance->value, training != 0,
                                     momentum, epsilon, slope);
  });
}
